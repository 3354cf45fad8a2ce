// Values on Kademlia: found by anyone, kept while holders come and go, and gone when they have expired.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trueClosest } from '../../protocols/kademlia/stable.ts';
import { keyOf } from '../../protocols/kademlia/workload.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { KademliaSlice, stableNetwork } from './kademlia-slice.ts';

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);
const value = Uint8Array.from([1, 2, 3]);

/** What random nodes find under a key. */
function findings(slice: KademliaSlice, key: number, times: number): (Uint8Array | undefined)[] {
  const found: (Uint8Array | undefined)[] = [];
  for (let i = 0; i < times; i++) slice.any().find(key, (_, what) => found.push(what));
  slice.network.run(MINUTE);
  expect(found.length).toBe(times);
  return found;
}

const holders = (slice: KademliaSlice, key: number) =>
  [...slice.nodes.values()].filter(node => node.storage.values.get(key, node.now()));

describe('a value', () => {
  test('is stored at exactly the k closest, and found by every node', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, size, k) => {
          const slice = stableNetwork(seed, size, { k });
          const key = keyOf(seed, 1);
          let taken = 0;
          slice.any().publish(key, value, nodes => {
            taken = nodes;
          });
          slice.network.run(10 * SECOND);
          const right = trueClosest(slice.living(), key, k);
          expect(taken).toBe(right.length);
          expect(
            holders(slice, key)
              .map(node => node.table.self.id)
              .sort(),
          ).toEqual(right.map(({ id }) => id).sort());
          expect(new Set(findings(slice, key, 10).map(String))).toEqual(new Set(['1,2,3']));
          expect(findings(slice, keyOf(seed, 2), 3)).toEqual([undefined, undefined, undefined]);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('expires a day after it was published last, wherever it was copied', () => {
    const slice = new KademliaSlice('expiry', { latency }, { k: 4, lookup: { every: 1e15 } });
    slice.grow(30, 30 * SECOND);
    slice.network.run(MINUTE);
    const key = keyOf('it', 0);
    slice.any().publish(key, value);
    slice.network.run(24 * HOUR - 10 * MINUTE);
    expect(findings(slice, key, 10).every(what => what !== undefined)).toBe(true);
    slice.network.run(10 * MINUTE);
    expect(holders(slice, key)).toEqual([]);
    expect(findings(slice, key, 10).every(what => what === undefined)).toBe(true);
  });

  test('survives its holders one by one, since the others store it anew at whoever is closest then', () => {
    const slice = new KademliaSlice('replication', { latency }, { k: 4, lookup: { every: 1e15 } });
    slice.grow(60, 30 * SECOND);
    slice.network.run(MINUTE);
    const key = keyOf('it', 0);
    slice.any().publish(key, value);
    slice.network.run(MINUTE);
    // Half of the holders at a time, and time enough for those that look for the next to learn who is dead.
    for (let round = 0; round < 5; round++) {
      for (const { table } of holders(slice, key).slice(0, 2)) slice.crash(table.self.address);
      slice.network.run(4 * HOUR);
    }
    expect(findings(slice, key, 20).every(what => what !== undefined)).toBe(true);
  });

  test('is handed to a node that joins closer to it', () => {
    const slice = stableNetwork('welcome', 60, { k: 4 });
    const late = 'late';
    const key = slice.add(late, []).table.self.id;
    slice.crash(late);
    slice.any().publish(key, value);
    slice.network.run(MINUTE);
    const joined = slice.add(late, [0, 1, 2]);
    slice.network.run(MINUTE);
    expect(joined.storage.values.get(key, joined.now())?.value).toEqual(value);
  });

  test('that is sought often is kept on the way to it too, for a shorter time', () => {
    const slice = stableNetwork('cached', 500, { k: 4 });
    const key = keyOf('popular', 0);
    slice.any().publish(key, value);
    slice.network.run(MINUTE);
    findings(slice, key, 100);
    const caching = holders(slice, key);
    expect(caching.length).toBeGreaterThan(8);
    const left = caching.map(node => node.storage.values.get(key, node.now())!.expires - node.now());
    expect(Math.max(...left)).toBeLessThan(24 * HOUR);
    expect(Math.min(...left)).toBeLessThan(12 * HOUR);
    slice.network.run(25 * HOUR);
    expect(holders(slice, key)).toEqual([]);
  });

  test('no longer than a datagram holds', () => {
    const slice = stableNetwork('large', 3);
    expect(() => slice.any().publish(1, new Uint8Array(65_507))).toThrow(RangeError);
  });
});

test('the workload publishes its values and finds those of all others', () => {
  const slice = new KademliaSlice('workload', { latency }, { k: 4, publish: { values: 2 } });
  slice.grow(30, 30 * SECOND);
  // What was published while the network formed has been stored anew at the right nodes by then.
  slice.network.run(2 * HOUR);
  const outcomes = slice.network.meter.sample('lookup.success');
  outcomes.length = 0;
  slice.network.run(20 * MINUTE);
  expect(outcomes.length).toBeGreaterThan(2000);
  expect(outcomes.every(outcome => outcome === 1)).toBe(true);
});
