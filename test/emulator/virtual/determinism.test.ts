// Every source of time and randomness: the host's own, the same in each run, and different on another host if it is random.
import { beforeAll, describe, expect, test } from 'vitest';
import { bundled, type Happened, linesOf, runWorld } from './world.ts';

type Table = ReadonlyMap<string, string>;

/** What a host's program printed: kind and name, and the value. */
function tableOf(happened: Happened, host: string): Table {
  const rows = linesOf(happened, host).map(line => line.split('\t'));
  return new Map(rows.map(([kind, name, value]) => [`${kind} ${name}`, value]));
}

let runs: Happened[];

beforeAll(async () => {
  const services = [await bundled('sources.cjs')];
  const hosts = [
    { name: 'a', service: 0 },
    { name: 'b', service: 0 },
  ];
  const world = { services, hosts, until: 60e9, seed: 'sources' };
  runs = await Promise.all([runWorld(world), runWorld(world), runWorld({ ...world, seed: 'other' })]);
});

/** The names of all sources, which the table in the test must not fall short of. */
const names = (kind: string) => [...tableOf(runs[0], 'a').keys()].filter(name => name.startsWith(kind));

describe('sources of randomness', () => {
  test('give each host its own values, the same in each run of a seed', () => {
    const [a, again, b, other] = [
      tableOf(runs[0], 'a'),
      tableOf(runs[1], 'a'),
      tableOf(runs[0], 'b'),
      tableOf(runs[2], 'a'),
    ];
    expect(names('random').length).toBeGreaterThanOrEqual(26);
    for (const name of names('random')) {
      expect([name, a.get(name)]).not.toEqual([name, expect.stringMatching(/^failed/)]);
      expect([name, again.get(name)]).toEqual([name, a.get(name)]);
      expect([name, b.get(name)]).not.toEqual([name, a.get(name)]);
      if (!name.endsWith('pid')) expect([name, other.get(name)]).not.toEqual([name, a.get(name)]);
    }
  });
});

describe('sources of time and of what the machine is like', () => {
  test('are the same on each host, in each run, for each seed', () => {
    const [a, ...others] = [
      tableOf(runs[0], 'a'),
      tableOf(runs[0], 'b'),
      tableOf(runs[1], 'a'),
      tableOf(runs[2], 'a'),
    ];
    expect(names('time').length).toBeGreaterThanOrEqual(48);
    for (const name of names('time')) {
      expect([name, a.get(name)]).not.toEqual([name, expect.stringMatching(/^failed/)]);
      for (const other of others) expect([name, other.get(name)]).toEqual([name, a.get(name)]);
    }
  });

  test('show virtual time', () => {
    const a = tableOf(runs[0], 'a');
    expect(a.get('time Date.now')).toBe(String(Date.UTC(2026, 0, 1)));
    expect(a.get('time new Date')).toBe('2026-01-01T00:00:00.000Z');
  });
});

test('garbage collection decides nothing', async () => {
  const services = [await bundled('garbage.cjs')];
  const hosts = [{ name: 'a', service: 0 }];
  const [little, much] = await Promise.all(
    ['0', '200'].map(megabytes =>
      runWorld({ services, hosts: [{ ...hosts[0], env: { MEGABYTES: megabytes } }], until: 20e9 }),
    ),
  );
  expect(linesOf(much, 'a')).toEqual(linesOf(little, 'a'));
  expect(much.digest).toBe(little.digest);
});
