// `petri list`: the scenarios that ship with Petri.
import type { CommandModule } from 'yargs';
import { plainTable } from '../results/table.ts';
import { listScenarios } from '../scenarios/load.ts';
import { print } from './output.ts';

export const listCommand: CommandModule<object, { json: boolean }> = {
  command: 'list',
  describe: 'List the scenarios that ship with Petri',
  builder: yargs => yargs.option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: ({ json }) => {
    const scenarios = listScenarios();
    if (json) print(JSON.stringify(scenarios, null, 2));
    else
      print(
        plainTable(
          scenarios.map(({ name, about }) => [name, about]),
          () => false,
          2,
        ),
      );
  },
};
