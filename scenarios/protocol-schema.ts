// The schema of what a scenario may say of a protocol: its tree of options.
import Type, { type TProperties, type TSchema } from 'typebox';
import { isOption, type OptionSpec, type OptionTree } from '../protocols/options.ts';
import { quantities } from './notation.ts';
import { quantityOf } from './protocol-options.ts';
import { mapping, quantity } from './schema-parts.ts';

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
