// `petri exec`: runs a command inside a host of a run that is up.
import type { CommandModule } from 'yargs';
import { enterHost } from './enter-host.ts';
import { UsageError } from './exit.ts';
import { type LiveRunOptions, onLiveRun, withHost } from './live-run.ts';

interface ExecOptions extends LiveRunOptions {
  host: string;
  command?: string[] | undefined;
  '--'?: string[] | undefined;
}

export const execCommand: CommandModule<object, ExecOptions> = {
  command: 'exec <host> [command..]',
  describe: 'Run a command inside a host: petri exec dht@mit-1 -- ping -c 3 dht.cern-1',
  builder: yargs =>
    withHost(yargs).positional('command', {
      type: 'string',
      array: true,
      describe: 'and its arguments, after --',
    }),
  handler: options =>
    onLiveRun(options, async client => {
      const { host } = options;
      const command = [...(options.command ?? []), ...(options['--'] ?? [])];
      if (command.length === 0) throw new UsageError('exec: which command? petri exec <host> -- <command>');
      process.exitCode = await enterHost(await client.ask('enter', { host }), command);
    }),
};
