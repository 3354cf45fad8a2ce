// Option values as people write them on a command line: `every=500ms`, `lookup.every=10s`, `successors=4`.
import { isOption, type OptionSpec, type OptionTree } from './options.ts';

/** An option that does not exist, or a value that is none of its kind. The message says which, and what is expected. */
export class OptionError extends Error {
  override name = 'OptionError';
}

const DURATION = { d: 86_400e9, h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, ns: 1 } as const;
const SIZE = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** Kinds of which a value is one number. */
type NumberKind = Exclude<OptionSpec['kind'], 'choice' | 'series'>;

const EXPECTED: Readonly<Record<NumberKind, string>> = {
  duration: 'a duration with its unit (ns, us, ms, s, m, h, d), such as 10s',
  count: 'a whole number, such as 8',
  bytes: 'a whole number of bytes, or a size with its unit (B, KB, MB, GB, KiB, MiB, GiB), such as 64B',
  fraction: 'a percentage such as 0.1%, or a fraction between 0 and 1 such as 0.001',
};

/**
 * Reads assignments `key.path=value`; of several to one option the last one holds.
 * @returns the options given, as `withDefaults` takes them
 * @throws {OptionError}
 */
export function parseOptions(tree: OptionTree, assignments: readonly string[]): object {
  const given: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new OptionError(`found '${assignment}', expected key.path=value`);
    const key = assignment.slice(0, equals);
    const spec = findOption(tree, key);
    place(given, key.split('.'), parseValue(spec, key, assignment.slice(equals + 1).trim()));
  }
  return given;
}

/** The full names of all options in a tree, such as `lookup.every`. */
export function optionKeys(tree: OptionTree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, entry]) =>
    isOption(entry) ? [`${prefix}${key}`] : optionKeys(entry, `${prefix}${key}.`),
  );
}

function findOption(tree: OptionTree, key: string): OptionSpec {
  let entry: OptionTree | OptionSpec | undefined = tree;
  for (const part of key.split('.')) {
    entry = entry && !isOption(entry) && Object.hasOwn(entry, part) ? entry[part] : undefined;
  }
  if (entry && isOption(entry)) return entry;
  throw new OptionError(`${key}: no such option; there are ${optionKeys(tree).join(', ')}`);
}

function place(group: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (rest.length === 0) {
    group[head] = value;
    return;
  }
  group[head] ??= {};
  place(group[head] as Record<string, unknown>, rest, value);
}

function parseValue(spec: OptionSpec, key: string, text: string): number | string | number[] {
  const refuse = (expected: string) => new OptionError(`${key}: found '${text}', expected ${expected}`);
  if (spec.kind === 'choice') {
    if (spec.choices.includes(text)) return text;
    throw refuse(spec.choices.join(' or '));
  }
  if (spec.kind === 'series') {
    const values = text.split(',').map(item => readNumber('count', item.trim()) ?? Infinity);
    if (values.every(value => value <= spec.maximum)) return values;
    throw refuse(`whole numbers up to ${spec.maximum} with commas between them, such as 5,0,12`);
  }
  const value = readNumber(spec.kind, text);
  if (value === undefined) throw refuse(EXPECTED[spec.kind]);
  const { minimum = 0, maximum = Infinity } = spec;
  const unit = spec.kind === 'duration' ? ' ns' : '';
  if (value < minimum) throw refuse(`at least ${minimum}${unit}`);
  if (value > maximum) throw refuse(`at most ${maximum}${unit}`);
  return value;
}

/** @returns undefined where the text is no value of the kind, or one too large to be exact */
function readNumber(kind: NumberKind, text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zA-Z%]*)$/.exec(text);
  if (!match) return undefined;
  const [, digits, unit] = match;
  const figure = Number(digits);
  if (kind === 'fraction') {
    const value = unit === '%' ? figure / 100 : figure;
    return (unit === '' || unit === '%') && value <= 1 ? value : undefined;
  }
  const factor = factorOf(kind, unit);
  if (factor === undefined) return undefined;
  const value = kind === 'duration' ? Math.round(figure * factor) : figure * factor;
  return Number.isSafeInteger(value) ? value : undefined;
}

function factorOf(kind: 'duration' | 'count' | 'bytes', unit: string): number | undefined {
  if (kind === 'count') return unit === '' ? 1 : undefined;
  if (kind === 'bytes' && unit === '') return 1;
  const units: Readonly<Record<string, number>> = kind === 'duration' ? DURATION : SIZE;
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

/** Option values as assignments that `parseOptions` reads back to the same values. @param values complete */
export function writeOptions(tree: OptionTree, values: object, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, entry]) => {
    const value = (values as Record<string, unknown>)[key];
    if (!isOption(entry)) return writeOptions(entry, value as object, `${prefix}${key}.`);
    return [`${prefix}${key}=${value}${entry.kind === 'duration' ? 'ns' : ''}`];
  });
}
