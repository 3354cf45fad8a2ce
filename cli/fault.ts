// `petri fault`: makes a fault happen in a run that is up.
import type { CommandModule } from 'yargs';
import { type LiveRunOptions, onLiveRun, withRun } from './live-run.ts';
import { print } from './output.ts';

interface FaultOptions extends LiveRunOptions {
  fault: string[];
}

export const faultCommand: CommandModule<object, FaultOptions> = {
  command: 'fault <fault..>',
  describe: 'Make a fault happen now: petri fault "partition region europe | rest for 30s"',
  builder: yargs =>
    withRun(yargs).positional('fault', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'what, to whom, for how long',
    }),
  handler: options =>
    onLiveRun(options, async client => {
      print(await client.ask('fault', { text: options.fault.join(' ') }));
    }),
};
