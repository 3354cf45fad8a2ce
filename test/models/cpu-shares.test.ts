// Dividing a CPU: worked by hand, and against a search for the level of the water.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CpuClaim, reserveOut, shareOut } from '../../models/node/cpu-shares.ts';

interface Sliver extends CpuClaim {
  readonly want: number;
}

type Divide = typeof shareOut | typeof reserveOut;

function divided(divide: Divide, capacity: number, slivers: readonly Sliver[]): number[] {
  const rates = new Float64Array(slivers.length);
  divide(
    capacity,
    Float64Array.from(slivers, ({ want }) => want),
    slivers,
    rates,
  );
  return [...rates];
}

const sliver = (want: number, share = 1, reserve = 0): Sliver => ({ want, share, reserve });
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** By halving: the level to which each sliver's vessel, as wide as its share, is filled above its reserve. */
function filled(capacity: number, slivers: readonly Sliver[]): number[] {
  const at = (level: number) =>
    slivers.map(({ want, share, reserve }) => Math.min(want, Math.min(want, reserve) + level * share));
  let [low, high] = [0, 1e6];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) <= capacity) low = middle;
    else high = middle;
  }
  return at(low);
}

const slivers = fc.array(
  fc.record({
    want: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 4, noNaN: true })),
    share: fc.double({ min: 0.01, max: 10, noNaN: true }),
    reserve: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  }),
  { minLength: 1, maxLength: 12 },
);
const capacities = fc.double({ min: 0.01, max: 8, noNaN: true });

describe('shares', () => {
  test('are equal parts of one core for four that want all of it', () => {
    expect(
      divided(
        shareOut,
        1,
        [1, 1, 1, 1].map(want => sliver(want)),
      ),
    ).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('leave to the others what one does not want', () => {
    // 0.1 of 1 is wanted by the first: 0.9 is left for two, in the proportion 2 to 1.
    expect(divided(shareOut, 1, [sliver(0.1), sliver(1, 2), sliver(1)])).toEqual([
      0.1,
      expect.closeTo(0.6, 12),
      expect.closeTo(0.3, 12),
    ]);
  });

  test('divide what reserves leave', () => {
    // A quarter is reserved and used; of the rest, 0.75, each of three that want more gets a third.
    const rates = divided(shareOut, 1, [sliver(1, 1, 0.25), sliver(1), sliver(1)]);
    expect(rates).toEqual([0.5, 0.25, 0.25]);
  });

  test('divide a reserve that is not used', () => {
    expect(divided(shareOut, 1, [sliver(0.05, 1, 0.5), sliver(1)])).toEqual([0.05, expect.closeTo(0.95, 12)]);
  });

  test('shrink reserves in proportion where a node limps', () => {
    expect(divided(shareOut, 0.3, [sliver(1, 1, 0.4), sliver(1, 1, 0.2), sliver(1)])).toEqual([
      expect.closeTo(0.2, 12),
      expect.closeTo(0.1, 12),
      0,
    ]);
  });

  test('give by processes where there are no slivers: 1 of 21 beside a slice of 20', () => {
    expect(divided(shareOut, 1, [sliver(1, 1), sliver(1, 20)])).toEqual([
      expect.closeTo(1 / 21, 12),
      expect.closeTo(20 / 21, 12),
    ]);
  });

  test('fill to the level that a search finds', () => {
    fc.assert(
      fc.property(capacities, slivers, (capacity, all) => {
        fc.pre(sum(all.map(({ want, reserve }) => Math.min(want, reserve))) <= capacity);
        const [rates, expected] = [divided(shareOut, capacity, all), filled(capacity, all)];
        for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[index], 9);
      }),
    );
  });

  test('use all of the CPU as long as anybody wants it, and no more', () => {
    fc.assert(
      fc.property(capacities, slivers, (capacity, all) => {
        const wanted = sum(all.map(({ want }) => want));
        expect(sum(divided(shareOut, capacity, all))).toBeCloseTo(Math.min(capacity, wanted), 9);
      }),
    );
  });

  test('honour every reserve, and give nobody more than it wants', () => {
    fc.assert(
      fc.property(capacities, slivers, (capacity, all) => {
        fc.pre(sum(all.map(({ reserve }) => reserve)) <= capacity);
        for (const [index, rate] of divided(shareOut, capacity, all).entries()) {
          expect(rate).toBeGreaterThanOrEqual(Math.min(all[index].want, all[index].reserve) - 1e-12);
          expect(rate).toBeLessThanOrEqual(all[index].want);
        }
      }),
    );
  });
});

describe('reservations', () => {
  test('are all that a sliver gets, though the rest lies idle', () => {
    expect(divided(reserveOut, 1, [sliver(1, 1, 0.25), sliver(0.1, 1, 0.5), sliver(1)])).toEqual([
      0.25, 0.1, 0,
    ]);
  });

  test('do not depend on what others want', () => {
    fc.assert(
      fc.property(slivers, fc.double({ min: 0, max: 4, noNaN: true }), (all, want) => {
        const capacity = sum(all.map(({ reserve }) => reserve));
        const before = divided(reserveOut, capacity, all);
        const after = divided(reserveOut, capacity, [{ ...all[0], want }, ...all.slice(1)]);
        expect(after.slice(1)).toEqual(before.slice(1));
      }),
    );
  });
});
