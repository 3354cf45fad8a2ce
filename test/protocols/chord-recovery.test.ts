// Chord after the worst: everything restarted, the ring cut in two, a tenth dead before anyone has noticed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirm } from '../../protocols/chord/confirm.ts';
import type { NodeRef } from '../../protocols/chord/messages.ts';
import { randomId } from '../../protocols/chord/ring.ts';
import { inRingOrder, successorIndex } from '../../protocols/chord/stable.ts';
import { MILLISECOND, MINUTE } from '../../sim/time.ts';
import { ChordSlice, settings, stableRing } from './chord-slice.ts';

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);

/** A slice of which every member lists all others. */
function mutual(seed: string, size: number, given: object = {}): ChordSlice {
  const slice = new ChordSlice(seed, { latency }, settings(given));
  const all = Array.from({ length: size }, (_, address) => address);
  for (const address of all) slice.add(address, address === 0 ? [] : all);
  slice.network.run(5 * MINUTE);
  return slice;
}

describe('a ring that is lost', () => {
  test('since every host restarted is begun by exactly one of them', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 24 }), (seed, size) => {
        const slice = mutual(seed, size);
        expect(slice.flaws()).toEqual([]);
        const all = slice.ring().map(node => node.address);
        for (const address of all) slice.crash(address);
        for (const address of all) slice.add(address, all);
        slice.network.run(10 * MINUTE);
        expect(slice.flaws()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('between two, of whom one restarts, is found again', () => {
    for (const restarting of [0, 1]) {
      const slice = mutual('two', 2);
      slice.crash(restarting);
      slice.add(restarting, [0, 1]);
      slice.network.run(3 * MINUTE);
      expect(slice.flaws()).toEqual([]);
    }
  });
});

test('rings parted by a long partition become one again', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 12 }), (seed, cut) => {
      const slice = new ChordSlice(seed, { latency }, settings({ successors: 4 }));
      const all = Array.from({ length: 24 }, (_, address) => address);
      for (const address of all) slice.add(address, all.slice(0, address));
      slice.network.run(5 * MINUTE);
      // A host that restarts hears of all members, as from a real slice's directory.
      for (const address of [0, 1]) {
        slice.crash(address);
        slice.network.run(MINUTE);
        slice.add(address, all);
      }
      slice.network.run(3 * MINUTE);
      expect(slice.flaws()).toEqual([]);
      slice.network.passes = (from, to) => Number(from) < cut === Number(to) < cut;
      slice.network.run(5 * MINUTE);
      expect(slice.flaws()).not.toEqual([]);
      slice.network.passes = () => true;
      slice.network.run(30 * MINUTE);
      expect(slice.flaws()).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

describe('a tenth of the nodes dead, and no table mended yet', () => {
  test('lookups find the living owner around them', () => {
    const { network, nodes } = stableRing('unmended', 500, 8);
    const dead = nodes.filter((_, index) => index % 10 === 3);
    const living = nodes.filter(node => !dead.includes(node));
    for (const node of dead) network.crash(node.routing.self.address);
    const ring: NodeRef[] = inRingOrder(living.map(node => node.routing.self));
    const outcomes: boolean[] = [];
    for (let i = 0; i < 2000; i++) {
      const key = randomId(network.random);
      const node = living[Math.floor(network.random() * living.length)];
      node.lookup(key, lookup =>
        confirm(node, lookup, owner =>
          outcomes.push(owner?.address === ring[successorIndex(ring, key)].address),
        ),
      );
    }
    network.run(2 * MINUTE);
    expect(outcomes.filter(right => right).length).toBe(2000);
  });
});

describe('half of the nodes dead at one moment', () => {
  test.each([4, 1])('leave one ring of the others within minutes, with %i successors kept', successors => {
    const slice = mutual('half', 120, { successors });
    slice.network.run(10 * MINUTE);
    expect(slice.flaws()).toEqual([]);
    const all = slice.ring().map(node => node.address);
    for (const address of all) if (Number(address) % 2 === 1) slice.crash(address);
    let minutes = 0;
    while (slice.flaws().length > 0 && minutes < 60) {
      slice.network.run(MINUTE);
      minutes++;
    }
    expect(minutes).toBeLessThan(10);
  });
});

test('a slice that starts all at once is one ring within minutes', () => {
  const size = 300;
  const slice = new ChordSlice('at once', { latency }, settings());
  slice.grow(size, 1);
  let minutes = 0;
  while (slice.flaws().length > 0 && minutes < 30) {
    slice.network.run(MINUTE);
    minutes++;
  }
  expect(minutes).toBeLessThan(10);
});
