// Options: a protocol says once what may be set, and the scenario schema, the command line and the types follow.

/**
 * One option. A `duration` is held in nanoseconds, `bytes` and `count` are integers, a `fraction` is in [0, 1], a `series` is
 * one or more whole numbers.
 */
export type OptionSpec =
  | {
      kind: 'duration' | 'count' | 'bytes' | 'fraction';
      default: number;
      minimum?: number;
      maximum?: number;
      about: string;
    }
  | { kind: 'series'; default: readonly number[]; maximum: number; about: string }
  | { kind: 'choice'; default: string; choices: readonly string[]; about: string };

/** Options by key; a key may hold a group of further options. */
export interface OptionTree {
  readonly [key: string]: OptionSpec | OptionTree;
}

/** The values that an option tree describes: numbers, for a series lists of them, and for a choice its strings. */
export type OptionValues<T> = {
  -readonly [K in keyof T]: T[K] extends { kind: 'choice'; choices: readonly (infer C)[] }
    ? C
    : T[K] extends { kind: 'series' }
      ? readonly number[]
      : T[K] extends { kind: string }
        ? number
        : OptionValues<T[K]>;
};

export function isOption(entry: OptionSpec | OptionTree): entry is OptionSpec {
  return typeof (entry as OptionSpec).kind === 'string';
}

/** The tree's defaults, with `given` laid over them. Does not check `given`: whoever reads it from a person does. */
export function withDefaults<T extends OptionTree>(tree: T, given: object = {}): OptionValues<T> {
  const values: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(tree)) {
    const value = (given as Record<string, unknown>)[key];
    values[key] = isOption(entry)
      ? (value ?? entry.default)
      : withDefaults(entry, value as object | undefined);
  }
  return values as OptionValues<T>;
}
