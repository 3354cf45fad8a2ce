// The catalogue and the cache: Zipf's frequencies, Pareto's sizes, and hit ratios as Che's approximation has them.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { Cache, type Eviction } from '../../protocols/cdn/cache.ts';
import { Objects } from '../../protocols/cdn/objects.ts';
import { objectOptions } from '../../protocols/cdn/options.ts';
import { Zipf } from '../../protocols/cdn/zipf.ts';
import { withDefaults } from '../../protocols/options.ts';
import { interval99 } from '../statistics.ts';

/** Probabilities of the ranks 1 .. n. */
function zipf(n: number, exponent: number): number[] {
  const weights = Array.from({ length: n }, (_, i) => (i + 1) ** -exponent);
  const sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
}

describe('Zipf', () => {
  test.each([0, 0.5, 0.8, 0.999_999, 1])(
    'with exponent %d draws each rank as often as it should',
    exponent => {
      const expected = zipf(50, exponent);
      const random = seedrandom.alea(`zipf ${exponent}`);
      const drawn = new Zipf(50, exponent);
      const counts = new Array<number>(50).fill(0);
      for (let i = 0; i < 200_000; i++) counts[drawn.draw(random) - 1]++;
      const chi = counts.reduce(
        (sum, count, i) => sum + (count - 200_000 * expected[i]) ** 2 / (200_000 * expected[i]),
        0,
      );
      // 49 degrees of freedom: the 0.1 % and 99.9 % points.
      expect(chi).toBeLessThan(85.4);
      expect(chi).toBeGreaterThan(23.2);
    },
  );

  test('of a billion ranks stays in range, and the first gets its share', () => {
    const random = seedrandom.alea('billion');
    const drawn = new Zipf(1e9, 1);
    const ranks = Array.from({ length: 50_000 }, () => drawn.draw(random));
    expect(ranks.every(rank => Number.isInteger(rank) && rank >= 1 && rank <= 1e9)).toBe(true);
    const share = 1 / (Math.log(1e9) + 0.577_215_664_9);
    const { low, high } = interval99(ranks.map(rank => (rank === 1 ? 1 : 0)));
    expect(low).toBeLessThan(share);
    expect(high).toBeGreaterThan(share);
    expect(new Zipf(1, 0.8).draw(random)).toBe(1);
  });
});

describe('the sizes', () => {
  test('have the mean that was asked for, and a bound, and fall off with a power of 1.2', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e9 }), fc.integer({ min: 1, max: 10 }), (wanted, tail) => {
        const objects = new Objects(withDefaults(objectOptions, { count: 5000, mean: wanted, tail }));
        const all = Array.from({ length: 5000 }, (_, object) => objects.sizeOf(object));
        expect(Math.max(...all)).toBeLessThanOrEqual(wanted * tail);
        // The same 5000 quantiles for every mean and bound: within a few hundredths of the mean.
        expect(Math.abs(all.reduce((sum, size) => sum + size, 0) / 5000 / wanted - 1)).toBeLessThan(0.05);
      }),
      { numRuns: 30 },
    );
    const objects = new Objects(withDefaults(objectOptions, { count: 50_000, tail: 10_000 }));
    const all = Array.from({ length: 50_000 }, (_, object) => objects.sizeOf(object));
    const beyond = (size: number) => all.filter(one => one > size).length;
    // Far below the bound, twice the size is 2^-1.2 as likely to be exceeded; some 1000 are.
    expect(beyond(1e6) / beyond(5e5)).toBeGreaterThan(2 ** -1.2 - 0.04);
    expect(beyond(1e6) / beyond(5e5)).toBeLessThan(2 ** -1.2 + 0.04);
  });

  test('of the catalogue are the same for all, independent of popularity, and add up from their blocks', () => {
    const options = withDefaults(objectOptions, { count: 20_000 });
    const [one, other] = [new Objects(options), new Objects(options)];
    const all = Array.from({ length: 20_000 }, (_, object) => one.sizeOf(object));
    expect(all).toEqual(all.map((_, object) => other.sizeOf(object)));
    const { low, high } = interval99(all);
    expect(low).toBeLessThan(1e5);
    expect(high).toBeGreaterThan(1e5);
    for (const object of [0, 7, 19_999, one.wanted]) {
      const blocks = Array.from({ length: one.blocksOf(object) }, (_, block) =>
        one.blockBytes(object, block),
      );
      expect(blocks.reduce((a, b) => a + b)).toBe(one.sizeOf(object));
      expect(Math.min(...blocks)).toBeGreaterThan(0);
      expect(one.blockBytes(object, blocks.length)).toBe(0);
    }
    expect(one.sizeOf(one.wanted)).toBe(1e5);
    expect([one.has(20_000), one.has(20_001)]).toEqual([true, false]);
  });
});

