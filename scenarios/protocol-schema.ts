// What a scenario may say of a protocol: its option tree as a schema, and its option values read from the document.
import Type, { type TProperties, type TSchema } from 'typebox';
import { catalogue } from '../protocols/catalogue.ts';
import { isOption, type OptionSpec, type OptionTree } from '../protocols/options.ts';
import { type QuantityKind, quantities } from './notation.ts';
import { mapping, quantity } from './schema-parts.ts';

/** The options of every protocol, by the protocol's name. */
export const protocolOptions: Readonly<Record<string, OptionTree>> = Object.fromEntries(
  Object.entries(catalogue).map(([name, { options }]) => [name, options]),
);

/** The quantity that an option is written as; an option of another kind is written as it is held. */
function quantityOf({ kind }: OptionSpec): QuantityKind | undefined {
  if (kind === 'bytes') return 'size';
  return kind === 'duration' || kind === 'fraction' ? kind : undefined;
}

function optionSchema(option: OptionSpec): TSchema {
  const { kind, about } = option;
  if (kind === 'choice')
    return Type.Unsafe({ enum: [...option.choices], default: option.default, description: about });
  if (kind === 'series') {
    const item = Type.Integer({ minimum: 0, maximum: option.maximum });
    return Type.Array(item, { minItems: 1, default: [...option.default], description: about });
  }
  const { minimum, maximum } = option;
  const limits = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
  if (kind === 'count')
    return Type.Integer({ minimum: 0, ...limits, default: option.default, description: about });
  const written = quantityOf(option)!;
  return quantity(written, about, { ...limits, default: quantities[written].write(option.default) });
}

/** Keys and schemas of an option tree, with the protocol's defaults written as people write them. */
export function optionSchemas(tree: OptionTree): TProperties {
  const keys: TProperties = {};
  for (const [key, entry] of Object.entries(tree)) {
    const schema = isOption(entry)
      ? optionSchema(entry)
      : mapping(`${key} options`, optionSchemas(entry), { default: {} });
    keys[key] = Type.Optional(schema);
  }
  return keys;
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
