// The parts that the schema is made of: quantities with units, mappings without unknown keys, and choices by key.
import Type, { type Static, type TProperties, type TSchema } from 'typebox';
import { type Limits, type QuantityKind, quantities } from './notation.ts';

const EXAMPLES: Readonly<Record<QuantityKind, readonly string[]>> = {
  duration: ['50ms', '30s', '1.5h'],
  shift: ['5s', '-5s'],
  rate: ['10Mbps', '128kbps', 'unlimited'],
  size: ['64B', '15KB', '5GB'],
  fraction: ['0.1%', '10%'],
};

/** What a key's schema may say beside its type. */
export interface Notes extends Limits {
  readonly default?: string;
}

/** A text with a unit; of a fraction also a plain number. `limits` are in base units. */
export function quantity(kind: QuantityKind, description: string, notes: Notes = {}) {
  const { default: preset, ...limits } = notes;
  return Type.Unsafe<string | number>({
    type: kind === 'fraction' ? ['string', 'number'] : 'string',
    pattern: quantities[kind].pattern,
    notation: { kind, ...limits },
    description,
    examples: EXAMPLES[kind],
    ...(preset === undefined ? {} : { default: preset }),
  });
}

export const duration = (description: string, notes?: Notes) => quantity('duration', description, notes);

/** A quantity, or the distribution that it is drawn from anew each time. `limits` hold for every figure of it. */
export function law(kind: QuantityKind, description: string, limits: Limits & { default?: string } = {}) {
  const { default: preset, ...bounds } = limits;
  return Type.Unsafe<string>({
    type: 'string',
    notation: { kind: 'law', of: kind, ...bounds },
    description: `${description}; a distribution where it is drawn anew each time`,
    examples: [EXAMPLES[kind][0], `exponential ${EXAMPLES[kind][0]}`],
    ...(preset === undefined ? {} : { default: preset }),
  });
}

/** The name of a file. */
export const file = (description: string) =>
  Type.String({ minLength: 1, description, examples: ['data/ten-sites.csv'] });

/** A text that a reader of its own understands. */
export function text(
  kind: 'selector' | 'partition' | 'expectation' | 'place',
  description: string,
  examples: string[],
) {
  return Type.Unsafe<string>({ type: 'string', notation: { kind }, description, examples });
}

/**
 * A mapping that takes these keys and no others. A key with a default may be left out, and its type says that it is
 * there: checking fills it in. `absent: {}` lets the defaults within stand for a mapping left out.
 */
export function mapping<P extends TProperties>(description: string, keys: P, absent?: { default: object }) {
  const object = Type.Object(keys, { description, additionalProperties: false, ...absent });
  const required = ((object.required ?? []) as string[]).filter(key => !('default' in keys[key]!));
  return Type.Unsafe<Static<typeof object>>({ ...object, required });
}

/**
 * A mapping of one of several forms, told apart by the key that only it must have; the first such key present decides.
 * Written with `if` and `then`, so that a mistake is reported against the form that was meant.
 */
export function oneOfForms<F extends Record<string, TSchema>>(description: string, forms: F) {
  const marks = Object.keys(forms);
  const known: Record<string, TSchema> = {};
  for (const form of Object.values(forms)) {
    for (const key of Object.keys((form as unknown as { properties: TProperties }).properties))
      known[key] ??= Type.Unsafe({});
  }
  const neither: object = {
    properties: known,
    additionalProperties: false,
    anyOf: marks.map(mark => ({ required: [mark] })),
    errorMessage: marks.length === 1 ? `the key ${marks[0]}` : `one of the keys ${marks.join(', ')}`,
  };
  const chain = marks.reduceRight<object>(
    // biome-ignore lint/suspicious/noThenProperty: the JSON Schema keyword
    (otherwise, mark) => ({ if: { required: [mark] }, then: forms[mark], else: otherwise }),
    neither,
  );
  return Type.Unsafe<Static<F[keyof F]>>({ type: 'object', description, ...chain });
}
