// A finding: a problem before its place in the text is known, named by its path in the document alone.

import type { Override } from './overrides.ts';
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

function overrideOf(finding: Finding, overrides: readonly Override[]): Override | undefined {
  const paths = finding.with ? [finding.path, finding.with] : [finding.path];
  return overrides.findLast(override => paths.some(path => startsWith(path, override.path)));
}

/** Finds the place of a finding: the override that brought the value, or its line and column in the file. */
export function locate(
  finding: Finding,
  file: string,
  source: Source,
  overrides: readonly Override[],
): Problem {
  const { path, of, found, expected, hint } = finding;
  const override = overrideOf(finding, overrides);
  const place = override ? { file: override.place, line: 0, column: 0 } : { file, ...source.place(path, of) };
  return { ...place, key: path.join('.'), found, expected, ...(hint === undefined ? {} : { hint }) };
}
