// `petri validate`: checks a scenario as `petri run` would, without running it.
import type { CommandModule } from 'yargs';
import type { Testbed } from '../models/testbed.ts';
import { runName } from '../results/format.ts';
import { loadDesigns, loadScenario } from '../scenarios/load.ts';
import type { LoadedScenario } from '../scenarios/scenario.ts';
import { formatDuration } from '../sim/time.ts';
import { buildFor } from './modes.ts';
import { print, warn } from './output.ts';
import { withScenario, withVariant } from './scenario-options.ts';

interface ValidateOptions {
  scenario: string;
  variant?: string | undefined;
  set?: string[] | undefined;
  resolved: boolean;
}

export const validateCommand: CommandModule<object, ValidateOptions> = {
  command: 'validate <scenario>',
  describe: 'Check a scenario and say what it describes',
  builder: yargs =>
    withVariant(withScenario(yargs)).option('resolved', {
      type: 'boolean',
      default: false,
      describe: 'print it with every default filled in, as JSON',
    }),
  handler: ({ scenario: name, variant, set, resolved }) => {
    const given = { ...(set && { set }), ...(variant !== undefined && { variant }) };
    if (resolved) print(JSON.stringify(validated(loadScenario(name, given)).loaded.resolved, null, 2));
    else for (const design of loadDesigns(name, given).designs) print(inWords(validated(design)));
  },
};

interface Validated {
  readonly loaded: LoadedScenario;
  readonly testbed: Testbed;
}

function validated(loaded: LoadedScenario): Validated {
  const testbed = buildFor(loaded);
  for (const warning of testbed.warnings) warn(warning);
  return { loaded, testbed };
}

function inWords({ loaded: { scenario, variant }, testbed }: Validated): string {
  const name = runName({ scenario: scenario.name, ...(variant !== undefined && { variant }) });
  const size = `${testbed.topology.sites.length} sites, ${testbed.nodes.count} nodes, ${testbed.hostCount} hosts`;
  return `${name}: well. ${size}, ${testbed.faults.length} faults, ${formatDuration(scenario.duration)}`;
}
