// Claims of distribution.ts: exact moments, quantiles within the stated bound, and no value that is none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Distribution, QUANTILE_ERROR } from '../../results/distribution.ts';
import { SCALES, type Unit } from '../../results/unit.ts';

const SHARES = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1] as const;

/** Pareto and lognormal-like samples over many orders of magnitude, up to the unit's limit. */
function heavyTailed(unit: Unit): fc.Arbitrary<number[]> {
  const limit = 2 ** 53 / SCALES[unit].ticks;
  const pareto = fc
    .double({ min: 1e-9, max: 1, noNaN: true })
    .map(u => Math.min(limit * 0.999, 1e-4 * limit ** 0.2 * u ** -1.3));
  const wide = fc
    .double({ min: -8, max: Math.log10(limit) - 1e-3, noNaN: true })
    .map(exponent => 10 ** exponent);
  const whole = fc.integer({ min: 0, max: 5000 });
  return fc.array(fc.oneof(pareto, wide, whole), { minLength: 1, maxLength: 300 });
}

function exactQuantile(sorted: readonly number[], share: number): number {
  const index = sorted.findIndex((_, i) => i + 1 >= share * sorted.length * (1 - 1e-15));
  return sorted[index];
}

describe.each(['ns', 'ratio', 'hops', 'bytes', 'count'] as const)('a distribution in %s', unit => {
  test('has quantiles that are the exact ones, or low by less than 2^-10 of them or one tick', () => {
    fc.assert(
      fc.property(heavyTailed(unit), values => {
        const distribution = new Distribution('x', unit);
        for (const value of values) distribution.record(value);
        const sorted = [...values].sort((a, b) => a - b);
        const quantiles = distribution.quantiles(SHARES);
        SHARES.forEach((share, i) => {
          const exact = exactQuantile(sorted, share);
          expect(quantiles[i]).toBeLessThanOrEqual(exact);
          expect(exact - quantiles[i]).toBeLessThanOrEqual(
            Math.max(exact * QUANTILE_ERROR, 1 / SCALES[unit].ticks),
          );
        });
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test('has exact count, minimum and maximum, and a mean within rounding', () => {
    fc.assert(
      fc.property(heavyTailed(unit), values => {
        const distribution = new Distribution('x', unit);
        for (const value of values) distribution.record(value);
        const { count, min, max, mean } = distribution.statistics();
        expect([count, min, max]).toEqual([values.length, Math.min(...values), Math.max(...values)]);
        const exact = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(Math.abs(mean! - exact)).toBeLessThanOrEqual(1e-12 * exact);
      }),
      { numRuns: 100, seed: 12 },
    );
  });

  test.each([Number.NaN, -1, -1e-9, Infinity, -Infinity, 2 ** 54 / SCALES[unit].ticks])(
    'refuses %s, naming the metric, and keeps what it has',
    value => {
      const distribution = new Distribution('dht.lookup', unit);
      distribution.record(1);
      const before = distribution.statistics();
      expect(() => distribution.record(value)).toThrow(RangeError);
      expect(() => distribution.record(value)).toThrow(/^dht\.lookup was given /);
      expect(distribution.statistics()).toEqual(before);
    },
  );
});

describe('a distribution', () => {
  test('merged from parts, or after a reset, equals one that recorded everything', () => {
    fc.assert(
      fc.property(heavyTailed('ns'), heavyTailed('ns'), heavyTailed('ns'), (before, left, right) => {
        const [whole, part, other] = [1, 2, 3].map(() => new Distribution('x', 'ns'));
        for (const value of before) part.record(value);
        part.reset();
        for (const value of left) part.record(value);
        for (const value of right) other.record(value);
        for (const value of [...left, ...right]) whole.record(value);
        part.merge(other);
        expect(part.quantiles(SHARES)).toEqual(whole.quantiles(SHARES));
        const [a, b] = [part.statistics(), whole.statistics()];
        expect({ ...a, mean: null }).toEqual({ ...b, mean: null });
        expect(Math.abs(a.mean! - b.mean!)).toBeLessThanOrEqual(1e-12 * b.mean!);
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  test('of few samples has sane quantiles', () => {
    const distribution = new Distribution('rtt', 'ns');
    distribution.record(134_567_891);
    const one = distribution.statistics();
    expect([one.min, one.p50, one.p90, one.p99, one.max]).toEqual(Array(5).fill(134_567_891));
    distribution.record(250_000_003);
    const two = distribution.statistics();
    expect([two.p50, two.p90, two.p99]).toEqual([134_567_891, 250_000_003, 250_000_003]);
  });

  test('of equal values has that value for every statistic', () => {
    const distribution = new Distribution('rtt', 'ns');
    for (let i = 0; i < 1000; i++) distribution.record(0.1 + 123_456_789);
    const { count, ...rest } = distribution.statistics();
    expect(count).toBe(1000);
    expect(new Set(Object.values(rest))).toEqual(new Set([123_456_789.1]));
  });

  test.each(['ns', 'hops', 'bytes', 'count'] as const)('counts whole %s up to 2047 exactly', unit => {
    const distribution = new Distribution('x', unit);
    for (let value = 0; value < 2048; value++) distribution.record(value);
    for (let value = 0; value < 2048; value++)
      expect(distribution.quantiles([(value + 1) / 2048])).toEqual([value]);
  });

  test('resolves round trips below a microsecond to the nanosecond', () => {
    const distribution = new Distribution('rtt', 'ns');
    for (const value of [120, 231, 345, 467, 998]) distribution.record(value);
    expect(distribution.quantiles([0.2, 0.4, 0.6, 0.8, 1])).toEqual([120, 231, 345, 467, 998]);
  });

  test('without values has nulls for statistics and no quantile', () => {
    const empty = new Distribution('rtt', 'ns');
    expect(empty.statistics()).toEqual({
      count: 0,
      mean: null,
      min: null,
      p50: null,
      p90: null,
      p99: null,
      max: null,
    });
    expect(() => empty.quantiles([0.5])).toThrow(/rtt has no quantile/);
  });

  test.each([[[0.9, 0.5]], [[-0.1]], [[1.1]], [[Number.NaN]]])('refuses the shares %j', shares => {
    const distribution = new Distribution('rtt', 'ns');
    distribution.record(1);
    expect(() => distribution.quantiles(shares)).toThrow(RangeError);
  });

  test('cannot be merged with one in another unit', () => {
    expect(() => new Distribution('a', 'ns').merge(new Distribution('b', 'hops'))).toThrow(
      /a is in ns, b in hops/,
    );
  });
});
