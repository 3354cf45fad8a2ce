// What ships with Petri: the library, which is its scenarios by name, and the schema that they are checked against.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder: the same whether this file runs as source or compiled. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

const scenariosFolder = (): string => join(packageFolder(), 'scenarios');

/** The file of the JSON Schema of a scenario. */
export const schemaFile = (): string => join(scenariosFolder(), 'scenario.schema.json');

const ENDING = '.yaml';

/** The names of the library's scenarios and their files, in alphabetical order. */
export function libraryFiles(): ReadonlyMap<string, string> {
  const folder = join(scenariosFolder(), 'library');
  const files = readdirSync(folder)
    .filter(file => file.endsWith(ENDING))
    .sort();
  return new Map(files.map(file => [file.slice(0, -ENDING.length), join(folder, file)]));
}
