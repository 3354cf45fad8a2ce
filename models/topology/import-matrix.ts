// Imports a square CSV matrix of round-trip times, one row and one column a site.
import { HOUR, MILLISECOND, type Nanoseconds } from '../../sim/time.ts';
import { readRecords, shown } from './csv-table.ts';
import { MatrixPaths } from './paths.ts';
import type { Site } from './site.ts';
import { type Topology, TopologyError } from './topology.ts';

/** A topology as imported, and what the importer had to note of the file. */
export interface Import {
  readonly topology: Topology;
  readonly warnings: readonly string[];
}

/**
 * One-way delay inside a site, which no matrix between sites tells: half of 0.23 ms, the median round trip between two
 * PlanetLab nodes of one site.
 */
export const SAME_SITE_DELAY: Nanoseconds = 0.115 * MILLISECOND;

/** No round trip on Earth takes this long; a figure above it is in another unit or damaged. */
const LONGEST_ROUND_TRIP: Nanoseconds = HOUR;

/** A host name's label holds 63 characters (RFC 1123); five are kept for a node's number. */
const SITE_NAME = /^(?=.{1,58}$)(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a square matrix of round-trip times in milliseconds, plain or gzip. Where the first cell is empty, the first row
 * and the first column name the sites; otherwise they are `site-1`, `site-2`, ... A site has one node and class `edge`.
 *
 * The delay from i to j is half of entry (i, j): where the matrix is symmetric, out and back sum to the entry, rounded to
 * the nanosecond, exactly; where it is not, they sum to the mean of the two entries, within a nanosecond.
 * The diagonal is 0, and the delay inside a site is SAME_SITE_DELAY.
 * @throws TopologyError naming file, row and column (from 1, as in the file), what was found and what was expected
 */
export function importMatrix(file: string): Import {
  const records = readRecords(file);
  const named = records[0][0] === '';
  const header = named ? 1 : 0;
  const size = records[0].length - header;
  const names = named ? readNames(file, records[0]) : records.map((_, index) => `site-${index + 1}`);
  checkShape(file, records, size, header);
  if (named) checkRowNames(file, records, names);
  const roundTrips = readRoundTrips(file, records, size, header);
  const sites = names.map((name): Site => ({ name, class: 'edge', nodes: 1 }));
  return {
    topology: { sites, paths: new MatrixPaths(size, halve(size, roundTrips)) },
    warnings: asymmetryWarnings(size, roundTrips),
  };
}

/**
 * Reads a round-trip time in milliseconds.
 * @returns nanoseconds, rounded, in 1 .. an hour
 * @throws TopologyError that begins with `place`
 */
export function readRoundTrip(text: string, place: string): Nanoseconds {
  if (text === '') throw new TopologyError(`${place}: the cell is empty, expected a round-trip time in ms`);
  const roundTrip = Math.round(Number(text) * MILLISECOND);
  if (!NUMBER.test(text)) {
    throw new TopologyError(`${place}: found ${shown(text)}, expected a round-trip time in ms`);
  }
  if (roundTrip > LONGEST_ROUND_TRIP) {
    throw new TopologyError(
      `${place}: found ${shown(text)}, expected a round-trip time in ms of at most an hour (${HOUR / MILLISECOND})`,
    );
  }
  if (roundTrip < 0) {
    throw new TopologyError(
      `${place}: found ${shown(text)}, expected a round-trip time in ms, which cannot be negative`,
    );
  }
  if (roundTrip === 0) {
    throw new TopologyError(
      `${place}: found ${shown(text)}, expected a round-trip time in ms above 0: between two sites, 0 is a measurement that is missing`,
    );
  }
  return roundTrip;
}

/** Halves round trips into one-way delays: the odd nanosecond goes to the direction from the lower index. */
export function halve(size: number, roundTrips: Float64Array): Float64Array {
  return roundTrips.map((roundTrip, cell) => {
    const from = Math.floor(cell / size);
    const to = cell % size;
    if (from === to) return SAME_SITE_DELAY;
    return from < to ? Math.ceil(roundTrip / 2) : Math.floor(roundTrip / 2);
  });
}

function checkShape(file: string, records: string[][], size: number, header: number): void {
  const columns = size + header;
  records.forEach((record, row) => {
    if (record.length === columns) return;
    throw new TopologyError(
      `${file}: row ${row + 1}, column ${Math.min(record.length, columns) + 1}: found ${count(record.length, 'cell')} in the row, expected ${columns} as in row 1`,
    );
  });
  const rows = records.length - header;
  if (rows !== size) {
    throw new TopologyError(
      `${file}: found ${count(rows, 'row')} of ${count(size, 'figure')}, expected a square matrix`,
    );
  }
  if (size < 2) throw new TopologyError(`${file}: found ${count(size, 'site')}, expected at least 2`);
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

function readNames(file: string, header: readonly string[]): string[] {
  const names = header.slice(1);
  const columnOf = new Map<string, number>();
  names.forEach((name, index) => {
    const place = `${file}: row 1, column ${index + 2}`;
    if (!SITE_NAME.test(name)) {
      throw new TopologyError(
        `${place}: found ${shown(name)}, expected a site name: at most 58 of a-z, 0-9 and '-', at least one letter, no '-' at either end`,
      );
    }
    const earlier = columnOf.get(name);
    if (earlier) {
      throw new TopologyError(
        `${place}: found ${shown(name)}, which column ${earlier} has already, expected unique site names`,
      );
    }
    columnOf.set(name, index + 2);
  });
  return names;
}

function checkRowNames(file: string, records: readonly string[][], names: readonly string[]): void {
  names.forEach((name, index) => {
    const found = records[index + 1][0];
    if (found === name) return;
    throw new TopologyError(
      `${file}: row ${index + 2}, column 1: found ${shown(found)}, expected "${name}", as rows come in the order of the columns`,
    );
  });
}

function readRoundTrips(file: string, records: string[][], size: number, header: number): Float64Array {
  const roundTrips = new Float64Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      const text = records[from + header][to + header];
      const place = `${file}: row ${from + header + 1}, column ${to + header + 1}`;
      if (from !== to) {
        roundTrips[from * size + to] = readRoundTrip(text, place);
      } else if (!NUMBER.test(text) || Number(text) !== 0) {
        throw new TopologyError(`${place}: found ${shown(text)}, expected 0 on the diagonal`);
      }
    }
  }
  return roundTrips;
}

function asymmetryWarnings(size: number, roundTrips: Float64Array): string[] {
  let asymmetric = 0;
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      if (roundTrips[a * size + b] !== roundTrips[b * size + a]) asymmetric++;
    }
  }
  if (asymmetric === 0) return [];
  const pairs = (size * (size - 1)) / 2;
  return [
    `${asymmetric} of ${pairs} pairs are asymmetric: each round trip is the mean of the pair's two entries`,
  ];
}
