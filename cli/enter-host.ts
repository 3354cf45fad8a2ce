// Runs a command inside a host of a run that is up, at this terminal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { Entrance } from '../emulator/kernel/control/protocol.ts';
import { MachineError } from './exit.ts';

/** Exit status of a command that a signal ended, as shells have it: this and the signal's number. */
const SIGNALLED = 128;

/** Goes to the host's folder, which only its mounts may have. A folder that has gone is no reason not to enter. */
const IN_FOLDER = 'cd "$1" 2>/dev/null; shift; exec "$@"';

/**
 * The command ends with the run, as the host's programs do. Signals of the terminal are for it alone.
 * @returns its exit status
 * @throws {MachineError} where there is no nsenter
 */
export async function enterHost(entrance: Entrance, command: readonly string[]): Promise<number> {
  const { directory, env } = entrance;
  const ignore = () => undefined;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore);
  const child = spawn(
    'nsenter',
    [...namespaces(entrance), 'sh', '-c', IN_FOLDER, 'sh', directory, ...command],
    {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    },
  );
  try {
    const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return status ?? SIGNALLED + constants.signals[signal!];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = code === 'ENOENT' ? 'there is no nsenter: install util-linux' : message;
    throw new MachineError(`cannot enter a host: ${remedy}`);
  } finally {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, ignore);
  }
}

function namespaces({ net, uts, mount, pid, user }: Entrance): string[] {
  // In the run's user namespace this user is root; its own it cannot enter once more.
  const foreign = readlinkSync(user) !== readlinkSync('/proc/self/ns/user');
  const rights = foreign ? [`--user=${user}`, '--preserve-credentials'] : [];
  return [...rights, `--net=${net}`, `--uts=${uts}`, `--pid=${pid}`, `--mount=${mount}`, '--'];
}
