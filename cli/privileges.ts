// Privileges: emulation needs those of root, or a user namespace in which this user has them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/** Set in the process that runs in a user namespace; its value is the descriptor by which it hears of its parent's end. */
const MARK = 'PETRI_USER_NAMESPACE';
const PARENT = 3;

const NAMESPACES = ['--user', '--map-root-user', '--net', '--mount'];

/** Exit status of a process that a signal ended, as shells have it. */
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

/**
 * Where this user is not root, runs this very command once more in a user namespace of its own, where it is.
 * @returns the exit status of that; undefined where this process has the privileges, and is to go on
 */
export async function runAsRoot(): Promise<number | undefined> {
  if (process.env[MARK] !== undefined) {
    endWithParent();
    return undefined;
  }
  if (process.geteuid?.() === 0) return undefined;
  const [script, ...args] = process.argv.slice(1);
  const child = spawn('unshare', [...NAMESPACES, process.execPath, ...process.execArgv, script!, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [MARK]: String(PARENT) },
  });
  // A terminal's Ctrl-C reaches both; what is sent to this process alone is passed on.
  const ignore = () => undefined;
  const pass = () => void child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', pass);
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  process.off('SIGINT', ignore).off('SIGTERM', pass);
  return status ?? SIGNALS[signal ?? ''] ?? 1;
}

/** The parent holds the other end of a pipe: that it is closed means that the parent is gone, in whatever way. */
function endWithParent(): void {
  const pipe = new Socket({ fd: PARENT });
  pipe.on('error', () => process.kill(process.pid, 'SIGKILL'));
  pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
  pipe.resume();
  pipe.unref();
}
