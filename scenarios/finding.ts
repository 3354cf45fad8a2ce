// A finding: a problem before its place in the text is known, named by its path in the document alone.

import { nearest } from './nearest.ts';
import type { Origin, Override } from './overrides.ts';
import type { Problem } from './problem.ts';
import type { Path, Source } from './source.ts';

export interface Finding {
  readonly path: Path;
  /** Whether the key itself is wrong, or its value. */
  readonly of: 'key' | 'value';
  readonly found: string;
  readonly expected: string;
  readonly hint?: string | undefined;
  /** Another value that has part in it: where that came from the command line, the problem is there. */
  readonly with?: Path;
}

const startsWith = (path: Path, start: Path) => start.every((key, index) => path[index] === key);

interface Found {
  readonly place: Origin;
  readonly hint?: string | undefined;
}

/** The place of a finding in the override that brought what is wrong, or a mapping in which something lacks. */
function foundInOverride(finding: Finding, data: unknown, overrides: readonly Override[]): Found | undefined {
  const { path, of, with: other } = finding;
  const paths = other ? [path, other] : [path];
  const brought = overrides.findLast(override => paths.some(part => startsWith(part, override.path)));
  if (brought)
    return {
      place: brought.place(startsWith(path, brought.path) ? path.slice(brought.path.length) : [], of),
    };
  const { made, beside } = firstMade(path, data);
  const maker = made && overrides.findLast(override => startsWith(override.path, made));
  if (!maker) return undefined;
  // What lacks something may be a mapping that nobody wanted: its name is another's, misspelt.
  const meant = nearest(made.at(-1)!, beside);
  const hint = meant && [...made.slice(0, -1), meant, ...maker.path.slice(made.length)].join('.');
  return { place: maker.place([], 'key'), hint };
}

/** The path up to its first key that the data do not have, and the keys that they have in its place. */
function firstMade(path: Path, data: unknown): { made?: Path; beside: string[] } {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (typeof value !== 'object' || value === null) return { made: path.slice(0, depth + 1), beside: [] };
    if (!Object.hasOwn(value, key)) return { made: path.slice(0, depth + 1), beside: Object.keys(value) };
    value = (value as Record<string, unknown>)[key];
  }
  return { beside: [] };
}

/** Finds the place of a finding: the override that brought the value, or its line and column in the file. */
export function locate(
  finding: Finding,
  file: string,
  source: Source,
  overrides: readonly Override[],
): Problem {
  const { path, of, found, expected } = finding;
  const { place, hint: guess } = foundInOverride(finding, source.data, overrides) ?? {
    place: { file, ...source.place(path, of) },
  };
  const hint = finding.hint ?? guess;
  return { ...place, key: path.join('.'), found, expected, ...(hint === undefined ? {} : { hint }) };
}
