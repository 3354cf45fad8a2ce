// `petri shell`: a shell inside a host of a run that is up.
import type { CommandModule } from 'yargs';
import { enterHost } from './enter-host.ts';
import { type LiveRunOptions, onLiveRun, withHost } from './live-run.ts';

interface ShellOptions extends LiveRunOptions {
  host: string;
}

export const shellCommand: CommandModule<object, ShellOptions> = {
  command: 'shell <host>',
  describe: 'Open a shell inside a host of a run that is up',
  builder: yargs => withHost(yargs),
  handler: options =>
    onLiveRun(options, async client => {
      const entrance = await client.ask('enter', { host: options.host });
      process.exitCode = await enterHost(entrance, [process.env.SHELL || '/bin/sh']);
    }),
};
