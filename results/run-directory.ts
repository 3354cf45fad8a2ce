// The run directory: where a run's files go, and which files they are.
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { VariantsSummary } from './comparison.ts';
import { comparisonCsv } from './comparison-csv.ts';
import { writeMetricsCsv } from './csv.ts';
import { ResultsError } from './errors.ts';
import { cannotWrite, codeOf, type Parts, publish } from './publish.ts';
import { renderReport } from './report.ts';
import type { Summary } from './summary.ts';
import type { TimeSeries } from './time-series.ts';

/** All that is to be kept of a run. */
export interface RunRecord {
  /** Whatever it takes to run again: the scenario as resolved, versions, machine. Must be JSON. */
  readonly manifest: object;
  readonly summary: Summary;
  readonly recorder: TimeSeries;
  /** The scenario's purpose in a sentence, for the report. */
  readonly about?: string;
  /** Further files and folders, by name, and what writes each. */
  readonly attachments?: Parts;
}

/** A directory that the caller names, or one that is named after the run in the directory `under`. */
export type Place = { readonly out: string } | { readonly under: string };

/**
 * Writes manifest.json, summary.json, metrics.csv and report.html: all of them or nothing, and never over an earlier
 * run. Under `under` the directory is `<scenario>-seed<seed>`, or with `-2`, `-3`, … where that exists.
 * @returns the directory's path
 * @throws {ResultsError} where `out` is taken, or where the place cannot be written or is full: it names the path
 */
export async function writeRunDirectory(record: RunRecord, place: Place): Promise<string> {
  return publishAt(place, record.summary, partsOf(record));
}

/**
 * Writes the runs of variants, each in a directory of its own, beside the summary of all and `comparison.csv`.
 * @param records by the variants' names
 * @returns the directory's path, named as for `writeRunDirectory`
 * @throws {ResultsError} as `writeRunDirectory`
 */
export async function writeVariantsDirectory(
  summary: VariantsSummary,
  records: ReadonlyMap<string, RunRecord>,
  place: Place,
): Promise<string> {
  const directories = [...records].map(([name, record]) => [name, folder(partsOf(record))] as const);
  return publishAt(place, summary, {
    'summary.json': path => writeJson(path, summary),
    'comparison.csv': path => writeNew(path, comparisonCsv(summary.variants)),
    ...Object.fromEntries(directories),
  });
}

const partsOf = (record: RunRecord): Parts => ({
  'manifest.json': path => writeJson(path, record.manifest),
  'summary.json': path => writeJson(path, record.summary),
  'metrics.csv': path => writeMetricsCsv(path, record.recorder.series()),
  'report.html': path => writeNew(path, renderReport(record)),
  ...record.attachments,
});

const folder =
  (parts: Parts) =>
  async (path: string): Promise<void> => {
    await mkdir(path);
    for (const [name, write] of Object.entries(parts)) await write(join(path, name));
  };

type Named = Pick<Summary, 'scenario' | 'seed'>;

async function publishAt(place: Place, run: Named, parts: Parts): Promise<string> {
  if ('out' in place) checkFree(place.out);
  const path = await publish('out' in place ? [place.out] : runNames(run, place.under), parts);
  if (path === undefined) throw taken((place as { out: string }).out);
  return path;
}

/**
 * Checks, before a long run, that a directory can be made at a path: it is absent or empty, and its parent writable.
 * @throws {ResultsError} with the remedy
 */
export function checkFree(out: string): void {
  try {
    if (readdirSync(out).length > 0) throw taken(out);
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    if (codeOf(error) === 'ENOTDIR' && isFile(out)) throw taken(out);
    if (codeOf(error) !== 'ENOENT') throw cannotWrite(out, error);
  }
  try {
    accessSync(nearestExisting(dirname(resolve(out))), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotWrite(out, error);
  }
}

/** Characters of a name: with a number after it and three bytes a character it is still a file name. */
const LONGEST_NAME = 80;

function* runNames({ scenario, seed }: Named, under: string): Iterable<string> {
  const name = join(under, fileName(`${scenario}-seed${seed}`));
  yield name;
  for (let n = 2; ; n++) yield `${name}-${n}`;
}

/** A text as a file name: letters, digits, `.`, `_` and `-`, not hidden, of a length that every file system takes. */
function fileName(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, LONGEST_NAME);
}

function nearestExisting(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestExisting(dirname(path));
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function taken(out: string): ResultsError {
  return new ResultsError(
    `${out} exists and is not an empty directory`,
    'name another directory, or remove it',
  );
}

function writeJson(path: string, value: object): Promise<void> {
  return writeNew(path, `${JSON.stringify(value, null, 2)}\n`);
}

function writeNew(path: string, text: string): Promise<void> {
  return writeFile(path, text, { flag: 'wx' });
}
