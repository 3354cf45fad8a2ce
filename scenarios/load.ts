// The way in: a name, a file or a text becomes a checked scenario, or an error that says all that is wrong with it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { checkSchema } from './check.ts';
import { convert } from './convert.ts';
import { crossCheck } from './cross-checks.ts';
import { locate } from './finding.ts';
import { libraryFiles } from './library.ts';
import { nearest } from './nearest.ts';
import { apply, type Overrides, readOverrides } from './overrides.ts';
import { describe, type Problem, ScenarioError } from './problem.ts';
import { resolve } from './resolve.ts';
import type { LoadedScenario } from './scenario.ts';
import type { ScenarioDocument } from './schema.ts';
import { readSource, type Source } from './source.ts';

const aboutFile = (file: string, found: string, expected: string, hint?: string): ScenarioError =>
  new ScenarioError([
    { file, line: 0, column: 0, key: '', found, expected, ...(hint === undefined ? {} : { hint }) },
  ]);

/** In the order in which a reader meets them: down the file, then the command line's. */
const inOrder = (a: Problem, b: Problem) =>
  Number(a.line === 0) - Number(b.line === 0) || a.line - b.line || a.column - b.column;

function rootOf(source: Source, file: string): object {
  const { data } = source;
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data;
  const expected = 'a mapping with the keys of a scenario: name, duration, topology, slices, ...';
  const { line, column } = source.place([], 'value');
  throw new ScenarioError([
    ...source.problems,
    { file, line, column, key: '', found: describe(data), expected },
  ]);
}

/**
 * Reads the text of a scenario.
 * @param file where the text is from: problems name it, and names of other files in the text are relative to it
 * @throws {ScenarioError} with all that is wrong, in the text and in the overrides
 */
export function parseScenario(text: string, file: string, given: Overrides = {}): LoadedScenario {
  return parse(text, file, file, given);
}

/** @param shown how problems name the file */
function parse(text: string, file: string, shown: string, given: Overrides): LoadedScenario {
  const source = readSource(text, shown);
  const document = rootOf(source, shown);
  const { overrides, problems } = readOverrides(given);
  problems.push(...source.problems);
  for (const override of overrides) {
    const problem = apply(document, override);
    if (problem) problems.push(problem);
  }
  const findings = [...checkSchema(document), ...crossCheck(document)];
  const located = findings.map(finding => locate(finding, shown, source, overrides));
  // What could not be read was taken for nothing, which is no second problem.
  const unread = new Set(source.problems.map(({ line, column }) => `${line}:${column}`));
  problems.push(...located.filter(({ line, column }) => !unread.has(`${line}:${column}`)));
  if (problems.length > 0) throw new ScenarioError(problems.sort(inOrder));
  const resolved = resolve(document as ScenarioDocument, dirname(file));
  const errorAt: LoadedScenario['errorAt'] = (path, found, expected, hint) => {
    const finding = { path: path.map(String), of: 'value', found, expected, hint } as const;
    return new ScenarioError([locate(finding, shown, source, overrides)]);
  };
  return { scenario: convert(resolved), resolved, source: file, errorAt };
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
 * Loads a scenario of the library, by its name, or a scenario file.
 * @throws {ScenarioError} where there is none, it cannot be read, or anything in it or in the overrides is wrong
 */
export function loadScenario(nameOrFile: string, given: Overrides = {}): LoadedScenario {
  const file = fileOf(nameOrFile);
  const shown = shownAs(file);
  return parse(read(file, shown), file, shown, given);
}

/** The scenarios of the library, in alphabetical order. */
export function listScenarios(): { name: string; about: string; file: string }[] {
  return [...libraryFiles()].map(([name, file]) => ({
    name,
    about: loadScenario(file).scenario.about,
    file,
  }));
}
