// The subcommands beside `run`: list, validate, topology, doctor.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT, MachineError, statusOf } from '../../cli/exit.ts';
import { checkMemory } from '../../cli/memory.ts';
import { libraryFiles } from '../../scenarios/library.ts';
import { Folder } from './petri.ts';

const folder = new Folder();
afterAll(() => folder.leave());

const write = (name: string, text: string): string => {
  writeFileSync(folder.file(name), text);
  return name;
};

test('list names each scenario with its question', async () => {
  const { stdout } = await folder.expecting(0, 'list');
  const names = stdout
    .trim()
    .split('\n')
    .map(line => line.split(/\s{2,}/));
  expect(names.map(([name]) => name)).toEqual([...libraryFiles().keys()]);
  expect(names.every(([, about]) => about.endsWith('?'))).toBe(true);
  const scenarios = JSON.parse((await folder.expecting(0, 'list', '--json')).stdout);
  expect(scenarios).toHaveLength(names.length);
});

describe('validate', () => {
  test.each(['first-ping', 'imported-matrix', 'planetlab-2002', 'planetlab-2003'])(
    '%s is well',
    async name => {
      const { stdout, stderr } = await folder.expecting(0, 'validate', name);
      expect(stdout).toMatch(new RegExp(`^${name}: well\\. \\d+ sites, \\d+ nodes, \\d+ hosts`));
      expect(stderr).toBe('');
    },
  );

  test('tells all that is wrong at once, by line and column', async () => {
    const file = write('broken.yaml', 'name: x\nduraton: 5m\nslices: { a: { run: { protocol: pong } } }\n');
    const { stderr } = await folder.expecting(2, 'validate', file);
    const lines = stderr.trim().split('\n');
    expect(lines[0]).toMatch(/^petri: broken\.yaml:1:1: topology: found nothing, expected this key/);
    expect(lines[1]).toMatch(
      /^broken\.yaml:2:1: duraton: found an unknown key.*\(did you mean "duration"\?\)$/,
    );
    expect(lines[2]).toMatch(
      /^broken\.yaml:3:\d+: slices\.a\.run\.protocol: found "pong", expected one of .*ping/,
    );
    expect(lines).toHaveLength(3);
  });

  test('finds what only the testbed can tell', async () => {
    const file = write(
      'far.yaml',
      'name: x\nduration: 5m\ntopology: { planetlab: { year: 2002 } }\nslices: { a: { run: { protocol: ping } } }\nfaults:\n  - { at: 1m, crash: prinzeton }\n',
    );
    const { stderr } = await folder.expecting(2, 'validate', file);
    expect(stderr).toBe(
      'petri: far.yaml:6:22: faults.0.crash: found "prinzeton", expected a node or site (did you mean "princeton"?)\n',
    );
  });

  test('writes every default in, and that is a scenario too', async () => {
    const { stdout } = await folder.expecting(0, 'validate', 'planetlab-2003', '--resolved');
    const file = write('resolved.yaml', stdout);
    expect((await folder.expecting(0, 'validate', file, '--resolved')).stdout).toBe(stdout);
  });
});

