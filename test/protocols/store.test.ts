// The store: what reads and writes cost, and what becomes of objects when hosts fail, come back, and join.
import { describe, expect, test } from 'vitest';
import type { Address } from '../../protocols/port.ts';
import type { StoreMessage } from '../../protocols/store/messages.ts';
import type { Written } from '../../protocols/store/operations.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { forSeeds } from './seeds.ts';
import { brisk, StoreGroup } from './store-group.ts';

const LATENCY = 20 * MILLISECOND;
const CLIENT = 'client';

function groupOf(size: number, given: object = {}, seed = 'store'): StoreGroup {
  const group = new StoreGroup(seed, { latency: LATENCY }, given);
  group.add(CLIENT, group.assemble(size));
  return group;
}

function objects(group: StoreGroup, count: number): number[] {
  return Array.from({ length: count }, () => group.create(CLIENT).key);
}

function put(group: StoreGroup, key: number): Written | undefined {
  let written: Written | undefined;
  group.nodes.get(CLIENT)!.operations.put(key, new Uint8Array(2), result => {
    written = result;
  });
  group.network.run(10 * SECOND);
  return written;
}

function readEnd(group: StoreGroup, key: number, reader: Address = CLIENT): string | undefined {
  let ended: string | undefined;
  group.nodes.get(reader)!.operations.get(key, ({ end }) => {
    ended = end;
  });
  group.network.run(10 * SECOND);
  return ended;
}

/** Messages sent from now on, by type. */
function tally(group: StoreGroup): Map<StoreMessage['type'], number> {
  const counts = new Map<StoreMessage['type'], number>();
  const send = group.network.send.bind(group.network);
  group.network.send = (from, to, message) => {
    counts.set(message.type, (counts.get(message.type) ?? 0) + 1);
    send(from, to, message);
  };
  return counts;
}

/** Members of the configuration in force that do not hold the object in it. */
function missing(group: StoreGroup, key: number): Address[] {
  const { config, holders } = group.inForce(key);
  return config!.members.map(({ address }) => address).filter(address => !holders.includes(address));
}

describe('the workload on hosts that do not fail', () => {
  const group = new StoreGroup(
    'workload',
    { latency: LATENCY },
    { ...brisk, n: 3, keys: 4, put: { every: 5 * SECOND }, get: { every: 2 * SECOND, foreign: 0.5 } },
  );
  group.assemble(8);
  group.network.run(10 * MINUTE);
  const { meter } = group.network;

  test('creates every object, and every read and write succeeds', () => {
    expect(meter.count('created')).toBe(32);
    for (const name of ['read.success', 'write.success', 'durability']) {
      expect(meter.sample(name).length).toBeGreaterThan(500);
      expect(Math.min(...meter.sample(name))).toBe(1);
    }
    expect(Math.max(...meter.sample('staleness'))).toBe(0);
    expect(meter.count('lost')).toBe(0);
  });

  test('a read takes a round trip, or two where the object must be found; a write two; and N replicas answer', () => {
    // While hosts start, objects are moved to where they belong.
    const settled = (name: string) => meter.sample(name).slice(-500);
    const roundTrips = (name: string) => settled(name).map(latency => latency / (2 * LATENCY));
    const reads = roundTrips('read.latency');
    expect(reads.filter(trips => trips !== 1).every(trips => trips === 2)).toBe(true);
    expect(reads.filter(trips => trips === 1).length).toBeGreaterThan(450);
    expect(new Set(roundTrips('write.latency'))).toEqual(new Set([2]));
    expect(new Set(settled('replicas'))).toEqual(new Set([3]));
  });

  test('stores each object N times', () => {
    const stored = meter.sample('stored.bytes').slice(-8);
    expect(stored.reduce((sum, bytes) => sum + bytes, 0)).toBe(3 * 32 * 1000);
  });
});

test("by Zipf's law object i is written with a frequency of i^-skew to that of the first", () => {
  const shares = Array.from({ length: 10 }, (_, seed) => {
    const group = new StoreGroup(
      `zipf ${seed}`,
      { latency: LATENCY },
      { ...brisk, popularity: 'zipf', skew: 0.8, keys: 5, put: { every: SECOND } },
    );
    group.assemble(3);
    group.network.run(MINUTE);
    const counts = new Map<number, number>();
    const { send } = group.network;
    group.network.send = (from, to, message) => {
      if (message.type === 'query' && from === 0) counts.set(message.key, (counts.get(message.key) ?? 0) + 1);
      send.call(group.network, from, to, message);
    };
    group.network.run(5 * MINUTE);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    return sorted[0] / sorted.reduce((sum, count) => sum + count, 0);
  });
  const weights = [1, 2, 3, 4, 5].map(rank => rank ** -0.8);
  const expected = 1 / weights.reduce((sum, weight) => sum + weight, 0);
  const { low, high } = interval99(shares);
  expect(low).toBeLessThan(expected);
  expect(high).toBeGreaterThan(expected);
});

