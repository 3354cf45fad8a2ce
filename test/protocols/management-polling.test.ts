// Management by polling, as PlanetLab's node manager did it: how long a change takes, and what the authority bears.
import { describe, expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { Plane } from './management-plane.ts';

const latency = MILLISECOND;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const seeds = (count: number) => Array.from({ length: count }, (_, seed) => String(seed));

/** Changes at random times of four hours, on nodes whose polls have long lost step with each other. */
function changedAtRandom(seed: string, fetch: string): Plane {
  const plane = new Plane(seed, { latency }, { create: 0, fetch });
  const authority = plane.authority('plc');
  plane.startNodes(40, 15 * MINUTE);
  const { clock, random } = plane.network;
  for (let slice = 0; slice < 25; slice++) {
    clock.after(2 * HOUR + random() * 4 * HOUR, () => authority.change(slice, true, [...plane.nodes.keys()]));
  }
  plane.network.run(6 * HOUR + 20 * MINUTE);
  return plane;
}

describe.each(['full', 'delta'])('with fetch: %s', fetch => {
  const planes = seeds(12).map(seed => changedAtRandom(seed, fetch));

  test('a change waits E[X^2] / 2 E[X] = 380 s on average for X = 600 s + U(0, 300 s), and 15 min at most', () => {
    // E[X] = 750 s, Var[X] = 300^2 / 12 s^2.
    const expected = (750 ** 2 + 300 ** 2 / 12) / (2 * 750);
    expect(expected).toBe(380);
    const { low, high } = interval99(planes.map(plane => mean(plane.sample('change.delay')) / SECOND));
    expect(low).toBeLessThanOrEqual(expected);
    expect(high).toBeGreaterThanOrEqual(expected);
    for (const plane of planes) {
      expect(plane.sample('change.delay').length).toBe(40 * 25);
      // Beside the wait: the request, its answer and the word that it is done.
      expect(Math.max(...plane.sample('change.delay'))).toBeLessThanOrEqual(15 * MINUTE + 3 * latency);
      expect(plane.differences()).toEqual([]);
    }
  });

  test('what a node knows is as old on average', () => {
    const { low, high } = interval99(planes.map(plane => mean(plane.sample('node.stale')) / SECOND));
    expect(low).toBeLessThanOrEqual(380);
    expect(high).toBeGreaterThanOrEqual(380);
  });

  test('half the nodes have a change before 95 % have, and those before all', () => {
    for (const plane of planes) {
      const [half, most, all] = ['50', '95', '100'].map(share => plane.sample(`change.spread${share}`));
      expect([half.length, most.length, all.length]).toEqual([25, 25, 25]);
      expect(mean(half)).toBeLessThan(mean(most));
      expect(mean(most)).toBeLessThan(mean(all));
    }
  });
});

test('a thousand nodes ask for their slivers 1000 / 750 s = 1.333 times a second', () => {
  const rates = seeds(6).map(seed => {
    const plane = new Plane(seed, { latency }, { report: 100 * HOUR });
    plane.authority('plc');
    plane.startNodes(1000, 750 * SECOND);
    plane.network.run(3 * HOUR);
    const before = plane.count('authority.fetches');
    plane.network.run(2 * HOUR);
    return (plane.count('authority.fetches') - before) / 7200;
  });
  const { low, high } = interval99(rates);
  expect(low).toBeLessThanOrEqual(4 / 3);
  expect(high).toBeGreaterThanOrEqual(4 / 3);
});

test('a report each 15 minutes says how many slivers run', () => {
  const plane = new Plane('report', { latency });
  const authority = plane.authority('plc');
  plane.node('node');
  plane.network.run(SECOND);
  for (const slice of [1, 2, 3]) authority.change(slice, true, ['node']);
  plane.network.run(4 * HOUR);
  const reports = plane.sample('slivers.running');
  expect(reports.length).toBe(16);
  expect(reports.at(-1)).toBe(3);
});

test('slivers are created one after the other', () => {
  const plane = new Plane('serial', { latency }, { create: 10 * SECOND });
  const authority = plane.authority('plc');
  plane.network.run(SECOND);
  for (const slice of [1, 2, 3]) authority.change(slice, true, ['node']);
  const node = plane.node('node');
  // Registration and fetch take a round trip each.
  plane.network.run(4 * latency);
  for (const running of [0, 1, 2]) {
    expect(node.slivers.running.size).toBe(running);
    plane.network.run(10 * SECOND);
  }
  expect(node.slivers.running.size).toBe(3);
});

test('what is no longer wanted when its turn comes is not created', () => {
  const plane = new Plane('turn', { latency }, { create: 10 * MINUTE, poll: { every: SECOND, spread: 0 } });
  const authority = plane.authority('plc');
  plane.network.run(SECOND);
  for (const slice of [1, 2, 3]) authority.change(slice, true, ['node']);
  const node = plane.node('node');
  plane.network.run(MINUTE);
  authority.change(2, false, ['node']);
  plane.network.run(20 * MINUTE);
  expect([...node.slivers.running.keys()]).toEqual([1, 3]);
});

test('a large answer comes in several datagrams of at most 60 KB, whole also where some are lost', () => {
  for (const fetch of ['full', 'delta']) {
    const options = { create: 0, page: 60_000, fetch, poll: { every: MINUTE, spread: 0 } };
    const plane = new Plane('large', { latency, loss: 0.1 }, options);
    const authority = plane.authority('plc');
    plane.node('node');
    plane.network.run(MINUTE);
    for (let slice = 0; slice < 300; slice++) authority.change(slice, true, ['node'], new Uint8Array(1000));
    plane.network.run(5 * MINUTE);
    expect(plane.running('node').length).toBe(300);
    authority.change(7, false, ['node']);
    plane.network.run(5 * MINUTE);
    expect(plane.running('node').length).toBe(299);
    expect(plane.largest).toBeGreaterThan(59_000);
    expect(plane.largest).toBeLessThanOrEqual(60_100);
  }
});

test('a difference is as small as what has changed', () => {
  const bytes = ['full', 'delta'].map(fetch => {
    const plane = new Plane('bytes', { latency }, { create: 0, fetch });
    const authority = plane.authority('plc');
    plane.node('node');
    plane.network.run(MINUTE);
    for (let slice = 0; slice < 50; slice++) authority.change(slice, true, ['node'], new Uint8Array(500));
    plane.network.run(HOUR);
    const before = plane.count('authority.bytes');
    plane.network.run(10 * HOUR);
    return plane.count('authority.bytes') - before;
  });
  expect(bytes[1]).toBeLessThan(0.02 * bytes[0]);
});