/** Share of the requests that find their object, of objects of one size by Zipf's law, after a warm-up of a third. */
function hitRatio(
  seed: string,
  eviction: Eviction,
  room: number,
  n = 1000,
  exponent = 0.8,
  requests = 60_000,
) {
  const random = seedrandom.alea(seed);
  const popularity = new Zipf(n, exponent);
  const cache = new Cache(room, eviction);
  let hits = 0;
  for (let i = 0; i < requests; i++) {
    const object = popularity.draw(random);
    const hit = cache.use(object);
    if (!hit) cache.put(object, 1);
    if (hit && i >= requests / 3) hits++;
  }
  return hits / ((requests * 2) / 3);
}

/**
 * H. Che, Y. Tung, Z. Wang, "Hierarchical Web Caching Systems: Modeling, Design and Experimental Results", IEEE Journal on
 * Selected Areas in Communications 20(7), 2002: an object is in an LRU cache of C objects with 1 - exp(-p T), where T is such
 * that these sum to C. For FIFO it is p T / (1 + p T): C. Fricker, P. Robert, J. Roberts, "A Versatile and Accurate
 * Approximation for LRU Cache Performance", ITC 24, 2012; V. Martina, M. Garetto, E. Leonardi, "A Unified Approach to the
 * Performance Analysis of Caching Systems", INFOCOM 2014.
 */
function che(probabilities: readonly number[], room: number, held: (pt: number) => number): number {
  let [low, high] = [0, 1e9];
  for (let i = 0; i < 200; i++) {
    const t = (low + high) / 2;
    if (probabilities.reduce((sum, p) => sum + held(p * t), 0) < room) low = t;
    else high = t;
  }
  return probabilities.reduce((sum, p) => sum + p * held(p * low), 0);
}

describe('a cache', () => {
  const lru = (pt: number) => 1 - Math.exp(-pt);
  const fifo = (pt: number) => pt / (1 + pt);

  test.each([
    ['lru', 20, lru],
    ['lru', 100, lru],
    ['lru', 400, lru],
    ['fifo', 100, fifo],
  ] as const)('%s with room for %i of 1000 objects hits as often as Che says', (eviction, room, held) => {
    const ratios = Array.from({ length: 8 }, (_, seed) => hitRatio(`${seed}`, eviction, room));
    const expected = che(zipf(1000, 0.8), room, held);
    const { low, high } = interval99(ratios);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test('that gives up the least frequently used comes near to holding the most popular', () => {
    const best = zipf(1000, 0.8)
      .slice(0, 100)
      .reduce((a, b) => a + b);
    const lfu = hitRatio('lfu', 'lfu', 100);
    expect(lfu).toBeLessThan(best + 0.01);
    expect(lfu).toBeGreaterThan(best - 0.06);
    expect(lfu).toBeGreaterThan(hitRatio('lfu', 'lru', 100) + 0.05);
  });

  const ask = (cache: Cache, objects: readonly number[], bytes: (object: number) => number) => {
    for (const object of objects) if (!cache.use(object)) cache.put(object, bytes(object));
  };

  test.each([
    // Room for three: 1 is used again, 2 twice more, then 4 comes.
    ['lru', [1, 2, 3, 2, 2, 1, 4], [1, 2, 4]],
    ['fifo', [1, 2, 3, 2, 2, 1, 4], [2, 3, 4]],
    ['lfu', [1, 2, 3, 2, 2, 1, 4], [1, 2, 4]],
    ['lfu', [1, 1, 2, 2, 3, 4, 5], [1, 2, 5]],
    ['lru', [1, 1, 2, 2, 3, 4, 5], [3, 4, 5]],
  ] as const)('%s, asked for %j, holds %j', (eviction, asked, held) => {
    let evictions = 0;
    const cache = new Cache(3, eviction, () => evictions++);
    ask(cache, asked, () => 1);
    expect([1, 2, 3, 4, 5].filter(object => cache.has(object))).toEqual(held);
    expect(evictions).toBe(new Set(asked).size - 3);
  });

  test('never holds more than it has room for, and always what came last and fits', () => {
    const requests = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 60 })), { maxLength: 300 });
    fc.assert(
      fc.property(
        fc.constantFrom<Eviction>('lru', 'lfu', 'fifo'),
        fc.nat(100),
        requests,
        (eviction, room, list) => {
          let evictions = 0;
          let taken = 0;
          const cache = new Cache(room, eviction, () => evictions++);
          const sizes = new Map<number, number>();
          for (const [object, size] of list) {
            if (!sizes.has(object)) sizes.set(object, size);
            const bytes = sizes.get(object)!;
            if (cache.use(object)) continue;
            const kept = cache.put(object, bytes);
            expect(kept).toBe(bytes <= room);
            expect(cache.has(object)).toBe(kept);
            if (kept) taken++;
            const held = [...sizes].filter(([other]) => cache.has(other));
            expect(cache.bytes).toBe(held.reduce((sum, [, one]) => sum + one, 0));
            expect(cache.bytes).toBeLessThanOrEqual(room);
            expect(held.length).toBe(taken - evictions);
          }
        },
      ),
    );
  });
});
