// Imports an edge list of measured round trips with a table of the servers that measured them.
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { readRecords, shown } from './csv-table.ts';
import { distanceBetween, LIGHT } from './geography.ts';
import { halve, type Import, readRoundTrip } from './import-matrix.ts';
import { MatrixPaths } from './paths.ts';
import type { Coordinates, Site } from './site.ts';
import { TopologyError } from './topology.ts';

interface Server {
  readonly id: string;
  readonly name: string;
  readonly city?: string;
  readonly country?: string;
  readonly coordinates?: Coordinates;
}

/** A record of a table with a header: its cells by column name, and where it stands. */
interface Row {
  readonly place: string;
  cell(column: string): string;
}

/**
 * Reads an edge list `source,destination,min` of round trips in ms and the table of its servers
 * `id,name,title,country,latitude,longitude`, both CSV with a header, plain or gzip, columns in any order, more columns
 * allowed and passed over. Each server in the edge list becomes a site of one node and class `edge`.
 *
 * A pair's round trip is `min`: what is over it is queueing, which the network model adds itself. The delay from a to b
 * is half the round trip measured from a, as in importMatrix; the delay inside a site is SAME_SITE_DELAY. A pair of a
 * server with itself is its loopback and is passed over.
 *
 * What real data lack is filled and told in a warning, never hidden: a pair measured one way only takes that way; a pair
 * not measured at all takes the shortest path over one third site; a server without a row stands without coordinates
 * under the name `server-ID`; a pair faster than light between its coordinates is kept as measured.
 * @throws TopologyError naming file, row and column of a figure that cannot be
 */
export function importEdges(file: string, serversFile: string): Import {
  const rows = readTable(file, ['source', 'destination', 'min']);
  const table = readServers(serversFile);
  const ids = collectIds(rows, table);
  if (ids.length < 2)
    throw new TopologyError(
      `${file}: found ${ids.length} sites with a measurement to another, expected at least 2`,
    );
  const size = ids.length;
  const measured = readEdges(rows, new Map(ids.map((id, index) => [id, index])));
  const sites = nameSites(ids, table);
  const { roundTrips, reversed, detoured } = fillGaps(file, measured, sites);
  const unknown = ids.filter(id => !table.has(id));
  const unused = table.size - (size - unknown.length);
  const warnings = [
    ...note(unknown.length, `servers have no row in ${serversFile}: kept without coordinates`),
    ...note(unused, `servers of ${serversFile} have no measurement: left out`),
    ...note(reversed, 'pairs are measured one way only: that way stands for both'),
    ...note(detoured, 'pairs are not measured: the shortest path over one third site stands for each'),
    ...lightWarnings(sites, measured),
  ];
  return { topology: { sites, paths: new MatrixPaths(size, halve(size, roundTrips)) }, warnings };
}

function note(count: number, text: string): string[] {
  return count === 0 ? [] : [`${count} ${text}`];
}

function readTable(file: string, columns: readonly string[]): Row[] {
  const [header, ...records] = readRecords(file);
  for (const column of columns) {
    if (header.includes(column)) continue;
    throw new TopologyError(`${file}: row 1: found no column "${column}", expected ${columns.join(', ')}`);
  }
  return records.map((record, index) => {
    const place = `${file}: row ${index + 2}`;
    if (record.length !== header.length) {
      throw new TopologyError(
        `${place}: found ${record.length} cells, expected ${header.length} as in row 1`,
      );
    }
    return { place, cell: column => record[header.indexOf(column)] };
  });
}

function readServers(file: string): Map<string, Server> {
  const servers = new Map<string, Server>();
  const columns = ['id', 'name', 'title', 'country', 'latitude', 'longitude'];
  for (const row of readTable(file, columns)) {
    const id = row.cell('id');
    if (id === '') throw new TopologyError(`${row.place}, id: the cell is empty, expected a server's id`);
    if (servers.has(id)) {
      throw new TopologyError(`${row.place}, id: found ${shown(id)} again, expected unique ids`);
    }
    const coordinates = readCoordinates(row);
    const city = row.cell('title');
    const country = row.cell('country');
    servers.set(id, {
      id,
      name: row.cell('name'),
      ...(city === '' ? {} : { city }),
      // A country's name is not its ISO code; only a code can be kept as one.
      ...(/^[A-Z]{2}$/.test(country) ? { country } : {}),
      ...(coordinates ? { coordinates } : {}),
    });
  }
  return servers;
}

function readCoordinates(row: Row): Coordinates | undefined {
  if (row.cell('latitude') === '' && row.cell('longitude') === '') return undefined;
  return { latitude: readDegrees(row, 'latitude', 90), longitude: readDegrees(row, 'longitude', 180) };
}

function readDegrees(row: Row, column: string, limit: number): number {
  const text = row.cell(column);
  const degrees = Number(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) && Math.abs(degrees) <= limit) return degrees;
  throw new TopologyError(
    `${row.place}, ${column}: found ${shown(text)}, expected degrees from -${limit} to ${limit}`,
  );
}

