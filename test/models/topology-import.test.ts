// Imported topologies: equal to their file to the nanosecond, or refused with the place and the reason.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matrixCsv } from '../../models/topology/export-matrix.ts';
import { importEdges } from '../../models/topology/import-edges.ts';
import { importMatrix, SAME_SITE_DELAY } from '../../models/topology/import-matrix.ts';
import { MatrixPaths } from '../../models/topology/paths.ts';
import { type Topology, TopologyError } from '../../models/topology/topology.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-topology-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array, name = 'm.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** The message of the TopologyError that `action` throws, the folder left out. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TopologyError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('not refused');
}

function roundTrip({ paths }: Topology, a: number, b: number): number {
  return paths.delay(a, b) + paths.delay(b, a);
}

describe('a matrix', () => {
  test('gives each round trip to the nanosecond, the odd one outward', () => {
    const { topology, warnings } = importMatrix(write('0,0.175,1.000001\n0.175,0,20\n1.000001,20,0\n'));
    expect(topology.sites).toEqual(
      ['site-1', 'site-2', 'site-3'].map(name => ({ name, class: 'edge', nodes: 1 })),
    );
    expect(roundTrip(topology, 0, 1)).toBe(175_000);
    expect([topology.paths.delay(0, 2), topology.paths.delay(2, 0)]).toEqual([500_001, 500_000]);
    expect(topology.paths.delay(1, 1)).toBe(SAME_SITE_DELAY);
    expect(warnings).toEqual([]);
  });

  test('may name its sites, be packed, have a byte order mark, blanks, CRLF and blank lines at its end', () => {
    const { topology } = importMatrix(
      write(gzipSync('\uFEFF,mit, kth\r\nmit,0,1e2\r\nkth, 100 ,0.0\r\n\r\n')),
    );
    expect(topology.sites.map(site => site.name)).toEqual(['mit', 'kth']);
    expect(roundTrip(topology, 0, 1)).toBe(100e6);
  });

  test('that is asymmetric gives the mean of the two entries, and says so', () => {
    const { topology, warnings } = importMatrix(write('0,10,5\n30,0,5\n5,5,0\n'));
    expect([topology.paths.delay(0, 1), topology.paths.delay(1, 0)]).toEqual([5e6, 15e6]);
    expect(warnings).toEqual([
      "1 of 3 pairs are asymmetric: each round trip is the mean of the pair's two entries",
    ]);
  });

  const NAME_RULE =
    "expected a site name: at most 58 of a-z, 0-9 and '-', at least one letter, no '-' at either end";
  test.each([
    ['a letter', '0,1\nx,0\n', 'm.csv: row 2, column 1: found "x", expected a round-trip time in ms'],
    [
      'a figure with a unit',
      '0,1ms\n1,0\n',
      'm.csv: row 1, column 2: found "1ms", expected a round-trip time in ms',
    ],
    [
      'a hexadecimal',
      '0,0x10\n1,0\n',
      'm.csv: row 1, column 2: found "0x10", expected a round-trip time in ms',
    ],
    ['NaN', '0,NaN\n1,0\n', 'm.csv: row 1, column 2: found "NaN", expected a round-trip time in ms'],
    [
      'Infinity',
      '0,Infinity\n1,0\n',
      'm.csv: row 1, column 2: found "Infinity", expected a round-trip time in ms',
    ],
    [
      'an overflow',
      '0,1e999\n1,0\n',
      'm.csv: row 1, column 2: found "1e999", expected a round-trip time in ms of at most an hour (3600000)',
    ],
    [
      'a negative figure',
      '0,1\n-3,0\n',
      'm.csv: row 2, column 1: found "-3", expected a round-trip time in ms, which cannot be negative',
    ],
    [
      'a zero off the diagonal',
      '0,0\n1,0\n',
      'm.csv: row 1, column 2: found "0", expected a round-trip time in ms above 0: between two sites, 0 is a measurement that is missing',
    ],
    [
      'an empty cell',
      '0,1\n,0\n',
      'm.csv: row 2, column 1: the cell is empty, expected a round-trip time in ms',
    ],
    ['a diagonal', '0,1\n1,2\n', 'm.csv: row 2, column 2: found "2", expected 0 on the diagonal'],
    ['an empty diagonal', '0,1\n1,\n', 'm.csv: row 2, column 2: found "", expected 0 on the diagonal'],
    [
      'a short row',
      '0,1,2\n1,0\n2,2,0\n',
      'm.csv: row 2, column 3: found 2 cells in the row, expected 3 as in row 1',
    ],
    [
      'a long row',
      '0,1\n1,0,7\n',
      'm.csv: row 2, column 3: found 3 cells in the row, expected 2 as in row 1',
    ],
    [
      'a blank row inside',
      '0,1\n\n1,0\n',
      'm.csv: row 2, column 2: found 1 cell in the row, expected 2 as in row 1',
    ],
    ['too few rows', '0,1,2\n1,0,2\n', 'm.csv: found 2 rows of 3 figures, expected a square matrix'],
    ['one site', '0\n', 'm.csv: found 1 site, expected at least 2'],
    ['nothing', '', 'm.csv: the file is empty'],
    ['blanks only', '\n\n', 'm.csv: the file is empty'],
    [
      'a name twice',
      ',a,a\na,0,1\na,1,0\n',
      'm.csv: row 1, column 3: found "a", which column 2 has already, expected unique site names',
    ],
    [
      'a name that no host can have',
      ',a,B c\na,0,1\nB c,1,0\n',
      `m.csv: row 1, column 3: found "B c", ${NAME_RULE}`,
    ],
    ['a missing first figure', ',5\n5,0\n', `m.csv: row 1, column 2: found "5", ${NAME_RULE}`],
    [
      'rows in another order',
      ',a,b\nb,0,1\na,1,0\n',
      'm.csv: row 2, column 1: found "b", expected "a", as rows come in the order of the columns',
    ],
    [
      'an open quote',
      '0,"1\n1,0\n',
      'm.csv: not CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2',
    ],
  ])('with %s is refused with its place', (_, content, message) => {
    expect(refusal(() => importMatrix(write(content)))).toBe(message);
  });

  test('that is absent, or gzip cut short, is refused', () => {
    expect(refusal(() => importMatrix(join(folder, 'none.csv')))).toBe('none.csv: no such file');
    expect(refusal(() => importMatrix(write(gzipSync('0,1\n1,0\n').subarray(0, 20))))).toBe(
      'm.csv: broken gzip: unexpected end of file',
    );
  });

  test('of any cells at all is refused, or has delays that are whole and >= 0', () => {
    const figure = fc.oneof(
      fc.double({ min: 1e-6, max: 1e5, noNaN: true }).map(String),
      fc.nat(500).map(String),
    );
    const junk = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.constantFrom('', '-0', '1e-7', '3,4', '"', '0x1'),
    );
    // Mostly sound matrices with a few cells of junk, so that both outcomes are met.
    const cell = fc.oneof({ weight: 40, arbitrary: figure }, { weight: 1, arbitrary: junk });
    const matrix = fc
      .integer({ min: 1, max: 5 })
      .chain(size =>
        fc.array(fc.array(cell, { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
      );
    const outcomes = { refused: 0, imported: 0 };
    const check = (content: string): void => {
      let topology: Topology;
      try {
        topology = importMatrix(write(content)).topology;
      } catch (error) {
        if (!(error instanceof TopologyError)) throw error;
        outcomes.refused++;
        return;
      }
      outcomes.imported++;
      for (let a = 0; a < topology.sites.length; a++) {
        for (let b = 0; b < topology.sites.length; b++) {
          const delay = topology.paths.delay(a, b);
          if (!Number.isSafeInteger(delay) || delay < 0) throw new Error(`delay ${a} to ${b} is ${delay}`);
        }
      }
    };
    const sound = matrix.map(rows =>
      rows.map((row, i) => row.map((text, j) => (i === j ? '0' : text)).join()).join('\n'),
    );
    fc.assert(fc.property(sound, check), { numRuns: 500, seed: 1 });
    fc.assert(fc.property(fc.string({ unit: 'binary' }), check), { numRuns: 300, seed: 2 });
    expect(outcomes.imported).toBeGreaterThan(50);
    expect(outcomes.refused).toBeGreaterThan(50);
  });

  test('exported and imported again has the same names and round trips', () => {
    const delays = fc
      .integer({ min: 2, max: 8 })
      .chain(size =>
        fc.array(fc.integer({ min: 1, max: 1.8e12 }), { minLength: size * size, maxLength: size * size }),
      );
    fc.assert(
      fc.property(delays, flat => {
        const size = Math.sqrt(flat.length);
        const sites = Array.from({ length: size }, (_, i) => ({
          name: `s${i}`,
          class: 'edge' as const,
          nodes: 1,
        }));
        const before: Topology = { sites, paths: new MatrixPaths(size, Float64Array.from(flat)) };
        const { topology: after, warnings } = importMatrix(write(matrixCsv(before)));
        expect(after.sites).toEqual(sites);
        expect(warnings).toEqual([]);
        for (let a = 0; a < size; a++) {
          for (let b = 0; b < a; b++) expect(roundTrip(after, a, b)).toBe(roundTrip(before, a, b));
        }
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  const measured = join(DATA, 'planetlab-rtt/rtt_t01.csv.gz');
  test('measured on PlanetLab is imported cell by cell to the nanosecond', ctx => {
    if (!existsSync(measured)) ctx.skip('the measured PlanetLab matrices are not here');
    const { topology, warnings } = importMatrix(measured);
    const rows = gunzipSync(readFileSync(measured)).toString().trim().split('\n');
    expect(topology.sites.length).toBe(245);
    expect(warnings).toEqual([]);
    const wrong: string[] = [];
    rows.forEach((row, a) => {
      row.split(',').forEach((text, b) => {
        // The decimal point moved six places in the text itself, so that no rounding can hide in the comparison.
        const [whole, decimals = ''] = text.split('.');
        if (decimals.length > 6) throw new Error(`${text} has parts of a nanosecond`);
        const expected = a === b ? 2 * SAME_SITE_DELAY : Number(whole + decimals.padEnd(6, '0'));
        if (roundTrip(topology, a, b) !== expected) wrong.push(`${a},${b}: ${text}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('an edge list', () => {
  const SERVERS =
    'id,name,title,country,continent,latitude,longitude\n' +
    '0,Zürich,Zürich,CH,3,47.37,8.54\n1,LosAngeles,Los Angeles,US,1,34.05,-118.24\n7,zurich,Other,Switzerland,3,,\n';
  const HEADER = 'source,destination,min,avg,max,mdev\n';
  const read = (edges: string, servers = SERVERS) =>
    importEdges(write(edges, 'e.csv'), write(servers, 's.csv'));

  test('gives half of each direction, fills what lacks, and says so', () => {
    const { topology, warnings } = read(
      `${HEADER}0,0,0.01,1,1,0\n0,1,150,1,1,0\n1,0,160,1,1,0\n0,X y,8,1,1,0\n1,7,3,1,1,0\n7,0,4,1,1,0\n`,
    );
    expect(topology.sites).toEqual([
      {
        name: 'zurich',
        class: 'edge',
        nodes: 1,
        city: 'Zürich',
        country: 'CH',
        coordinates: { latitude: 47.37, longitude: 8.54 },
      },
      {
        name: 'losangeles',
        class: 'edge',
        nodes: 1,
        city: 'Los Angeles',
        country: 'US',
        coordinates: { latitude: 34.05, longitude: -118.24 },
      },
      { name: 'zurich-2', class: 'edge', nodes: 1, city: 'Other' },
      { name: 'server-x-y', class: 'edge', nodes: 1 },
    ]);
    const { paths } = topology;
    expect([paths.delay(0, 1), paths.delay(1, 0)]).toEqual([75e6, 80e6]);
    expect([paths.delay(0, 2), paths.delay(2, 0)]).toEqual([2e6, 2e6]);
    // From site 1 to 3: over site 0, 160 + 8 ms; back 8 + 150.
    expect([paths.delay(1, 3), paths.delay(3, 1)]).toEqual([84e6, 79e6]);
    expect(roundTrip(topology, 2, 3)).toBe(12e6);
    expect(warnings.map(text => text.replaceAll(`${folder}/`, ''))).toEqual([
      '1 servers have no row in s.csv: kept without coordinates',
      '3 pairs are measured one way only: that way stands for both',
      '2 pairs are not measured: the shortest path over one third site stands for each',
    ]);
  });

  test.each([
    [
      'source,min\n',
      SERVERS,
      'e.csv: row 1: found no column "destination", expected source, destination, min',
    ],
    [
      HEADER,
      'id,name,title,country,latitude\n',
      's.csv: row 1: found no column "longitude", expected id, name, title, country, latitude, longitude',
    ],
    [
      `${HEADER}0,1,5,1,1,0\n1,0,-5,1,1,0\n`,
      SERVERS,
      'e.csv: row 3, min: found "-5", expected a round-trip time in ms, which cannot be negative',
    ],
    [
      `${HEADER}0,1,,1,1,0\n`,
      SERVERS,
      'e.csv: row 2, min: the cell is empty, expected a round-trip time in ms',
    ],
    [`${HEADER}0,1,5\n`, SERVERS, 'e.csv: row 2: found 3 cells, expected 6 as in row 1'],
    [
      `${HEADER}0,,5,1,1,0\n`,
      SERVERS,
      "e.csv: row 2, destination: the cell is empty, expected a server's id",
    ],
    [
      `${HEADER}0,1,5,1,1,0\n0,1,6,1,1,0\n`,
      SERVERS,
      'e.csv: row 3: found the pair "0" to "1" again, expected each pair once',
    ],
    [HEADER, SERVERS, 'e.csv: found 0 sites with a measurement to another, expected at least 2'],
    [
      `${HEADER}0,1,5,1,1,0\n7,9,6,1,1,0\n`,
      SERVERS,
      'e.csv: found no measurement between zurich and zurich-2, nor from a third site to both, expected either',
    ],
    [
      `${HEADER}0,1,5,1,1,0\n`,
      SERVERS.replace('47.37', '97'),
      's.csv: row 2, latitude: found "97", expected degrees from -90 to 90',
    ],
    [
      `${HEADER}0,1,5,1,1,0\n`,
      SERVERS.replace('7,z', '1,z'),
      's.csv: row 4, id: found "1" again, expected unique ids',
    ],
  ])('that cannot be is refused with its place: %#', (edges, servers, message) => {
    expect(refusal(() => read(edges, servers))).toBe(message);
  });

  test('faster than light is kept and counted', () => {
    // Zürich to Los Angeles and back is 19 060 km: 63.6 ms of light.
    const { warnings } = read(`${HEADER}0,1,63,1,1,0\n1,0,70,1,1,0\n`);
    expect(warnings.at(-1)).toBe(
      '1 pairs are faster than light between their coordinates, 1 of them at zurich: kept as measured',
    );
    expect(read(`${HEADER}0,1,65,1,1,0\n1,0,70,1,1,0\n`).warnings).not.toContainEqual(
      expect.stringMatching('light'),
    );
  });

  const edges = join(DATA, 'wondernetwork/ping_grouped.csv.gz');
  test('measured by WonderNetwork is imported whole, its dirt counted', ctx => {
    if (!existsSync(edges)) ctx.skip('the measured WonderNetwork data are not here');
    const { topology, warnings } = importEdges(edges, join(DATA, 'wondernetwork/servers.csv'));
    expect(topology.sites.length).toBe(250);
    expect(topology.sites.filter(site => site.coordinates).length).toBe(246);
    expect(new Set(topology.sites.map(site => site.name)).size).toBe(250);
    expect(warnings.map(text => text.replaceAll(`${DATA}/`, ''))).toEqual([
      '4 servers have no row in wondernetwork/servers.csv: kept without coordinates',
      '335 pairs are measured one way only: that way stands for both',
      '28 pairs are not measured: the shortest path over one third site stands for each',
      '29 pairs are faster than light between their coordinates, 22 of them at laceiba: kept as measured',
    ]);
  });
});
