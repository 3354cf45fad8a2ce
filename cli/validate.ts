// `petri validate`: checks a scenario as `petri run` would, without running it.
import type { CommandModule } from 'yargs';
import { loadScenario } from '../scenarios/load.ts';
import { formatDuration } from '../sim/time.ts';
import { buildFor } from './modes.ts';
import { print, warn } from './output.ts';
import { withScenario } from './scenario-options.ts';

interface ValidateOptions {
  scenario: string;
  set?: string[] | undefined;
  resolved: boolean;
}

export const validateCommand: CommandModule<object, ValidateOptions> = {
  command: 'validate <scenario>',
  describe: 'Check a scenario and say what it describes',
  builder: yargs =>
    withScenario(yargs).option('resolved', {
      type: 'boolean',
      default: false,
      describe: 'print it with every default filled in, as JSON',
    }),
  handler: ({ scenario: name, set, resolved }) => {
    const loaded = loadScenario(name, { ...(set && { set }) });
    const testbed = buildFor(loaded);
    for (const warning of testbed.warnings) warn(warning);
    if (resolved) {
      print(JSON.stringify(loaded.resolved, null, 2));
      return;
    }
    const { scenario } = loaded;
    const size = `${testbed.topology.sites.length} sites, ${testbed.nodes.count} nodes, ${testbed.hostCount} hosts`;
    print(
      `${scenario.name}: well. ${size}, ${testbed.faults.length} faults, ${formatDuration(scenario.duration)}`,
    );
  },
};
