// What made-up sites are spread by: turns by shares, even steps, Hilbert's curve, quantiles of the normal distribution.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evenSteps, turns } from '../../models/topology/even-spread.ts';
import { alongCurve } from '../../models/topology/geography.ts';
import { normalQuantile } from '../../models/topology/normal-quantile.ts';

describe('turns', () => {
  const dealt = (shares: number[], count: number): number[] => {
    const turn = turns(shares);
    const had = shares.map(() => 0);
    for (let given = 0; given < count; given++) {
      const { index, before } = turn();
      expect(before).toBe(had[index]++);
    }
    return had;
  };

  // The textbook example of the method: the largest party has too few, the quotas being 3.7, 1.7 and 1.6.
  test('are as Sainte-Lague deals out seats', () => {
    expect(dealt([53_000, 24_000, 23_000], 7)).toEqual([3, 2, 2]);
  });

  test('are dealt so that none, given to another in place of the one that had it, would be nearer to the shares', () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(shares, fc.nat(300), (of, count) => {
        const had = dealt(of, count);
        had.forEach((turnsHad, index) => {
          for (const other of of.keys()) {
            if (turnsHad === 0) continue;
            expect(of[other] * (turnsHad - 0.5)).toBeLessThanOrEqual(of[index] * (had[other] + 0.5) + 1e-9);
          }
        });
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('even steps', () => {
  /** The farthest that the share of the numbers below a bound is from the bound. */
  const discrepancy = (numbers: number[]): number => {
    const sorted = numbers.sort((a, b) => a - b);
    return Math.max(
      ...sorted.map((number, rank) =>
        Math.max(number - rank / sorted.length, (rank + 1) / sorted.length - number),
      ),
    );
  };

  // A hundred independent draws are 0.09 off in the mean (Kolmogorov: 0.87 over the root of their number).
  test.each([2, 3, 7, 11, 13, 17, 19])(
    'of the root of %i leave a hundred numbers evenly spread, wherever they start',
    root => {
      for (const [start, first] of [
        [0, 0],
        [0.3, 1000],
        [0.99, 123_456],
      ]) {
        const at = evenSteps(Math.sqrt(root), start);
        expect(discrepancy(Array.from({ length: 100 }, (_, index) => at(first + index)))).toBeLessThan(0.045);
      }
    },
  );

  test('of different roots spread pairs evenly: none of a hundred squares stays empty or fills up', () => {
    const [x, y] = [13, 17].map(root => evenSteps(Math.sqrt(root), 0.5));
    const counts = new Array(100).fill(0);
    for (let index = 0; index < 1000; index++) {
      counts[Math.floor(x(index) * 10) * 10 + Math.floor(y(index) * 10)]++;
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(7);
    expect(Math.max(...counts)).toBeLessThanOrEqual(13);
  });
});

test("Hilbert's curve goes through every place once, from neighbour to neighbour", () => {
  const SIDE = 64;
  const cells = Array.from({ length: SIDE * SIDE }, (_, cell) => ({
    column: cell % SIDE,
    row: Math.floor(cell / SIDE),
  }));
  const along = cells
    .map(({ column, row }) => ({
      column,
      row,
      passed: alongCurve({
        longitude: ((column + 0.5) / SIDE) * 360 - 180,
        latitude: ((row + 0.5) / SIDE) * 180 - 90,
      }),
    }))
    .sort((a, b) => a.passed - b.passed);
  const steps = along.slice(1).map(({ column, row }, index) => {
    return Math.abs(column - along[index].column) + Math.abs(row - along[index].row);
  });
  expect(new Set(steps)).toEqual(new Set([1]));
  expect(alongCurve({ longitude: 180, latitude: 90 })).toBeLessThan(4096 ** 2);
});

// Tables of the normal distribution.
test.each([
  [0.5, 0],
  [0.6, 0.253347],
  [0.8413447461, 1],
  [0.95, 1.644854],
  [0.975, 1.959964],
  [0.9999, 3.719016],
  [1 - 1e-9, 5.997807],
])('a share of %f of a normal distribution is below %f', (share, figure) => {
  expect(normalQuantile(share)).toBeCloseTo(figure, 5);
  expect(normalQuantile(1 - share)).toBeCloseTo(-figure, 5);
});
