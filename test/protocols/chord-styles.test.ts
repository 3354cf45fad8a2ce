// Chord's styles of lookup and its choice of fingers: what each does to paths and times, and that owners stay right.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirm } from '../../protocols/chord/confirm.ts';
import { randomId } from '../../protocols/chord/ring.ts';
import { inRingOrder, successorIndex } from '../../protocols/chord/stable.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { ChordSlice, settings, stableRing } from './chord-slice.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const recursive = { lookup: { style: 'recursive', every: 1e15 } };

describe('recursive lookups', () => {
  test('take the same paths: 3.35 hops at 128 nodes', () => {
    const means = Array.from({ length: 20 }, (_, ring) => {
      const { network, nodes } = stableRing(`recursive ${ring}`, 128, 1, recursive);
      const hops: number[] = [];
      for (let i = 0; i < 1000; i++) {
        const node = nodes[Math.floor(network.random() * 128)];
        node.lookup(randomId(network.random), lookup => hops.push(lookup.hops));
      }
      network.run(MINUTE);
      expect(hops.length).toBe(1000);
      return mean(hops);
    });
    const { low, high } = interval99(means);
    expect(low).toBeLessThan(3.35);
    expect(high).toBeGreaterThan(3.35);
  });

  test.each([
    { style: 'iterative', ways: (hops: number) => 2 * hops },
    { style: 'recursive', ways: (hops: number) => (hops === 0 ? 0 : hops + 1) },
  ])('take their time, $style ones, to the nanosecond', ({ style, ways }) => {
    const latency = 12_345_678;
    const given = { lookup: { style, every: 1e15 } };
    const { network, nodes } = stableRing('time', 256, 1, given, { latency });
    let ended = 0;
    for (let i = 0; i < 500; i++) {
      nodes[i % 256].lookup(randomId(network.random), lookup => {
        ended++;
        expect(network.clock.now - lookup.started).toBe(ways(lookup.hops) * latency);
      });
    }
    network.run(MINUTE);
    expect(ended).toBe(500);
  });

  test('find the living owner around a tenth of dead nodes that nobody has noticed', () => {
    const { network, nodes } = stableRing('around', 500, 8, recursive);
    const living = nodes.filter((_, index) => index % 10 !== 3);
    for (const node of nodes) if (!living.includes(node)) network.crash(node.routing.self.address);
    const ring = inRingOrder(living.map(node => node.routing.self));
    const outcomes: boolean[] = [];
    for (let i = 0; i < 1000; i++) {
      const key = randomId(network.random);
      const node = living[Math.floor(network.random() * living.length)];
      node.lookup(key, lookup =>
        confirm(node, lookup, owner =>
          outcomes.push(owner?.address === ring[successorIndex(ring, key)].address),
        ),
      );
    }
    network.run(2 * MINUTE);
    expect(outcomes.length).toBe(1000);
    expect(outcomes.filter(right => right).length).toBeGreaterThanOrEqual(990);
  });

  test('each end once, whatever is lost, and leave nothing behind', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), fc.nat(60), (seed, size, percent) => {
        const conditions = { latency: 20 * MILLISECOND, loss: percent / 100 };
        const { network, nodes } = stableRing(seed, size, 3, recursive, conditions);
        network.run(MINUTE);
        const timers = network.clock.pending;
        let ended = 0;
        for (let i = 0; i < 20; i++) nodes[i % size].lookup(randomId(network.random), () => ended++);
        network.run(10 * MINUTE);
        expect(ended).toBe(20);
        expect(network.clock.pending).toBe(timers);
      }),
      { numRuns: 200 },
    );
  });
});

describe('proximity neighbour selection', () => {
  /** A plane of 100 ms: the one-way delay between two addresses is their distance. */
  const place = (address: Address) => {
    const at = Number(address) * 0.754877666;
    return [at % 1, (Number(address) * 0.569840296) % 1];
  };
  const latency = (_: unknown, from: Address, to: Address) => {
    const [[x, y], [u, v]] = [place(from), place(to)];
    return Math.round((1 + 100 * Math.hypot(x - u, y - v)) * MILLISECOND);
  };

  /** Mean time of lookups, and whether all found the right owner, when the fingers have settled. */
  function measure(style: string, pns: number) {
    const given = { pns, successors: 8, fixFingers: SECOND, lookup: { style, every: 5 * SECOND } };
    const slice = new ChordSlice('near', { latency }, settings(given));
    slice.grow(150, 30 * SECOND);
    slice.network.run(5 * MINUTE);
    expect(slice.flaws()).toEqual([]);
    slice.findings = [];
    const times = slice.network.meter.sample('lookup.latency');
    times.length = 0;
    slice.network.run(2 * MINUTE);
    expect(slice.findings.length).toBeGreaterThan(3000);
    for (const { key, owner } of slice.findings.slice(0, 500)) {
      expect(owner.address).toBe(slice.trueOwner(key).address);
    }
    return mean(times);
  }

  test('makes lookups faster in either style, and recursive ones are the fastest; owners stay right', () => {
    const [plain, near] = [measure('iterative', 0), measure('iterative', 9)];
    const [plainRecursive, nearRecursive] = [measure('recursive', 0), measure('recursive', 9)];
    expect(near).toBeLessThan(0.9 * plain);
    expect(nearRecursive).toBeLessThan(0.9 * plainRecursive);
    expect(plainRecursive).toBeLessThan(plain);
    expect(nearRecursive).toBeLessThan(near);
  });
});
