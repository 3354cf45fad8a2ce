// What the command loads to read a scenario: the published schema, and not what the schema is built with.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a file loads at run time: files by their paths from the root, packages by their names. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const named = text.matchAll(/^(?:import|export)\b(?!\s+type\b)[^'"`;]*?from\s+['"]([^'"]+)['"]/gm);
  const bare = text.matchAll(/(?:^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm);
  return [...named, ...bare]
    .map(match => match[1]!)
    .map(target => (target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target));
}

function reachedFrom(file: string): Set<string> {
  const reached = new Set([file]);
  for (const one of reached) if (one.endsWith('.ts')) for (const next of loadedBy(one)) reached.add(next);
  return reached;
}

/** The package that schemas are built with, and the files that build them. */
const BUILDS = /^typebox\b|^scenarios\/(?:.*-)?schema(?:-parts)?\.ts$/;

test.each(['scenarios/load.ts', 'cli/main.ts'])('%s builds no schema', file => {
  const reached = [...reachedFrom(file)];
  expect(reached).toContain('scenarios/check.ts');
  expect(reached.filter(one => BUILDS.test(one))).toEqual([]);
});

test('the walk sees what builds the schema', () => {
  const reached = [...reachedFrom('scenarios/write-schema.ts')];
  expect(reached).toContain('typebox');
  expect(reached.filter(one => BUILDS.test(one)).length).toBeGreaterThan(10);
});