describe('a host that fails', () => {
  test('and comes back with its disk within repair.after is not replaced', () => {
    const group = groupOf(6, { repair: { after: 2 * MINUTE } });
    const keys = objects(group, 10);
    group.network.run(3 * MINUTE);
    const before = group.network.meter.count('repairs');
    group.crash(2);
    group.network.run(MINUTE);
    group.add(2, [0, 1, 3], true);
    group.network.run(3 * MINUTE);
    expect(group.network.meter.count('repairs')).toBe(before);
    for (const key of keys) expect(missing(group, key)).toEqual([]);
  });

  test('and stays away is replaced after that', () => {
    const group = groupOf(6, { repair: { after: 2 * MINUTE } });
    const keys = objects(group, 10);
    group.network.run(3 * MINUTE);
    const orphaned = keys.filter(key => group.inForce(key).holders.includes(2));
    expect(orphaned.length).toBeGreaterThan(0);
    group.crash(2);
    group.network.run(100 * SECOND);
    for (const key of orphaned) expect(missing(group, key)).toEqual([2]);
    group.network.run(MINUTE);
    for (const key of keys) expect(missing(group, key)).toEqual([]);
  });

  test('and comes back without its disk is a new member at once, however long repair.after is', () => {
    const group = groupOf(6, { repair: { after: 60 * MINUTE } });
    const keys = objects(group, 10);
    const own = keys.filter(key => group.inForce(key).holders.includes(2));
    expect(own.length).toBeGreaterThan(0);
    group.crash(2);
    group.network.run(SECOND);
    group.add(2, [0, 1, 3], false);
    const { life } = group.disks.get(2)!;
    group.network.run(20 * SECOND);
    for (const key of own) {
      expect(missing(group, key)).toEqual([]);
      expect(group.inForce(key).config!.members).toContainEqual({ address: 2, life });
    }
  });

  test('takes no object with it, as long as each is made whole before the next fails', () => {
    forSeeds(10, seed => {
      const group = groupOf(7, {}, seed);
      const { random } = group.network;
      const keys = objects(group, 5);
      for (let round = 0; round < 10; round++) {
        const address = Math.floor(7 * random());
        group.crash(address);
        group.network.run((1 + 20 * random()) * SECOND);
        group.add(address, [0, 1, 2, 3, 4, 5, 6]);
        group.network.run(40 * SECOND);
        for (const key of keys) expect(missing(group, key)).toEqual([]);
      }
      for (const key of keys) expect(readEnd(group, key)).toBe('succeeded');
    });
  });
});

test('an object whose quorum has lost its disks is lost, and is not read any more, though a copy is left', () => {
  const group = groupOf(5);
  const [key] = objects(group, 1);
  const [first, second, third] = group.inForce(key).holders;
  group.crash(first);
  group.crash(second);
  group.add(first, [third]);
  group.add(second, [third]);
  group.network.run(10 * SECOND);
  expect(group.inForce(key).holders).toEqual([third]);
  expect(readEnd(group, key)).toBe('lost');
  expect(readEnd(group, key, third)).toBe('lost');
});

test('a partition leaves reads and writes to the side with a quorum, and the other side catches up', () => {
  const group = groupOf(5, { repair: { after: 10 * MINUTE } });
  const [key] = objects(group, 1);
  group.network.run(MINUTE);
  const [cut] = group.inForce(key).holders;
  group.network.passes = (from, to) => from !== cut && to !== cut;
  const written = put(group, key)!;
  expect(written.end).toBe('succeeded');
  expect(readEnd(group, key, cut)).toBe('failed');
  expect(readEnd(group, key)).toBe('succeeded');
  group.network.passes = () => true;
  group.network.run(30 * SECOND);
  expect(group.disks.get(cut)!.held.get(key)!.version).toEqual(written.version);
});

describe('anti-entropy', () => {
  test('brings a replica up to date with more than a page of writes that it has missed', () => {
    const group = groupOf(3, { repair: { after: 60 * MINUTE } });
    const keys = objects(group, 100);
    group.network.run(MINUTE);
    group.crash(1);
    const writer = group.nodes.get(CLIENT)!.operations;
    for (const key of keys) writer.put(key, new Uint8Array(2), () => undefined);
    group.network.run(10 * SECOND);
    group.add(1, [0, 2], true);
    group.network.run(20 * SECOND);
    const versions = [0, 1, 2].map(address =>
      keys.map(key => group.disks.get(address)!.held.get(key)!.version),
    );
    expect(versions[0].every(({ counter }) => counter === 2)).toBe(true);
    expect(versions[1]).toEqual(versions[0]);
    expect(versions[2]).toEqual(versions[0]);
  });

  test('costs a summary and its answer each way a pair and period where nothing differs', () => {
    const group = groupOf(3);
    objects(group, 50);
    group.network.run(MINUTE);
    const counts = tally(group);
    group.network.run(10 * brisk.sync.every);
    counts.delete('membership');
    expect([...counts]).toEqual([
      ['sync', 60],
      ['differ', 60],
    ]);
  });
});

test('hosts that start at one moment, each of which knows one other, are one ring in the end', () => {
  forSeeds(20, seed => {
    const group = new StoreGroup(seed, { latency: LATENCY });
    const { random } = group.network;
    for (let address = 0; address < 12; address++) group.add(address, [Math.floor(12 * random()), 0]);
    group.network.run(3 * MINUTE);
    for (const node of group.nodes.values()) expect(node.membership!.successors(0, 99).length).toBe(12);
  });
});

test('a quorum of more than N is refused', () => {
  const group = new StoreGroup('refused', { latency: LATENCY }, { n: 3, r: 4 });
  expect(() => group.add(0, [])).toThrow('r: found 4, expected at most n, 3');
});
