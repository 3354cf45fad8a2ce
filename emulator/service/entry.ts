// What a scenario calls a service: a file, or the folder of a package. Which file that is, and where it lives.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ServiceError } from './service-error.ts';

/** Conditions of `exports` that hold for a service, the first that a package has. */
const CONDITIONS = ['node', 'import', 'require', 'default'];

const MAINS = ['index.ts', 'index.js', 'index.mjs', 'index.cjs'];

/**
 * The file that a service begins with.
 * @param service absolute name of a file or of a package's folder
 * @throws {ServiceError} where there is none
 */
export function entryOf(service: string): string {
  if (!existsSync(service)) throw new ServiceError(`${service}: no such file or folder`);
  if (!statSync(service).isDirectory()) return service;
  const named = existsSync(join(service, 'package.json')) ? mainOf(readPackage(service)) : undefined;
  const candidates = named === undefined ? MAINS : [named, `${named}.js`, join(named, 'index.js')];
  const found = candidates
    .map(name => resolve(service, name))
    .find(file => existsSync(file) && statSync(file).isFile());
  if (found === undefined)
    throw new ServiceError(`${service}: found no ${candidates.join(', ')} to begin with`);
  return found;
}

/** The folder of the package that a file belongs to; without one, the file's own. */
export function packageFolder(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return dirname(file);
  }
}

interface Package {
  readonly main?: unknown;
  readonly exports?: unknown;
}

function readPackage(folder: string): Package {
  const file = join(folder, 'package.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Package;
  } catch (error) {
    throw new ServiceError(`${file}: ${(error as Error).message}`);
  }
}

function mainOf({ exports, main }: Package): string | undefined {
  const exported = conditional(exports);
  if (exported !== undefined) return exported;
  return typeof main === 'string' ? main : undefined;
}

function conditional(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const table = exports as Record<string, unknown>;
  const chosen = ['.', ...CONDITIONS].find(key => key in table);
  return chosen === undefined ? undefined : conditional(table[chosen]);
}
