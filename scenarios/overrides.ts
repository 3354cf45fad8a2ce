// Overrides: values of the command line laid over a document (`--set key.path=value`, `--seed`, `--duration`).
import { describe, type Problem, ScenarioError } from './problem.ts';
import { type Path, readSource } from './source.ts';

export interface Overrides {
  /** `key.path=value` each; the value is YAML, and an index names an item of a list: `faults.0.at=5m`. */
  readonly set?: readonly string[];
  readonly seed?: string;
  readonly duration?: string;
}

/** Where a problem stands: in a file, or, with line and column 0, in an option of the command line. */
export type Origin = Pick<Problem, 'file' | 'line' | 'column'>;

export interface Override {
  readonly path: Path;
  readonly value: unknown;
  /** What problems name as their place. @param below of a part of the value: its path from there */
  place(below: Path, of: 'key' | 'value'): Origin;
}

const inOption = (option: string): Origin => ({ file: option, line: 0, column: 0 });

const problemOf = (place: Origin, key: string, found: string, expected: string): Problem => ({
  ...place,
  key,
  found,
  expected,
});

function readSetting(setting: string): Override | readonly Problem[] {
  const option = `--set ${setting}`;
  const place = inOption(option);
  const [, key, text] = /^([^=]*)=([\s\S]*)$/.exec(setting) ?? [];
  const path = (key ?? '').trim().split('.');
  if (text === undefined || path.includes('')) {
    return [problemOf(place, '', describe(setting), 'key.path=value, such as network.jitter=5ms')];
  }
  try {
    const { data, problems } = readSource(text, option);
    if (problems.length === 0) return { path, value: data, place: () => place };
    return problems.map(problem => ({ ...problem, line: 0, column: 0, key: path.join('.') }));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(problem => ({ ...problem, line: 0, column: 0, key: path.join('.') }));
  }
}

/** The overrides in the order in which they are laid on: `--seed` and `--duration` after every `--set`. */
export function readOverrides(overrides: Overrides): { overrides: Override[]; problems: Problem[] } {
  const read: Override[] = [];
  const problems: Problem[] = [];
  for (const setting of overrides.set ?? []) {
    const override = readSetting(setting);
    if ('place' in override) read.push(override);
    else problems.push(...override);
  }
  const { seed, duration } = overrides;
  const option = (name: string, value: string): Override => ({
    path: [name],
    value,
    place: () => inOption(`--${name} ${value}`),
  });
  if (seed !== undefined) read.push(option('seed', seed));
  if (duration !== undefined) read.push(option('duration', duration));
  return { overrides: read, problems };
}

const isIndex = (key: string) => /^(0|[1-9]\d*)$/.test(key);

/** Sets one value in `document`, making the mappings and lists on the way to it. @returns a problem where there is no such place */
function apply(document: object, { path, value, place: placeOf }: Override): Problem | undefined {
  const place = placeOf([], 'key');
  let holder: object = document;
  for (const [depth, key] of path.entries()) {
    const problem = checkIndex(holder, key, path.slice(0, depth), place);
    if (problem) return problem;
    const last = depth === path.length - 1;
    const held: unknown = Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
    // Copied: one override may be laid over several documents.
    const next = last ? structuredClone(value) : (held ?? (isIndex(path[depth + 1]!) ? [] : {}));
    if (typeof next !== 'object' && !last) {
      return problemOf(
        place,
        path.slice(0, depth + 1).join('.'),
        describe(next),
        'a mapping or a list to set this key in',
      );
    }
    Object.defineProperty(holder, key, { value: next, enumerable: true, writable: true, configurable: true });
    holder = next as object;
  }
  return undefined;
}

function checkIndex(holder: object, key: string, at: Path, place: Origin): Problem | undefined {
  if (!Array.isArray(holder)) return undefined;
  if (isIndex(key) && Number(key) <= holder.length) return undefined;
  return problemOf(
    place,
    at.join('.'),
    `the index ${key}`,
    `an index from 0 to ${holder.length} (${holder.length} adds an item)`,
  );
}

/** Lays overrides over a document, in their order. @returns a problem for each that has no place there */
export const applyAll = (document: object, overrides: readonly Override[]): Problem[] =>
  overrides.flatMap(override => apply(document, override) ?? []);
