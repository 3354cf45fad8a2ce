// `petri down`: ends a run that is up.
import type { CommandModule } from 'yargs';
import { type LiveRunOptions, onLiveRun, withRun } from './live-run.ts';
import { print } from './output.ts';

export const downCommand: CommandModule<object, LiveRunOptions> = {
  command: 'down',
  describe: 'End a run that is up, and wait until it is gone',
  builder: yargs => withRun(yargs),
  handler: options =>
    onLiveRun(options, async client => {
      await client.down();
      print(`${client.run} is down`);
    }),
};