describe('topology', () => {
  test('describe shows the figures of a scenario', async () => {
    const { stdout } = await folder.expecting(0, 'topology', 'describe', 'planetlab-2002');
    expect(stdout).toMatch(/^42 sites, 100 nodes, 861 pairs of sites\n/);
    expect(stdout).toMatch(/^round trip, ms +p1 +p5 +p25 +p50 +p75 +p95 +p99$/m);
    expect(stdout).toMatch(/^triangles violated +any/m);
  });

  test('describe shows the figures of a matrix, exactly', async () => {
    const file = write('three.csv', ',a,b,c\na,0,10,30\nb,10,0,15\nc,30,15,0\n');
    const { stdout } = await folder.expecting(0, 'topology', 'describe', file, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      sites: 3,
      pairs: 3,
      rtt: { p50: 15 },
      triangles: { any: 1, by50: 0 },
    });
  });

  test.each([
    [
      'a letter',
      ',a,b\na,0,1x\nb,5,0\n',
      'bad.csv: row 2, column 3: found "1x", expected a round-trip time in ms',
    ],
    [
      'a negative entry',
      ',a,b\na,0,-1\nb,5,0\n',
      'bad.csv: row 2, column 3: found "-1", expected a round-trip time in ms, which cannot be negative',
    ],
    [
      'a missing entry',
      ',a,b\na,0,\nb,5,0\n',
      'bad.csv: row 2, column 3: the cell is empty, expected a round-trip time in ms',
    ],
    [
      'a ragged row',
      ',a,b\na,0,5\nb,5\n',
      'bad.csv: row 3, column 3: found 2 cells in the row, expected 3 as in row 1',
    ],
    [
      'NaN',
      ',a,b\na,0,NaN\nb,5,0\n',
      'bad.csv: row 2, column 3: found "NaN", expected a round-trip time in ms',
    ],
  ])('refuses a matrix with %s', async (_, text, message) => {
    const { stderr } = await folder.expecting(2, 'topology', 'describe', write('bad.csv', text));
    expect(stderr).toBe(`petri: ${message}\n`);
  });

  test('what generate writes, import reads, to the nanosecond', async () => {
    await folder.expecting(
      0,
      'topology',
      'generate',
      '--year',
      '2002',
      '--sites',
      '12',
      '--out',
      'twelve.csv',
    );
    const { stdout } = await folder.expecting(0, 'topology', 'import', 'twelve.csv');
    expect(stdout).toBe(readFileSync(folder.file('twelve.csv'), 'utf8'));
    const { stderr } = await folder.expecting(
      2,
      'topology',
      'generate',
      '--sites',
      '3',
      '--out',
      'twelve.csv',
    );
    expect(stderr).toBe('petri: --out twelve.csv: the file exists: name another\n');
  });

  test.each([
    [['--year', '1999'], '--year: found 1999, expected a year from 2002 to 2020'],
    [['--sites', '1'], '--sites: found 1, expected a whole number from 2 to 2000'],
    [[], 'found neither --year nor --sites, expected either or both'],
    [['--year', '2002', '--sites', '50'], 'topology.planetlab.sites: found 50, expected at most 42'],
  ])('generate refuses %j', async (argv, message) => {
    const { stderr, stdout } = await folder.expecting(2, 'topology', 'generate', ...argv);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });
});

describe('topology describe --against', () => {
  test('a testbed of 500 made-up sites agrees with what was measured, figure by figure', async () => {
    write(
      '500.yaml',
      'name: x\nduration: 1m\ntopology: { generate: { sites: 500 } }\nslices: { p: { run: { protocol: ping } } }\n',
    );
    const { stdout } = await folder.expecting(0, 'topology', 'describe', '500.yaml', '--against', 'table');
    expect(stdout).toContain('22 of 22 figures agree');
    expect(stdout).toMatch(/round trip p50 +[\d.]+ +134 +14 +ok/);
  });

  test('one that does not is told by how much, with status 1', async () => {
    const { stdout } = await folder.expecting(
      1,
      'topology',
      'describe',
      'planetlab-2003',
      '--against',
      'table',
    );
    expect(stdout).toMatch(/rank correlation with distance .* off by \+[\d.]+ sd/);
  });

  test('takes a table that there is', async () => {
    const { stderr } = await folder.expecting(
      2,
      'topology',
      'describe',
      'planetlab-2003',
      '--against',
      'tabel',
    );
    expect(stderr).toBe('petri: --against: found "tabel", expected "table", "cities" or a CSV file\n');
  });
});

test('doctor says what each mode can use', async () => {
  const checks = JSON.parse((await folder.expecting(0, 'doctor', '--json')).stdout);
  expect(new Set(checks.map(({ mode }: { mode: string }) => mode))).toEqual(
    new Set(['model', 'virtual', 'emulate']),
  );
  expect(checks.find(({ mode }: { mode: string }) => mode === 'virtual')).toMatchObject({ ok: true });
  for (const { ok, remedy } of checks) if (!ok) expect(remedy).toMatch(/\w/);
});

test('no command, and an unknown one, are usage errors', async () => {
  expect((await folder.expecting(2)).stderr).toContain('Which command?');
  expect((await folder.expecting(2, 'rum')).stderr).toContain('Unknown');
});

test('hosts that cannot fit into memory are refused with the setting under which they may', () => {
  expect(() => checkMemory(1000)).not.toThrow();
  expect(() => checkMemory(1e9)).toThrow(
    /^1000000000 hosts need 1000\.0 GB or more, and Node\.js may use [\d.]+ GB: set NODE_OPTIONS=--max-old-space-size=\d+/,
  );
  expect(statusOf(new MachineError('x'))).toBe(EXIT.machineLacks);
});

test('a reader who has seen enough is no error', async () => {
  const { execFileSync } = await import('node:child_process');
  const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;
  const text = execFileSync(
    'sh',
    ['-c', `${process.execPath} ${program} validate planetlab-2003 --resolved | head -1`],
    {
      encoding: 'utf8',
    },
  );
  expect(text).toBe('{\n');
});
