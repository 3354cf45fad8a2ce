// metrics.csv: the time series of all metrics, one window of one metric a line.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Series } from './recorder.ts';

export const CSV_COLUMNS: readonly string[] = [
  'time_s',
  'metric',
  'unit',
  'count',
  'mean',
  'min',
  'p50',
  'p90',
  'p99',
  'max',
];

/** Writes the series to a new file. An empty field means that the window has no such number. */
export async function writeMetricsCsv(path: string, series: readonly Series[]): Promise<void> {
  const lines = stringify({ header: true, columns: [...CSV_COLUMNS] });
  await pipeline(Readable.from(records(series)), lines, createWriteStream(path, { flags: 'wx' }));
}

function* records(series: readonly Series[]): Iterable<(string | number | null)[]> {
  for (const { name, unit, rows } of series) {
    for (const { time, count, mean, min, p50, p90, p99, max } of rows()) {
      yield [time, name, unit, count, mean, min, p50, p90, p99, max];
    }
  }
}
