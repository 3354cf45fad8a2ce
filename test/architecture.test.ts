// The house: imports run one way between the top-level folders, and every folder has its map.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What each folder's files may import besides their own folder. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  protocols: [],
  results: [],
  models: ['sim', 'protocols'],
  services: ['protocols'],
  scenarios: ['models', 'sim', 'protocols'],
  emulator: ['models/network', 'sim', 'protocols/port.ts'],
  cli: ['scenarios', 'models', 'sim', 'protocols', 'emulator', 'results'],
};

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file));

const importsOf = (file: string): string[] => {
  const text = readFileSync(join(root, file), 'utf8');
  const named = [...text.matchAll(/^(?:import|export)\b[^'"`;]*?from\s+['"]([^'"]+)['"]/gm)];
  const bare = [...text.matchAll(/(?:^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm)];
  return [...named, ...bare]
    .map(match => match[1])
    .filter(target => target.startsWith('.'))
    .map(target => relative(root, resolve(root, dirname(file), target)));
};

describe('the house', () => {
  test.each(Object.entries(MAY_IMPORT))('%s imports only what stands below it', (folder, allowed) => {
    const against = sourceFiles(folder).flatMap(file =>
      importsOf(file)
        .filter(
          target => ![folder, ...allowed].some(place => target === place || target.startsWith(`${place}/`)),
        )
        .map(target => `${file} imports ${target}`),
    );
    expect(against).toEqual([]);
  });

  test('the check reads imports', () => {
    const files = Object.keys(MAY_IMPORT).flatMap(sourceFiles);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
  });

  test('no two files import each other, however far around', () => {
    const files = Object.keys(MAY_IMPORT).flatMap(sourceFiles);
    const valueImports = new Map(files.map(file => [file, importsOf(file)]));
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      if (done.has(file) || trail.includes(file)) return;
      for (const target of valueImports.get(file) ?? []) visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  test.each([...Object.keys(MAY_IMPORT), 'test', 'bench', 'docs'])('%s has a README', folder => {
    expect(existsSync(join(root, folder, 'README.md'))).toBe(true);
  });
});
