// docs/simulation.md: its example prints what the page says it prints.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as process from '../../sim/process.ts';
import * as random from '../../sim/random.ts';
import * as resource from '../../sim/resource.ts';
import * as simulation from '../../sim/simulation.ts';
import * as time from '../../sim/time.ts';

const library = { process, random, resource, simulation, time };

test('the example of the simulation page prints what follows it', () => {
  const page = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8');
  const [, example, printed] = /```js\n(import[\s\S]*?)```[\s\S]*?```\n([\s\S]*?)```/.exec(page)!;
  const body = example.replace(/^import (.*) from '\.\/dist\/sim\/(.*)\.js';$/gm, 'const $1 = library.$2;');
  const lines: string[] = [];
  const run = new Function('library', 'console', body);
  run(library, { log: (line: string) => lines.push(`${line}\n`) });
  expect(lines.join('')).toBe(printed);
});
