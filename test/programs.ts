// Programs that tests talk to, where this machine has them.
import { execFileSync } from 'node:child_process';

/** Whether a program is installed that knows `--version`. */
export function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
