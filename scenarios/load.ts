// The way in: a name, a file or a text becomes a checked scenario, or an error that says all that is wrong with it.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Given, parseDesigns } from './designs.ts';
import { libraryFiles } from './library.ts';
import { nearest } from './nearest.ts';
import { ScenarioError } from './problem.ts';
import type { LoadedDesigns, LoadedScenario } from './scenario.ts';

const aboutFile = (file: string, found: string, expected: string, hint?: string): ScenarioError =>
  new ScenarioError([
    { file, line: 0, column: 0, key: '', found, expected, ...(hint === undefined ? {} : { hint }) },
  ]);

/**
 * Reads the text of a scenario that is one design.
 * @param file where the text is from: problems name it, and names of other files in the text are relative to it
 * @throws {ScenarioError} with all that is wrong, in the text and in the overrides
 */
export function parseScenario(text: string, file: string, given: Given = {}): LoadedScenario {
  return onlyOne(parseDesigns(text, file, file, given), file);
}

/** @throws {ScenarioError} where there are several designs */
function onlyOne({ designs }: LoadedDesigns, shown: string): LoadedScenario {
  const [first, ...others] = designs;
  if (others.length === 0) return first!;
  const names = designs.map(({ variant }) => variant).join(', ');
  throw aboutFile(shown, `the variants ${names}`, 'one of them to be named, with --variant');
}

function read(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      EISDIR: 'a folder',
      EACCES: 'a file that may not be read',
    };
    throw aboutFile(shown, reasons[code ?? ''] ?? message, 'a scenario file');
  }
}

/** A name is looked for in the library; what ends in .yaml or .yml, or holds a slash, is a file. */
function fileOf(nameOrFile: string): string {
  const known = libraryFiles();
  const inLibrary = known.get(nameOrFile);
  if (inLibrary !== undefined) return inLibrary;
  if (/[/\\]|\.ya?ml$/.test(nameOrFile) || existsSync(nameOrFile)) return nameOrFile;
  const names = [...known.keys()];
  const expected = `a file, or a scenario of the library: ${names.join(', ')}`;
  throw aboutFile(nameOrFile, 'no scenario of this name', expected, nearest(nameOrFile, names));
}

/** The shorter of a file's names: relative where it is below the working directory. */
function shownAs(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}

/**
 * Loads a scenario of the library, by its name, or a scenario file: every design in it.
 * @throws {ScenarioError} where there is none, it cannot be read, or anything in it or in the overrides is wrong
 */
export function loadDesigns(nameOrFile: string, given: Given = {}): LoadedDesigns {
  const file = fileOf(nameOrFile);
  const shown = shownAs(file);
  return parseDesigns(read(file, shown), file, shown, given);
}

/**
 * Loads a scenario of which one design is wanted.
 * @throws {ScenarioError} as `loadDesigns`, and where it has several variants and none is named
 */
export function loadScenario(nameOrFile: string, given: Given = {}): LoadedScenario {
  return onlyOne(loadDesigns(nameOrFile, given), shownAs(fileOf(nameOrFile)));
}

/** A scenario of the library. */
export interface Listed {
  readonly name: string;
  readonly about: string;
  readonly file: string;
  /** The names of the designs that it compares; absent where it has one alone. */
  readonly variants?: readonly string[];
}

/** The scenarios of the library, in alphabetical order. */
export function listScenarios(): Listed[] {
  return [...libraryFiles()].map(([name, file]) => {
    const { designs } = loadDesigns(file);
    const variants = designs.flatMap(({ variant }) => variant ?? []);
    const { about } = designs[0]!.scenario;
    return { name, about, file, ...(variants.length > 0 && { variants }) };
  });
}
