// What of this machine a test needs, and the plain words in which it is skipped where that is lacking.
import { spawnSync } from 'node:child_process';
import { examine } from '../../../emulator/kernel/examine.ts';

const NEEDED = ['operating system', 'kernel', 'system calls', 'TUN interfaces (/dev/net/tun)', 'namespaces'];

interface Skipping {
  skip(note: string): void;
}

/** Skips a test where hosts cannot be made in this process, or a program is not installed. */
export function needs(context: Skipping, ...programs: readonly string[]): void {
  const lack = lacking() ?? lackingPrograms(...programs);
  if (lack !== undefined) context.skip(lack);
}

let known: { readonly lack: string | undefined } | undefined;

/** Why hosts cannot be made in this process; undefined where they can. */
export function lacking(): string | undefined {
  known ??= { lack: look() };
  return known.lack;
}

/** The first of these programs that is not installed, in words; undefined where all are. */
export function lackingPrograms(...programs: readonly string[]): string | undefined {
  const missing = programs.find(program => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  return missing === undefined ? undefined : `the program ${missing} is not installed`;
}

function look(): string | undefined {
  const findings = examine().filter(({ what, ok }) => NEEDED.includes(what) && !ok);
  if (findings.length > 0) return findings.map(({ what, found }) => `${what}: ${found}`).join('; ');
  return process.geteuid?.() === 0
    ? undefined
    : 'this test makes namespaces, which takes root or `unshare -Urnm`';
}
