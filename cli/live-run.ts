// What the subcommands have in common that act on a run which is up.
import type { Argv } from 'yargs';
import { type ControlClient, ControlError, findRun } from '../emulator/kernel/control/client.ts';
import { UsageError } from './exit.ts';

export interface LiveRunOptions {
  run?: string | undefined;
}

/** The option `--run`. */
export function withRun<T>(yargs: Argv<T>) {
  return yargs.option('run', {
    type: 'string',
    requiresArg: true,
    describe: 'run or scenario, where several are up',
  });
}

/** The positional `host`, and `--run`. */
export function withHost<T>(yargs: Argv<T>) {
  return withRun(yargs).positional('host', {
    type: 'string',
    demandOption: true,
    describe: 'slice@node, host name or address: see `petri hosts`',
  });
}

/**
 * Asks the run that is meant.
 * @throws {UsageError} where there is none, or it does not do it
 */
export async function onLiveRun<T>(
  { run }: LiveRunOptions,
  ask: (client: ControlClient) => Promise<T>,
): Promise<T> {
  try {
    return await ask(await findRun(run));
  } catch (error) {
    if (error instanceof ControlError) throw new UsageError(error.message);
    throw error;
  }
}