/** The ids with a measurement to another: those of the server table in its order, then the others as they come. */
function collectIds(rows: readonly Row[], table: ReadonlyMap<string, Server>): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    for (const column of ['source', 'destination']) {
      if (row.cell(column) !== '') continue;
      throw new TopologyError(`${row.place}, ${column}: the cell is empty, expected a server's id`);
    }
    if (row.cell('source') !== row.cell('destination')) {
      found.add(row.cell('source')).add(row.cell('destination'));
    }
  }
  return [...[...table.keys()].filter(id => found.has(id)), ...[...found].filter(id => !table.has(id))];
}

/** The measured round trips in ns, row by row; 0 where there is none. */
function readEdges(rows: readonly Row[], indexOf: ReadonlyMap<string, number>): Float64Array {
  const size = indexOf.size;
  const measured = new Float64Array(size * size);
  for (const row of rows) {
    const source = row.cell('source');
    const destination = row.cell('destination');
    if (source === destination) continue;
    const edge = indexOf.get(source)! * size + indexOf.get(destination)!;
    if (measured[edge] !== 0) {
      throw new TopologyError(
        `${row.place}: found the pair ${shown(source)} to ${shown(destination)} again, expected each pair once`,
      );
    }
    measured[edge] = readRoundTrip(row.cell('min'), `${row.place}, min`);
  }
  return measured;
}

function nameSites(ids: readonly string[], table: ReadonlyMap<string, Server>): Site[] {
  const taken = new Set<string>();
  return ids.map(id => {
    const { name: given = '', id: _, ...place } = table.get(id) ?? { id };
    const plain = /[a-z]/.test(slug(given)) ? slug(given) : slug(`server-${id}`);
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`;
    taken.add(name);
    return { name, class: 'edge', nodes: 1, ...place };
  });
}

/** Lower case, without accents, all else a dash, short enough for a host name with two numbers. */
function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const dashed = plain.replace(/[^a-z0-9]+/g, '-').slice(0, 40);
  return dashed.replace(/^-+|-+$/g, '');
}

interface Filled {
  readonly roundTrips: Float64Array;
  /** Unordered pairs measured one way, and those measured neither way. */
  readonly reversed: number;
  readonly detoured: number;
}

function fillGaps(file: string, measured: Float64Array, sites: readonly Site[]): Filled {
  const size = sites.length;
  const known = measured.slice();
  const missing: [a: number, b: number][] = [];
  let reversed = 0;
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const out = measured[a * size + b];
      const back = measured[b * size + a];
      if (out === 0 && back === 0) missing.push([a, b]);
      else if (out === 0 || back === 0) reversed++;
      known[a * size + b] = out || back;
      known[b * size + a] = back || out;
    }
  }
  // Detours are taken over what was measured, never over another detour.
  const roundTrips = known.slice();
  for (const [a, b] of missing) {
    roundTrips[a * size + b] = shortestDetour(known, size, a, b);
    roundTrips[b * size + a] = shortestDetour(known, size, b, a);
    if (roundTrips[a * size + b] < Number.POSITIVE_INFINITY) continue;
    throw new TopologyError(
      `${file}: found no measurement between ${sites[a].name} and ${sites[b].name}, nor from a third site to both, expected either`,
    );
  }
  return { roundTrips, reversed, detoured: missing.length };
}

function shortestDetour(known: Float64Array, size: number, from: number, to: number): Nanoseconds {
  let shortest = Number.POSITIVE_INFINITY;
  for (let over = 0; over < size; over++) {
    const first = known[from * size + over];
    const second = known[over * size + to];
    if (first > 0 && second > 0) shortest = Math.min(shortest, first + second);
  }
  return shortest;
}

/** Counts the pairs measured, in either direction, below twice the distance over the speed of light in vacuum. */
function lightWarnings(sites: readonly Site[], measured: Float64Array): string[] {
  const countOf = new Map<Site, number>();
  let pairs = 0;
  for (let a = 0; a < sites.length; a++) {
    for (let b = a + 1; b < sites.length; b++) {
      const out = measured[a * sites.length + b] || Number.POSITIVE_INFINITY;
      const back = measured[b * sites.length + a] || Number.POSITIVE_INFINITY;
      const [from, to] = [sites[a], sites[b]];
      if (!from.coordinates || !to.coordinates) continue;
      if (Math.min(out, back) >= ((2 * distanceBetween(from.coordinates, to.coordinates)) / LIGHT) * SECOND)
        continue;
      pairs++;
      for (const site of [from, to]) countOf.set(site, (countOf.get(site) ?? 0) + 1);
    }
  }
  if (pairs === 0) return [];
  const [site, most] = [...countOf].reduce((worst, next) => (next[1] > worst[1] ? next : worst));
  return [
    `${pairs} pairs are faster than light between their coordinates, ${most} of them at ${site.name}: kept as measured`,
  ];
}
