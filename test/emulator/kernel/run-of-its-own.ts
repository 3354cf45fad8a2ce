// A run with programs in a process of its own: see run-of-programs.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Made } from './run-of-programs.ts';
import { root } from './stage.ts';

/** Node.js runs it as it was built. */
export const program = fileURLToPath(
  new URL('../../../dist/test/emulator/kernel/run-of-programs.js', import.meta.url),
);

export interface Run {
  readonly child: ChildProcess;
  readonly made: Made;
  /** In the environment of its programs, behind `MARK=`. */
  readonly mark: string;
}

/** @param folder for its files and its socket @param ending `wait`: for a signal, or to be told */
export async function begin(folder: string, ending: 'wait' | 'close' | 'exception' | 'exit'): Promise<Run> {
  const mark = `${ending}-${process.pid}`;
  const child = spawn(process.execPath, [program, folder, mark, root ? 'limited' : 'unlimited', ending], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_RUNTIME_DIR: folder },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line'),
    once(child, 'close').then(() => Promise.reject(new Error(said))),
  ]);
  return { child, made: JSON.parse(line) as Made, mark };
}
