// A service in TypeScript: an ES module that awaits at its top level, reads its own asset, and fails in a known line.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

interface Answer {
  readonly name: string;
}

const waited: number = await pause(25, performance.now()).then(before => performance.now() - before);
const asset = JSON.parse(readFileSync(new URL('./asset.json', import.meta.url), 'utf8')) as Answer;
const { default: later } = await import('./late.ts');
console.log(waited, asset.name, later, import.meta.dirname);

export function fail(answer: Answer): never {
  throw new RangeError(`planted: ${answer.name}`);
}

setTimeout(() => fail(asset), 10);
