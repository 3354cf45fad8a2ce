// Chord's path lengths on a stable ring, against those known for random identifiers and full finger tables.
import { describe, expect, test } from 'vitest';
import { randomId } from '../../protocols/chord/ring.ts';
import { interval99 } from '../statistics.ts';
import { stableRing } from './chord-slice.ts';

/** The mean hops of random lookups from random nodes of one ring. */
function meanHops(seed: string, size: number, lookups: number): number {
  const { network, nodes } = stableRing(seed, size, 1);
  let hops = 0;
  let found = 0;
  for (let i = 0; i < lookups; i++) {
    const node = nodes[Math.floor(network.random() * size)];
    node.lookup(randomId(network.random), lookup => {
      if (lookup.owner) found++;
      hops += lookup.hops;
    });
  }
  network.run(60e9);
  expect(found).toBe(lookups);
  return hops / lookups;
}

describe('hops to the predecessor: successor list of one, full fingers', () => {
  // About log2(N)/2 - 0.13: Stoica et al., section VI-C, less what random identifiers spare.
  test.each([
    { size: 128, hops: 3.35, rings: 20, lookups: 2000 },
    { size: 1024, hops: 4.83, rings: 10, lookups: 2000 },
    { size: 4096, hops: 5.87, rings: 6, lookups: 3000 },
  ])(
    '$size nodes: $hops, in the 99 % interval, and that within 0.1 of it',
    ({ size, hops, rings, lookups }) => {
      const means = Array.from({ length: rings }, (_, ring) =>
        meanHops(`paths ${size} ${ring}`, size, lookups),
      );
      const { low, high } = interval99(means);
      expect(low).toBeLessThan(hops);
      expect(high).toBeGreaterThan(hops);
      expect(low).toBeGreaterThan(hops - 0.1);
      expect(high).toBeLessThan(hops + 0.1);
    },
  );

  test('grow by half a hop where the ring doubles', () => {
    const small = meanHops('growth 256', 256, 10_000);
    const large = meanHops('growth 2048', 2048, 10_000);
    expect(Math.abs((large - small) / 3 - 0.5)).toBeLessThan(0.05);
  });
});
