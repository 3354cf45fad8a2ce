// Overrides: values of the command line laid over a document (`--set key.path=value`, `--seed`, `--duration`).
import { describe, type Problem, ScenarioError } from './problem.ts';
import { type Path, readSource } from './source.ts';

export interface Overrides {
  /** `key.path=value` each; the value is YAML, and an index names an item of a list: `faults.0.at=5m`. */
  readonly set?: readonly string[];
  readonly seed?: string;
  readonly duration?: string;
}

export interface Override {
  /** What problems name as their place. */
  readonly place: string;
  readonly path: Path;
  readonly value: unknown;
}

const problemOf = (place: string, key: string, found: string, expected: string): Problem => ({
  file: place,
  line: 0,
  column: 0,
  key,
  found,
  expected,
});

function readSetting(setting: string): Override | readonly Problem[] {
  const place = `--set ${setting}`;
  const [, key, text] = /^([^=]*)=([\s\S]*)$/.exec(setting) ?? [];
  const path = (key ?? '').trim().split('.');
  if (text === undefined || path.includes('')) {
    return [problemOf(place, '', describe(setting), 'key.path=value, such as network.jitter=5ms')];
  }
  try {
    const { data, problems } = readSource(text, place);
    if (problems.length === 0) return { place, path, value: data };
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
  if (seed !== undefined) read.push({ place: `--seed ${seed}`, path: ['seed'], value: seed });
  if (duration !== undefined)
    read.push({ place: `--duration ${duration}`, path: ['duration'], value: duration });
  return { overrides: read, problems };
}

const isIndex = (key: string) => /^(0|[1-9]\d*)$/.test(key);

/** Sets one value in `document`, making the mappings and lists on the way to it. @returns a problem where there is no such place */
export function apply(document: object, { place, path, value }: Override): Problem | undefined {
  let holder: object = document;
  for (const [depth, key] of path.entries()) {
    const problem = checkIndex(holder, key, path.slice(0, depth), place);
    if (problem) return problem;
    const last = depth === path.length - 1;
    const held: unknown = Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
    const next = last ? value : (held ?? (isIndex(path[depth + 1]!) ? [] : {}));
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

function checkIndex(holder: object, key: string, at: Path, place: string): Problem | undefined {
  if (!Array.isArray(holder)) return undefined;
  if (isIndex(key) && Number(key) <= holder.length) return undefined;
  return problemOf(
    place,
    at.join('.'),
    `the index ${key}`,
    `an index from 0 to ${holder.length} (${holder.length} adds an item)`,
  );
}
