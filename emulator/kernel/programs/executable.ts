// Finds the file that a command means, before anything is started.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where programs are looked for when the environment does not say. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * @param path folders with a colon between them
 * @returns an absolute name, or in words why there is none
 */
export function findExecutable(command: string, path: string): { file: string } | { problem: string } {
  if (command.includes('/')) {
    if (!isAbsolute(command)) return { problem: `the command ${command} is not an absolute name` };
    const problem = whyNot(command);
    return problem === undefined ? { file: command } : { problem: `the command ${command} ${problem}` };
  }
  const files = path
    .split(delimiter)
    .filter(isAbsolute)
    .map(folder => join(folder, command));
  const file = files.find(file => whyNot(file) === undefined);
  if (file !== undefined) return { file };
  const there = files.find(file => whyNot(file) !== ABSENT);
  return there === undefined
    ? { problem: `there is no command ${command} in ${path}` }
    : { problem: `the command ${there} ${whyNot(there)}` };
}

const ABSENT = 'does not exist';

function whyNot(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) return 'is a folder';
    accessSync(file, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' ? 'may not be executed (chmod +x)' : ABSENT;
  }
}
