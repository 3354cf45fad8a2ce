// Faults: which nodes a selector means, the schedule that a list of faults compiles to, and what then happens.
import { describe, expect, test } from 'vitest';
import { TestbedError } from '../../models/error.ts';
import { injectFaults } from '../../models/faults/inject.ts';
import { scheduleFaults } from '../../models/faults/schedule.ts';
import type { FaultSpec, Selector } from '../../models/faults/spec.ts';
import type { Grouping } from '../../models/network/cuts.ts';
import { LOST, PARTITIONED } from '../../models/network/fate.ts';
import { Network } from '../../models/network/network.ts';
import { Nodes } from '../../models/node/nodes.ts';
import type { Site } from '../../models/topology/site.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const site = (name: string, nodes: number, region: Site['region'], country: string): Site => ({
  name,
  class: 'edge',
  nodes,
  region: region!,
  country,
});

const nodes = () =>
  new Nodes([
    site('princeton', 3, 'north-america', 'US'),
    site('cambridge', 2, 'europe', 'GB'),
    site('diku', 2, 'europe', 'DK'),
    site('tokyo', 3, 'asia', 'JP'),
  ]);

const crash = (selector: Selector, more: object = {}): FaultSpec => ({
  kind: 'crash',
  at: MINUTE,
  nodes: selector,
  over: 0,
  ...more,
});

const victims = (selector: Selector, seed = 's') =>
  scheduleFaults([crash(selector)], nodes(), seed, Infinity).map(event => (event as { node: number }).node);

describe('selectors', () => {
  test('mean the nodes of a node, site, region or country', () => {
    expect(victims({ kind: 'name', name: 'cambridge-2' })).toEqual([4]);
    expect(victims({ kind: 'name', name: 'cambridge' })).toEqual([3, 4]);
    expect(victims({ kind: 'region', region: 'europe' })).toEqual([3, 4, 5, 6]);
    expect(victims({ kind: 'country', country: 'JP' })).toEqual([7, 8, 9]);
    expect(victims({ kind: 'all' })).toHaveLength(10);
  });

  test('choose as many as they say, each once, by the seed', () => {
    const chosen = victims({ kind: 'fraction', fraction: 0.3 });
    expect(new Set(chosen).size).toBe(3);
    expect(victims({ kind: 'fraction', fraction: 0.3 })).toEqual(chosen);
    const others = Array.from({ length: 20 }, (_, seed) =>
      victims({ kind: 'count', count: 3 }, `${seed}`).join(),
    );
    expect(new Set(others).size).toBeGreaterThan(10);
  });

  test.each([
    [
      { kind: 'name', name: 'princton' },
      'faults.0.crash: found "princton", expected a node or site (did you mean "princeton"?)',
    ],
    [
      { kind: 'count', count: 11 },
      "faults.0.crash: found 11 nodes, expected at most 10, the testbed's nodes",
    ],
    [
      { kind: 'region', region: 'africa' },
      'faults.0.crash: found region "africa", expected one of asia, europe, north-america (did you mean "asia"?)',
    ],
  ] as [Selector, string][])('refuse what is not there: %o', (selector, message) => {
    expect(() => victims(selector)).toThrow(TestbedError);
    expect(() => victims(selector)).toThrow(message);
  });

  test('refuse the rest of nothing', () => {
    expect(() => victims({ kind: 'rest' })).toThrow(
      'faults.0.crash: found rest, expected a selector of its own: rest stands in a partition, beside other groups',
    );
  });
});

