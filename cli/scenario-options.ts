// What every subcommand that takes a scenario lets one say of it.
import type { Argv } from 'yargs';

/** The positional `scenario` and the option `--set`. */
export function withScenario<T>(yargs: Argv<T>) {
  return yargs
    .positional('scenario', {
      type: 'string',
      demandOption: true,
      describe: 'name (see `petri list`) or file',
    })
    .option('set', { type: 'string', array: true, nargs: 1, describe: 'change a key: network.loss=1%' });
}

/** The option `--variant`. */
export function withVariant<T>(yargs: Argv<T>) {
  return yargs.option('variant', {
    type: 'string',
    requiresArg: true,
    describe: 'one of the designs that the scenario compares, alone',
  });
}
