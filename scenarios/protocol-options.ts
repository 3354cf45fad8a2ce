// The options of protocols as a scenario writes them, and their values read.
import { catalogue } from '../protocols/catalogue.ts';
import { isOption, type OptionSpec, type OptionTree } from '../protocols/options.ts';
import { type QuantityKind, quantities } from './notation.ts';

/** The options of every protocol, by the protocol's name. */
export const protocolOptions: Readonly<Record<string, OptionTree>> = Object.fromEntries(
  Object.entries(catalogue).map(([name, { options }]) => [name, options]),
);

/** The quantity that an option is written as; an option of another kind is written as it is held. */
export function quantityOf({ kind }: OptionSpec): QuantityKind | undefined {
  if (kind === 'bytes') return 'size';
  return kind === 'duration' || kind === 'fraction' ? kind : undefined;
}

/** The options' values in base units. `given` has been checked and holds every option. */
export function readOptions(tree: OptionTree, given: Readonly<Record<string, unknown>>): object {
  const values: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(tree)) {
    const value = given[key];
    if (!isOption(entry)) values[key] = readOptions(entry, value as Record<string, unknown>);
    else {
      const written = quantityOf(entry);
      values[key] = written ? quantities[written].read(value) : value;
    }
  }
  return values;
}