describe('the schedule', () => {
  test('spreads crashes over the time given, and brings each node back after its own crash', () => {
    const events = scheduleFaults(
      [crash({ kind: 'all' }, { over: 10 * MINUTE, restart: 30 * SECOND })],
      nodes(),
      'seed',
    );
    expect(events).toHaveLength(20);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => a - b));
    for (let node = 0; node < 10; node++) {
      const [down, up] = events.filter(event => 'node' in event && event.node === node);
      expect([down.kind, up.kind]).toEqual(['crash', 'restart']);
      expect(up.at - down.at).toBe(30 * SECOND);
      expect(down.at).toBeGreaterThanOrEqual(MINUTE);
      expect(down.at).toBeLessThanOrEqual(11 * MINUTE);
    }
  });

  test('a partition groups nodes, `rest` takes what no other group names, and it heals', () => {
    const [cut, heal] = scheduleFaults(
      [
        {
          kind: 'partition',
          at: MINUTE,
          groups: [[{ kind: 'region', region: 'europe' }], [{ kind: 'rest' }]],
          heal: MINUTE,
        },
      ],
      nodes(),
      'seed',
    );
    expect(cut).toMatchObject({ kind: 'cut', at: MINUTE });
    expect(heal).toMatchObject({ kind: 'heal', at: 2 * MINUTE });
    const { grouping } = cut as unknown as { grouping: Grouping };
    expect([...grouping.from]).toEqual([1, 1, 1, 0, 0, 0, 0, 1, 1, 1]);
    expect(grouping.to).toEqual(grouping.from);
    expect((heal as unknown as { grouping: Grouping }).grouping).toBe(grouping);
  });

  test('a node in two groups of one partition is refused', () => {
    const groups = [[{ kind: 'name', name: 'diku' }], [{ kind: 'region', region: 'europe' }]] as const;
    expect(() => scheduleFaults([{ kind: 'partition', at: 0, groups }], nodes(), 'seed')).toThrow(
      'faults.0.partition: found diku-1 in two groups, expected each node in one group at most',
    );
  });

  test('a fault more does not change whom the others strike', () => {
    const first = crash({ kind: 'count', count: 4 });
    const alone = scheduleFaults([first], nodes(), 'seed');
    const beside = scheduleFaults([first, crash({ kind: 'all' }, { at: 2 * MINUTE })], nodes(), 'seed');
    expect(beside.slice(0, 4)).toEqual(alone);
  });
});

