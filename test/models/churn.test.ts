// Churn, recurrence and groups: nodes that come and go by laws of chance or a trace, and what strikes them together.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAvailability } from '../../models/faults/avt.ts';
import type { FaultEvent } from '../../models/faults/event.ts';
import { scheduleFaults } from '../../models/faults/schedule.ts';
import type { ChurnSpec, FaultSpec, Selector } from '../../models/faults/spec.ts';
import { dealGroups } from '../../models/node/groups.ts';
import { Nodes } from '../../models/node/nodes.ts';
import type { Site } from '../../models/topology/site.ts';
import { anyFaultOf } from '../../scenarios/convert-fault.ts';
import { always, draw, type Law, meanOf } from '../../sim/law.ts';
import { stream } from '../../sim/random.ts';
import { DAY, HOUR, MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const SKYPE = resolve(import.meta.dirname, '../../../shared/data/skype-availability/availability.avt.gz');
const all: Selector = { kind: 'all' };
const exponential = (mean: number): Law => ({ kind: 'exponential', mean });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-churn-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function testbed(sites: number, nodesPerSite = 1): Nodes {
  return new Nodes(
    Array.from(
      { length: sites },
      (_, index): Site => ({
        name: `site-${index + 1}`,
        class: index % 2 === 0 ? 'edge' : 'contributed',
        nodes: nodesPerSite,
      }),
    ),
  );
}

/** How many nodes are up at each of these times, after a schedule. */
function upAt(events: readonly FaultEvent[], nodes: number, times: readonly Nanoseconds[]): number[] {
  const up = new Uint8Array(nodes).fill(1);
  let next = 0;
  return times.map(time => {
    for (; next < events.length && events[next].at <= time; next++) {
      const event = events[next] as FaultEvent & { readonly node: number };
      up[event.node] = event.kind === 'restart' ? 1 : 0;
    }
    return up.reduce((sum, one) => sum + one, 0);
  });
}

const churn = (up: Law, down: Law, daily = 0): ChurnSpec => ({
  kind: 'churn',
  at: 0,
  nodes: all,
  up,
  down,
  daily,
});

describe('laws of chance', () => {
  test.each<Law>([
    always(3),
    exponential(2),
    { kind: 'uniform', low: 1, high: 4 },
    { kind: 'lognormal', median: 2, sigma: 0.8 },
    { kind: 'weibull', scale: 2, shape: 0.63 },
    { kind: 'pareto', minimum: 1, alpha: 3.5 },
  ])('have the mean that they say: $kind', law => {
    const random = stream('laws', law.kind);
    const { low, high } = interval99(Array.from({ length: 40_000 }, () => draw(law, random)));
    expect(meanOf(law)).toBeGreaterThanOrEqual(low);
    expect(meanOf(law)).toBeLessThanOrEqual(high);
  });
});

describe('churn by laws', () => {
  test.each<[string, Law, Law]>([
    ['exponential', exponential(3 * HOUR), exponential(HOUR)],
    [
      'heavy-tailed',
      { kind: 'lognormal', median: 5 * HOUR, sigma: 1 },
      { kind: 'weibull', scale: 9 * HOUR, shape: 0.63 },
    ],
  ])('is in balance from its first moment on: %s', (_name, up, down) => {
    const share = meanOf(up) / (meanOf(up) + meanOf(down));
    const times = [0, HOUR, 5 * HOUR, 48 * HOUR];
    const shares = Array.from({ length: 30 }, (_, seed) => {
      const events = scheduleFaults([churn(up, down)], testbed(60), `${seed}`, 49 * HOUR);
      return upAt(events, 60, times).map(count => count / 60);
    });
    for (const index of times.keys()) {
      const { low, high } = interval99(shares.map(row => row[index]));
      expect(share).toBeGreaterThanOrEqual(low);
      expect(share).toBeLessThanOrEqual(high);
    }
  });

  test('leaves as many up as PlanetLab had: 43 to 72 %; and of high churn the share that its laws give', () => {
    const upShare = (like: 'low' | 'high') => {
      const fault = anyFaultOf({ at: '0s', churn: 'all', like });
      const events = scheduleFaults([fault], testbed(2000), like, 10 * DAY);
      return upAt(events, 2000, [5 * DAY])[0] / 2000;
    };
    expect(upShare('low')).toBeGreaterThan(0.43);
    expect(upShare('low')).toBeLessThan(0.72);
    // 15.7 h up and 13.4 h down on average: 54 %, give or take three standard errors.
    expect(Math.abs(upShare('high') - 0.54)).toBeLessThan(3 * Math.sqrt((0.54 * 0.46) / 2000));
  });

  test('hangs on no other node', () => {
    const of = (sites: number) =>
      scheduleFaults([churn(exponential(HOUR), exponential(HOUR))], testbed(sites), 'seed', DAY).filter(
        event => (event as { node: number }).node < 5,
      );
    expect(of(9)).toEqual(of(5));
  });

  test('follows the day: with a swing of a half, (1 + 1/pi) / (1 - 1/pi) times the changes in the half that is fast', () => {
    const ratios = Array.from({ length: 30 }, (_, seed) => {
      const events = scheduleFaults(
        [churn(exponential(HOUR), exponential(HOUR), 0.5)],
        testbed(100),
        `${seed}`,
        4 * DAY,
      );
      const fast = events.filter(({ at }) => at % DAY < DAY / 2).length;
      return fast / (events.length - fast);
    });
    const { low, high } = interval99(ratios);
    const expected = (1 + 1 / Math.PI) / (1 - 1 / Math.PI);
    expect(expected).toBeGreaterThanOrEqual(low);
    expect(expected).toBeLessThanOrEqual(high);
  });

  test.each<[string, Law]>([
    ['pareto', { kind: 'pareto', minimum: SECOND, alpha: 0.5 }],
    ['lognormal', { kind: 'lognormal', median: SECOND, sigma: 1000 }],
    ['lognormal', { kind: 'lognormal', median: SECOND, sigma: 20 }],
    ['weibull', { kind: 'weibull', scale: SECOND, shape: 0.005 }],
  ])('by a law whose mean no draw comes near is refused: %s', (_kind, law) => {
    expect(() => scheduleFaults([churn(law, always(SECOND))], testbed(3), 'seed', MINUTE)).toThrow(
      'faults.0.churn: found a law whose mean its draws do not come near',
    );
  });

  test('of nanoseconds is refused before its events fill the memory', () => {
    expect(() => scheduleFaults([churn(always(1), always(1))], testbed(1), 'seed', DAY)).toThrow(
      'more than 5000000 events',
    );
  });

  test('of one node by two laws is refused', () => {
    const two = [churn(exponential(HOUR), exponential(HOUR)), churn(exponential(DAY), exponential(HOUR))];
    expect(() => scheduleFaults(two, testbed(3), 'seed', 30 * DAY)).toThrow(
      /faults\.1\.churn: found site-\d-1, which churns by faults\.0 too, expected each node in one churn at most/,
    );
  });
});

describe('churn by a trace', () => {
  test.skipIf(!existsSync(SKYPE))(
    'has as many hosts up as were seen, at any time (Skype, 1046 hosts)',
    () => {
      const hosts = readAvailability(SKYPE);
      const times = Array.from({ length: 50 }, (_, index) => (index + 0.5) * 12 * HOUR);
      const seen = times.map(
        time => hosts.filter(changes => changes.filter(change => change <= time).length % 2 === 1).length,
      );
      const fault: ChurnSpec = { kind: 'churn', at: 0, nodes: all, trace: SKYPE };
      const events = scheduleFaults([fault], testbed(hosts.length), 'seed', 30 * DAY);
      expect(upAt(events, hosts.length, times)).toEqual(seen);
      // Guha et al. and its own mean: between a third and two thirds are up.
      for (const count of seen) expect(count).toBeGreaterThan(200);
    },
  );

  const traced = (text: string, nodes = 1) => {
    const trace = join(folder, 'trace.avt');
    writeFileSync(trace, text);
    return () => scheduleFaults([{ kind: 'churn', at: SECOND, nodes: all, trace }], testbed(nodes), 's', DAY);
  };

  test('begins with the fault', () => {
    const node = 0;
    expect(traced('a\t2\t 10 20 30 40\n')()).toEqual([
      { at: SECOND, kind: 'crash', node },
      { at: 11 * SECOND, kind: 'restart', node },
      { at: 21 * SECOND, kind: 'crash', node },
      { at: 31 * SECOND, kind: 'restart', node },
      { at: 41 * SECOND, kind: 'crash', node },
    ]);
    expect(traced('a\t0\t\n')()).toEqual([{ at: SECOND, kind: 'crash', node }]);
  });

  test.each([
    ['', 'found an empty file, expected a line for each host'],
    ['a\t1\t 20 10\n', ':1: found an end before its start, 20 then 10'],
    ['a\t2\t 0 10 5 20\n', ':1: found an interval that begins before the last one ends, 10 then 5'],
    [
      'a\t1\t 0 1\nb\t2\t 0 10\n',
      ':2: found 2 times of b, expected 4, a begin and an end for each of its 2 intervals',
    ],
    ['a\t1\t 0 x\n', ':1: found the time x, expected seconds, at least 0'],
    [
      'a 1 0 10\n',
      ':1: found "a 1 0 10", expected name, number of intervals, and their times, with tabs between',
    ],
  ])('is refused where it cannot be: %j', (text, message) => {
    expect(traced(text)).toThrow('faults.0.trace: found');
    expect(traced(text)).toThrow(message);
  });

  test('is refused where it has fewer hosts than there are nodes', () => {
    expect(traced('a\t1\t 0 10\n', 2)).toThrow(
      'faults.0.trace: found 1 hosts for 2 nodes, expected at least one host of the trace for each node',
    );
  });
});

describe('what recurs', () => {
  const crash = (when: Pick<FaultSpec, 'at' | 'every'>): FaultSpec => ({
    kind: 'crash',
    nodes: { kind: 'count', count: 1 },
    over: 0,
    ...when,
  });

  test('does so from its period on, until the end, and strikes others each time', () => {
    const events = scheduleFaults([crash({ at: MINUTE, every: HOUR })], testbed(50), 'seed', 12 * HOUR);
    expect(events.map(({ at }) => at)).toEqual(
      Array.from({ length: 11 }, (_, index) => MINUTE + (index + 1) * HOUR),
    );
    expect(new Set(events.map(event => (event as { node: number }).node)).size).toBeGreaterThan(5);
  });

  test('by an exponential law is a Poisson process: mean and variance of its count are one', () => {
    const counts = Array.from(
      { length: 300 },
      (_, seed) =>
        scheduleFaults([crash({ at: 0, every: exponential(HOUR) })], testbed(5), `${seed}`, 20 * HOUR).length,
    );
    const { low, high } = interval99(counts);
    expect(20).toBeGreaterThanOrEqual(low);
    expect(20).toBeLessThanOrEqual(high);
    const squares = interval99(counts.map(count => (count - 20) ** 2));
    expect(20).toBeGreaterThanOrEqual(squares.low);
    expect(20).toBeLessThanOrEqual(squares.high);
  });

  test('needs an end', () => {
    expect(() => scheduleFaults([crash({ at: 0, every: HOUR })], testbed(5), 'seed')).toThrow(
      'faults.0.crash: found a fault that recurs, expected a run with an end',
    );
  });

  test('too often is refused', () => {
    const often: FaultSpec = { kind: 'crash', at: 0, every: 1, nodes: all, over: 0 };
    expect(() => scheduleFaults([often], testbed(1000), 'seed', SECOND)).toThrow('more than 5000000 events');
  });

  test('links that flap each nanosecond are refused', () => {
    const flap: FaultSpec = { kind: 'flap', nodes: all, at: 0, up: always(1), down: always(1) };
    expect(() => scheduleFaults([flap], testbed(1), 'seed', DAY)).toThrow('more than 5000000 events');
  });

  test('links that flap are down for the share of the time that their laws give, and carry again at the end', () => {
    const shares = Array.from({ length: 100 }, (_, seed) => {
      const flap: FaultSpec = {
        kind: 'flap',
        at: 0,
        nodes: all,
        up: exponential(30 * SECOND),
        down: exponential(10 * SECOND),
      };
      const events = scheduleFaults([flap], testbed(1), `${seed}`, 4 * HOUR);
      const sum = events.reduce((total, { at, kind }) => total + (kind === 'lossy' ? -at : at), 0);
      expect(events.at(-1)!.at).toBeLessThanOrEqual(4 * HOUR);
      return sum / (4 * HOUR);
    });
    const { low, high } = interval99(shares);
    expect(0.25).toBeGreaterThanOrEqual(low);
    expect(0.25).toBeLessThanOrEqual(high);
  });
});

describe('what is struck together', () => {
  const struck = (selector: Selector, nodes: Nodes, seed = 'seed') =>
    scheduleFaults([{ kind: 'crash', at: 0, nodes: selector, over: 0 }], nodes, seed).map(
      event => (event as { node: number }).node,
    );

  test('whole sites', () => {
    const nodes = testbed(10, 3);
    const hit = struck({ kind: 'sites', amount: { count: 2 } }, nodes);
    expect(hit).toHaveLength(6);
    expect(new Set(hit.map(node => nodes.siteOf[node])).size).toBe(2);
    expect(struck({ kind: 'sites', amount: { fraction: 0.5 } }, nodes)).toHaveLength(15);
  });

  test('all sites of a class', () => {
    expect(struck({ kind: 'class', class: 'contributed' }, testbed(4))).toEqual([1, 3]);
  });

  test('all that share a power supply: sites stay whole, and every node is in one group', () => {
    const nodes = testbed(60, 3);
    nodes.groups = dealGroups([{ name: 'power', of: 'sites', into: 6 }], nodes, 'seed');
    const groups = Array.from({ length: 6 }, (_, index) =>
      struck({ kind: 'group', of: 'power', number: index + 1 }, nodes),
    );
    expect(groups.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 180 }, (_, node) => node));
    for (const group of groups) {
      for (const node of group)
        expect(group).toEqual(expect.arrayContaining(nodes.ofSite(nodes.siteOf[node])));
    }
    const one = struck({ kind: 'groups', of: 'power', amount: { count: 1 } }, nodes);
    expect(groups).toContainEqual(one);
  });

  test('groups that there are not', () => {
    const nodes = testbed(4);
    const groups: Selector = { kind: 'groups', of: 'powr', amount: { count: 1 } };
    expect(() => struck(groups, nodes)).toThrow(
      'expected groups that the key groups describes: there are none',
    );
    nodes.groups = dealGroups([{ name: 'power', of: 'nodes', into: 2 }], nodes, 'seed');
    expect(() => struck(groups, nodes)).toThrow(
      'expected groups of a kind that there is: power (did you mean "power"?)',
    );
    expect(() => struck({ kind: 'group', of: 'power', number: 3 }, nodes)).toThrow(
      'at most 2, the power groups',
    );
  });
});
