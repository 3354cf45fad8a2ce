// Looking into a document of which not all may be as it should.
import type { Finding } from './finding.ts';
import { type QuantityKind, quantities } from './notation.ts';
import { describe } from './problem.ts';
import type { Path } from './source.ts';

/** What stands at a place; undefined where nothing does. */
export function at(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The quantity at a place in base units; undefined where none can be read. */
export function read(kind: QuantityKind, document: unknown, path: Path): number | undefined {
  const figure = quantities[kind].read(at(document, path));
  return typeof figure === 'number' ? figure : undefined;
}

export const has = (document: unknown, path: Path) => at(document, path) !== undefined;

export const keysAt = (document: unknown, path: Path): string[] => {
  const value = at(document, path);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

export const wrong = (
  document: unknown,
  path: Path,
  expected: string,
  also: Partial<Finding> = {},
): Finding => ({
  path,
  of: 'value',
  found: describe(at(document, path)),
  expected,
  ...also,
});