describe('happening', () => {
  const PATH = 30 * MILLISECOND;
  // 125 bytes take 1 ms at this rate.
  const RATE = 1e6;
  const BYTES = 125;

  /** Delays between nodes 0 and 3, of different sites, there and back. */
  function run(faults: readonly FaultSpec[]) {
    const testbed = nodes();
    const sim = new Simulation();
    const access = { up: RATE, down: RATE, queue: SECOND };
    const spec = { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 } } as const;
    const network = new Network(
      { siteOf: testbed.siteOf, senders: testbed.names },
      { delay: () => PATH },
      spec,
      'seed',
    );
    const victims: string[] = [];
    const note = (what: string) => (node: number, by?: number) => {
      const much = by === undefined ? '' : ` by ${by / SECOND}`;
      victims.push(`${sim.now / SECOND}: ${testbed.names[node]} ${what}${much}`);
    };
    const injection = injectFaults(scheduleFaults(faults, testbed, 'seed'), sim, network, {
      crash: note('crashes'),
      recover: note('restarts'),
      pause: note('pauses'),
      resume: note('resumes'),
      jumpClock: note('jumps'),
    });
    const way = (from: number, to: number) => {
      const there = network.transmit(from, to, BYTES, sim.now);
      if (there < 0) return there;
      const received = network.receive(from, to, BYTES, there);
      return received < 0 ? received : received - sim.now;
    };
    /** The ways 0 to 3 and 3 to 0 at a time in seconds, in ms or as a drop code. */
    const waysAt = (seconds: number) => {
      sim.run(seconds * SECOND);
      return [way(0, 3), way(3, 0)].map(delay => (delay < 0 ? delay : delay / MILLISECOND));
    };
    return { sim, victims, waysAt, way, injection, network, testbed };
  }

  const slow = (
    node: string,
    at: number,
    span: number,
    limits: { rate?: number; delay?: number },
  ): FaultSpec => ({
    kind: 'slow',
    at: at * SECOND,
    for: span * SECOND,
    nodes: { kind: 'name', name: node },
    ...limits,
  });

  const pause = (node: string, at: number, span?: number): FaultSpec => ({
    kind: 'pause',
    at: at * SECOND,
    nodes: { kind: 'name', name: node },
    ...(span === undefined ? {} : { for: span * SECOND }),
  });

  test('crashes and restarts come at their times, to those they are meant for', () => {
    const { sim, victims } = run([
      crash({ kind: 'name', name: 'diku' }, { restart: 30 * SECOND }),
      { kind: 'restart', at: 2 * MINUTE, nodes: { kind: 'name', name: 'tokyo-2' } },
    ]);
    sim.run(30 * MINUTE);
    expect(victims).toEqual([
      '60: diku-1 crashes',
      '60: diku-2 crashes',
      '90: diku-1 restarts',
      '90: diku-2 restarts',
      '120: tokyo-2 restarts',
    ]);
  });

  test('a slow link has its rate and its delay in both directions, and then again its own', () => {
    const { waysAt } = run([slow('princeton-1', 10, 10, { rate: RATE / 4, delay: 7 * MILLISECOND })]);
    expect(waysAt(9)).toEqual([32, 32]);
    // 4 ms over the slow end, 1 ms over the other.
    expect(waysAt(11)).toEqual([42, 42]);
    expect(waysAt(21)).toEqual([32, 32]);
  });

  test('a slow link never becomes faster than it is', () => {
    const { waysAt } = run([slow('princeton-1', 10, 10, { rate: 2 * RATE })]);
    expect(waysAt(11)).toEqual([32, 32]);
  });

  test('of two slow faults the slower rate holds while it lasts, and their delays add up', () => {
    const faults = [
      slow('princeton-1', 10, 30, { rate: RATE / 8, delay: MILLISECOND }),
      slow('princeton', 20, 10, { rate: RATE / 2, delay: 2 * MILLISECOND }),
      slow('princeton-1', 35, 25, { rate: RATE / 4 }),
    ];
    for (const order of [faults, [...faults].reverse()]) {
      const { waysAt } = run(order);
      expect(waysAt(11)).toEqual([40, 40]);
      expect(waysAt(25)).toEqual([42, 42]);
      expect(waysAt(32)).toEqual([40, 40]);
      expect(waysAt(36)).toEqual([40, 40]);
      expect(waysAt(45)).toEqual([35, 35]);
      expect(waysAt(61)).toEqual([32, 32]);
    }
  });

  test('a partition stops both ways, and what two partitions part stays parted until both have healed', () => {
    const part = (from: number, heal: number, names: readonly string[]): FaultSpec => ({
      kind: 'partition',
      at: from * SECOND,
      groups: names.map(name => [{ kind: 'name', name }]),
      heal: heal * SECOND,
    });
    const { waysAt } = run([
      part(10, 20, ['princeton', 'cambridge']),
      part(20, 20, ['cambridge', 'princeton-1']),
    ]);
    expect(waysAt(9)).toEqual([32, 32]);
    expect(waysAt(11)).toEqual([PARTITIONED, PARTITIONED]);
    expect(waysAt(31)).toEqual([PARTITIONED, PARTITIONED]);
    expect(waysAt(41)).toEqual([32, 32]);
  });

  test('a one-way partition stops what goes from left to right, also on its way, and nothing else', () => {
    const groups = [[{ kind: 'name', name: 'princeton' }], [{ kind: 'rest' }]] as const;
    const cut: FaultSpec = { kind: 'partition', at: 10 * SECOND, groups, oneWay: true, heal: 10 * SECOND };
    const { waysAt } = run([cut]);
    expect(waysAt(9)).toEqual([32, 32]);
    expect(waysAt(11)).toEqual([PARTITIONED, 32]);
    expect(waysAt(21)).toEqual([32, 32]);
  });

  test('one-way partitions in both directions are a partition', () => {
    const way = (from: string, to: string, at: number): FaultSpec => ({
      kind: 'partition',
      at: at * SECOND,
      groups: [from, to].map(name => [{ kind: 'name', name }]),
      oneWay: true,
    });
    const { waysAt } = run([way('princeton', 'cambridge', 10), way('cambridge', 'princeton-1', 20)]);
    expect(waysAt(11)).toEqual([PARTITIONED, 32]);
    expect(waysAt(21)).toEqual([PARTITIONED, PARTITIONED]);
  });

  test('pauses begin and end, and of several on one node the last to end ends them', () => {
    const { sim, victims } = run([
      pause('diku', 10, 20),
      pause('diku-1', 20, 40),
      pause('diku-1', 25, 5),
      pause('tokyo-1', 50),
    ]);
    sim.run();
    const paused = new Map<string, string[]>();
    for (const line of victims) {
      const [, time, name, what] = /^(\d+): (\S+) (\w+)/.exec(line)!;
      paused.set(name, [...(paused.get(name) ?? []), `${what} ${time}`]);
    }
    expect(Object.fromEntries(paused)).toEqual({
      'diku-1': ['pauses 10', 'pauses 20', 'pauses 25', 'resumes 60'],
      'diku-2': ['pauses 10', 'resumes 30'],
      'tokyo-1': ['pauses 50'],
    });
  });

  test('a crash ends the pauses of its node, so that what comes back is not resumed by one of before', () => {
    const name = (node: string) => ({ kind: 'name', name: node }) as const;
    const { sim, victims } = run([
      pause('diku-1', 10, 40),
      { kind: 'crash', at: 20 * SECOND, nodes: name('diku-1'), over: 0, restart: 10 * SECOND },
      pause('diku-1', 40, 30),
    ]);
    sim.run();
    expect(victims).toEqual([
      '10: diku-1 pauses',
      '20: diku-1 crashes',
      '30: diku-1 restarts',
      '40: diku-1 pauses',
      '70: diku-1 resumes',
    ]);
  });

  test('clocks jump forward and back', () => {
    const jump = (at: number, by: number): FaultSpec => ({
      kind: 'clock',
      at: at * SECOND,
      nodes: { kind: 'name', name: 'cambridge' },
      by: by * SECOND,
    });
    const { sim, victims } = run([jump(10, 5), jump(20, -5)]);
    sim.run();
    expect(victims).toEqual([
      '10: cambridge-1 jumps by 5',
      '10: cambridge-2 jumps by 5',
      '20: cambridge-1 jumps by -5',
      '20: cambridge-2 jumps by -5',
    ]);
  });

  describe('lossy links', () => {
    const lossy = (node: string, at: number, rate: number, span: number): FaultSpec => ({
      kind: 'lossy',
      at: at * SECOND,
      for: span * SECOND,
      nodes: { kind: 'name', name: node },
      rate,
    });

    test('lose all in both directions at 100 %, and nothing before or after', () => {
      const { waysAt } = run([lossy('princeton-1', 10, 1, 10)]);
      expect(waysAt(9)).toEqual([32, 32]);
      expect(waysAt(11)).toEqual([LOST, LOST]);
      expect(waysAt(21)).toEqual([32, 32]);
    });

    test('lose what is on its way to them', () => {
      const { sim, network } = run([lossy('princeton-1', 10, 1, 10)]);
      sim.run(10 * SECOND - MILLISECOND);
      const there = network.transmit(3, 0, BYTES, sim.now);
      expect(there).toBeGreaterThan(10 * SECOND);
      sim.run(there);
      expect(network.receive(3, 0, BYTES, there)).toBe(LOST);
    });

    test('lose at their rate; several at one node, and those of both ends, strike independently', () => {
      const { sim, way } = run([
        lossy('princeton-1', 10, 0.2, 1000),
        lossy('princeton', 100, 0.5, 1000),
        lossy('tokyo', 200, 0.25, 1000),
        lossy('cambridge-1', 200, 0.25, 1000),
      ]);
      /** Share of messages between nodes 0 and 3, in either direction, that are lost from a time on. */
      const lost = (seconds: number) => {
        sim.run(seconds * SECOND);
        const batches = Array.from({ length: 20 }, (_, batch) => {
          let count = 0;
          for (let n = 0; n < 1000; n++) {
            sim.run(sim.now + 2 * MILLISECOND);
            if (way(batch % 2 === 0 ? 0 : 3, batch % 2 === 0 ? 3 : 0) === LOST) count++;
          }
          return count / 1000;
        });
        return interval99(batches);
      };
      for (const [seconds, rate] of [
        [11, 0.2],
        [101, 1 - 0.8 * 0.5],
        [201, 1 - 0.8 * 0.5 * 0.75],
      ]) {
        const { low, high } = lost(seconds);
        expect(low).toBeLessThan(rate);
        expect(high).toBeGreaterThan(rate);
      }
      // Of others' links only those at an end of the way count.
      expect([way(5, 6), way(6, 5)]).toEqual([32, 32].map(ms => ms * MILLISECOND));
    });
  });

  test('more faults may be added while it runs, and what has begun before counts with them', () => {
    const { sim, victims, waysAt, injection, testbed } = run([
      slow('princeton-1', 10, 50, { delay: MILLISECOND }),
    ]);
    sim.run(20 * SECOND);
    injection.add(
      scheduleFaults(
        [slow('princeton', 20, 10, { delay: MILLISECOND }), pause('tokyo-1', 25, 1)],
        testbed,
        'seed',
      ),
    );
    expect(waysAt(20)).toEqual([34, 34]);
    expect(waysAt(31)).toEqual([33, 33]);
    expect(victims).toEqual(['25: tokyo-1 pauses', '26: tokyo-1 resumes']);
    expect(() => injection.add(scheduleFaults([pause('tokyo-1', 5)], testbed, 'seed'))).toThrow('present');
  });
});
