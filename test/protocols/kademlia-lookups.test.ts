// Kademlia's lookups: the k closest nodes of all that live, exactly, whoever asks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { KademliaSlice, quiet, stableNetwork } from './kademlia-slice.ts';

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('on a stable network', () => {
  test('of 10 000 nodes every lookup finds exactly the k closest', () => {
    const slice = stableNetwork('ten thousand', 10_000);
    slice.check(300, MINUTE);
    expect(slice.ended).toBe(300);
    expect(slice.wrong).toBe(0);
  });

  test('of any size, with any k and alpha, too', () => {
    const small = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 300 }), small, small, (seed, size, k, alpha) => {
        const slice = stableNetwork(seed, size, { k, alpha });
        slice.check(20, MINUTE);
        expect(slice.ended).toBe(20);
        expect(slice.wrong).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('hops grow by the same for each doubling, and by less than one (log N)', () => {
    const sizes = [500, 1000, 2000, 4000];
    const hops = sizes.map(size => {
      const slice = stableNetwork(`hops ${size}`, size, { k: 4 });
      return interval99(Array.from({ length: 6 }, () => mean(slice.check(100, MINUTE))));
    });
    for (let i = 1; i < sizes.length; i++) {
      expect(hops[i].low).toBeGreaterThan(hops[i - 1].low);
      expect(hops[i].high - hops[i - 1].low).toBeLessThan(1);
    }
  });
});

describe('a tenth of the nodes dead, and nobody has noticed', () => {
  test('lookups find the closest of the living around them', () => {
    const slice = stableNetwork('unmended', 500);
    for (const address of [...slice.nodes.keys()].filter((_, i) => i % 10 === 3)) slice.crash(address);
    // What others name is the k closest that they know, dead ones among them: so many of the living are certain.
    slice.checked = 10;
    slice.check(300, 2 * MINUTE);
    expect(slice.ended).toBe(300);
    expect(slice.wrong).toBe(0);
  });

  test('and end sooner where timeouts are learnt', () => {
    const taken = ['fixed', 'adaptive'].map(rto => {
      const slice = stableNetwork('learnt', 300, { ...quiet, rpc: { rto } }, { latency, loss: 0.05 });
      const nodes = [...slice.nodes.values()];
      const times: number[] = [];
      for (let round = 0; round < 20; round++) {
        for (const node of nodes.slice(0, 10)) {
          node.lookup(1e13, lookup => times.push(node.now() - lookup.started));
        }
        slice.network.run(MINUTE);
      }
      return mean(times.slice(100));
    });
    expect(taken[1]).toBeLessThan(0.75 * taken[0]);
  });
});

describe('joining', () => {
  test('in any order and at any times ends with lookups that find exactly the k closest', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), fc.nat(60), (seed, size, seconds) => {
        const slice = new KademliaSlice(seed, { latency }, { k: 5, lookup: { every: 1e15 } });
        slice.grow(size, seconds * SECOND + 1);
        // Until every bucket was refreshed a few times: those who join at one moment find nobody at first.
        slice.network.run(4 * HOUR);
        expect(slice.network.meter.count('joined')).toBe(size);
        slice.check(30, MINUTE);
        expect(slice.ended).toBe(30);
        expect(slice.wrong).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('through listed members that are dead still succeeds', () => {
    const slice = new KademliaSlice('dead contacts', { latency });
    slice.grow(10, 10 * SECOND);
    slice.add('late', ['nobody', 'no one', 'late', 3]);
    slice.network.run(10 * MINUTE);
    expect(slice.nodes.get('late')!.table.size).toBeGreaterThanOrEqual(9);
  });

  test('of nobody at all: a node alone finds itself', () => {
    const slice = new KademliaSlice('alone', { latency });
    slice.add('self', ['self']);
    slice.network.run(5 * MINUTE);
    const outcomes = slice.network.meter.sample('lookup.success');
    expect(outcomes.length).toBeGreaterThan(10);
    expect(mean(outcomes)).toBe(1);
    expect(slice.network.delivered).toBe(0);
  });
});

describe('after the worst', () => {
  test('a network that was parted for hours is one again after the next refreshes', () => {
    const slice = new KademliaSlice('parted', { latency }, { k: 4 });
    slice.grow(30, 30 * SECOND);
    slice.network.run(10 * MINUTE);
    slice.network.passes = (from, to) => Number(from) < 12 === Number(to) < 12;
    slice.network.run(3 * HOUR);
    slice.check(50, MINUTE);
    expect(slice.wrong).toBeGreaterThan(40);
    slice.wrong = 0;
    slice.network.passes = () => true;
    slice.network.run(2 * HOUR + 5 * MINUTE);
    slice.check(50, MINUTE);
    expect(slice.wrong).toBe(0);
  });

  test('a node whose contacts are all dead fails its lookups, and joins anew', () => {
    const slice = new KademliaSlice('bereft', { latency });
    slice.grow(5, 5 * SECOND);
    slice.add('last', [0, 1, 2, 3, 4, 'other']);
    slice.network.run(MINUTE);
    for (let address = 0; address < 5; address++) slice.crash(address);
    slice.network.run(2 * MINUTE);
    const outcomes = slice.network.meter.sample('lookup.success');
    const before = outcomes.length;
    slice.network.run(5 * MINUTE);
    expect(mean(outcomes.slice(before))).toBe(0);
    slice.add('other', []);
    slice.network.run(3 * HOUR);
    expect(
      slice.nodes
        .get('last')!
        .table.closest(0, 20)
        .map(({ address }) => address),
    ).toContain('other');
  });
});
