// The XOR metric and the k-buckets, against exact integers and against looking at every contact.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BITS } from '../../protocols/identifier.ts';
import { Table } from '../../protocols/kademlia/table.ts';
import { bucketOf, distance, hasBit, randomIn } from '../../protocols/kademlia/xor.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { KademliaSlice } from './kademlia-slice.ts';

const LAST = 2 ** BITS - 1;
const id = fc.oneof(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 0, max: 40 }), fc.constant(LAST));

describe('the metric', () => {
  test('is that of the integers', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        const exact = BigInt(a) ^ BigInt(b);
        expect(distance(a, b)).toBe(Number(exact));
        if (a === b) return;
        const bucket = bucketOf(distance(a, b));
        expect(exact >> BigInt(bucket)).toBe(1n);
        for (const bit of [0, bucket, 31, 32, 47]) {
          expect(hasBit(distance(a, b), bit)).toBe(((exact >> BigInt(bit)) & 1n) === 1n);
        }
      }),
    );
  });

  test('random identifiers of a bucket are in it', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: BITS - 1 }), random, (self, bucket, value) => {
        expect(
          bucketOf(
            distance(
              self,
              randomIn(self, bucket, () => value),
            ),
          ),
        ).toBe(bucket);
      }),
    );
  });
});

describe('the table', () => {
  test('names the closest of its contacts that are not stale', () => {
    const contacts = fc.array(fc.tuple(id, fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(id, id, contacts, fc.integer({ min: 1, max: 20 }), (self, key, heard, count) => {
        const table = new Table({ id: self, address: 'self' }, 8);
        for (const [other] of heard) table.heard(other, `at ${other}`);
        for (const [other, dead] of heard) if (dead) table.failed(other);
        const held = table.buckets.flatMap(bucket => bucket?.contacts ?? []);
        const good = held.filter(contact => !table.isStale(contact));
        const right = good.map(contact => distance(contact.id, key)).sort((a, b) => a - b);
        const found = table.closest(key, count).map(contact => distance(contact.id, key));
        if (good.length > 0) expect(found.sort((a, b) => a - b)).toEqual(right.slice(0, count));
        else expect(found.length).toBe(Math.min(held.length, count));
        expect(table.size).toBe(good.length);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps at most k in a bucket, in the order in which they were last heard, and never itself', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 100 }), heard => {
        const table = new Table({ id: 0, address: 0 }, 4);
        const buckets: number[][] = Array.from({ length: 6 }, () => []);
        for (const other of heard) {
          table.heard(other, other);
          if (other === 0) continue;
          const bucket = buckets[31 - Math.clz32(other)];
          const at = bucket.indexOf(other);
          if (at >= 0) bucket.splice(at, 1);
          if (bucket.length < 4) bucket.push(other);
        }
        for (const [i, bucket] of buckets.entries()) {
          expect((table.buckets[i]?.contacts ?? []).map(contact => contact.id)).toEqual(bucket);
          expect(table.buckets[i]?.ids ?? []).toEqual(bucket);
        }
      }),
    );
  });

  test('a contact that did not answer gives way to the next newcomer, unless it is heard again', () => {
    const table = new Table({ id: 0, address: 0 }, 2);
    expect([16, 17, 18].map(other => table.heard(other, other))).toEqual(['added', 'added', 'full']);
    table.failed(17);
    table.heard(17, 17);
    expect(table.heard(18, 18)).toBe('full');
    table.failed(17);
    expect(table.heard(18, 18)).toBe('added');
    expect(table.buckets[4]!.contacts.map(contact => contact.id)).toEqual([16, 18]);
    expect(table.buckets[4]!.ids).toEqual([16, 18]);
  });

  test('a node that claims the identifier of another does not get its place', () => {
    const table = new Table({ id: 0, address: 0 }, 2);
    table.heard(16, 'honest');
    table.heard(16, 'other');
    expect(table.closest(16, 1)).toEqual([{ id: 16, address: 'honest' }]);
  });
});

describe('a full bucket and a newcomer', () => {
  /** Node 0's bucket is full of the others with k = 1; a newcomer for the same bucket then speaks to it. */
  function contest(dead: boolean) {
    const slice = new KademliaSlice('contest', { latency: MILLISECOND }, { k: 1, lookup: { every: 1e15 } });
    const self = slice.add(0, []);
    const oldest = slice.add(1, [0]);
    slice.network.run(SECOND);
    const bucket = bucketOf(distance(self.table.self.id, oldest.table.self.id));
    if (dead) slice.crash(1);
    let address = 2;
    for (; ; address++) {
      const newcomer = slice.add(address, [0]);
      if (bucketOf(distance(self.table.self.id, newcomer.table.self.id)) === bucket) break;
    }
    slice.network.run(MINUTE);
    return { held: self.table.buckets[bucket]!.contacts.map(contact => contact.address), newcomer: address };
  }

  test('the least recently seen is pinged: where it lives, it stays', () => {
    expect(contest(false).held).toEqual([1]);
  });

  test('where it is dead, the newcomer has its place', () => {
    const { held, newcomer } = contest(true);
    expect(held).toEqual([newcomer]);
  });
});
