// Durations: what is written is read back, what people write is read to the nanosecond, and the rest is refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DAY,
  formatDuration,
  HOUR,
  MICROSECOND,
  MILLISECOND,
  MINUTE,
  parseDuration,
  SECOND,
} from '../../sim/time.ts';

const UNITS = { ns: 1, us: MICROSECOND, ms: MILLISECOND, s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const;
type Suffix = keyof typeof UNITS;
const suffix = fc.constantFrom(...(Object.keys(UNITS) as Suffix[]));
const exactTo = 2 ** 53;

test('the units are each so many of the one below', () => {
  expect([MICROSECOND, MILLISECOND, SECOND].map(unit => unit / 1000)).toEqual([1, MICROSECOND, MILLISECOND]);
  expect([MINUTE / SECOND, HOUR / MINUTE, DAY / HOUR]).toEqual([60, 60, 24]);
});

describe('what is read', () => {
  test('is the number times the unit, exact for whole numbers', () => {
    fc.assert(
      fc.property(suffix, fc.double({ min: 0, max: 1, noNaN: true }), (unit, share) => {
        const count = Math.floor((share * exactTo) / UNITS[unit]);
        expect(parseDuration(`${count}${unit}`)).toBe(count * UNITS[unit]);
      }),
      { seed: 10 },
    );
  });

  test('is rounded to the nearest nanosecond where decimals say more', () => {
    // Reference: integers only, the decimal point moved by hand.
    fc.assert(
      fc.property(suffix, fc.nat(999), fc.stringMatching(/^[0-9]{1,6}$/), (unit, whole, decimals) => {
        const scaled = BigInt(`${whole}${decimals}`) * BigInt(UNITS[unit]);
        const divisor = 10n ** BigInt(decimals.length);
        const rest = scaled % divisor;
        // Halves may go either way: 0.0005us is no binary fraction.
        fc.pre(2n * rest !== divisor && scaled < BigInt(exactTo) * divisor);
        const nearest = scaled / divisor + (2n * rest > divisor ? 1n : 0n);
        expect(parseDuration(`${whole}.${decimals}${unit}`)).toBe(Number(nearest));
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  test.each(['0.0004us', '0ns', '0d', '0.0s', '00m'])('may be nothing: %s', text =>
    expect(parseDuration(text)).toBe(0),
  );
});

test('what a double cannot hold is read as without end, for the caller to refuse', () => {
  expect(parseDuration(`${'9'.repeat(400)}.5s`)).toBe(Infinity);
});

describe('what is written', () => {
  const spans = fc.oneof(
    fc.double({ min: 0, max: exactTo, noNaN: true }).map(Math.floor),
    fc.double({ min: 0, max: Math.log2(exactTo), noNaN: true }).map(exponent => Math.floor(2 ** exponent)),
    // On either side of a whole number of units.
    fc
      .tuple(suffix, fc.integer({ min: 1, max: 60 }), fc.integer({ min: -1000, max: 1000 }))
      .map(([unit, count, off]) => Math.max(0, count * UNITS[unit] + off)),
  );

  test('is read back to three decimals of the unit it is in', () => {
    fc.assert(
      fc.property(spans, span => {
        const text = formatDuration(span);
        const unit = UNITS[/[a-z]+$/.exec(text)![0] as Suffix];
        expect(Math.abs(parseDuration(text)! - span)).toBeLessThanOrEqual(0.0005 * unit + 0.5);
      }),
      { numRuns: 2000, seed: 12 },
    );
  });

  test('is at least 1 of its unit and less than 1 of the next, and never in more than three decimals', () => {
    const next = { ns: 1000, us: 1000, ms: 1000, s: 60, m: 60, h: 24, d: Infinity } as const;
    fc.assert(
      fc.property(spans, span => {
        fc.pre(span > 0);
        const [, number, unit] = /^(\d+(?:\.\d{1,3})?)([a-z]+)$/.exec(formatDuration(span))!;
        expect(Number(number)).toBeGreaterThanOrEqual(1);
        expect(Number(number)).toBeLessThan(next[unit as Suffix]);
      }),
      { numRuns: 2000, seed: 13 },
    );
  });

  test('is the text itself, where that is already the shortest', () => {
    const shortest = '0s 1ns 999ns 1us 1.5us 20ms 1.001s 59.999s 1m 1.5h 23.75h 104d'.split(' ');
    expect(shortest.map(text => formatDuration(parseDuration(text)!))).toEqual(shortest);
  });

  test.each([
    [999_999_999, '1s'],
    [999_999_500, '1s'],
    [999_999, '999.999us'],
    [59_999_999_999, '1m'],
    [HOUR - 1, '1h'],
    [DAY - 1, '1d'],
    [-90 * SECOND, '-1.5m'],
    [0.4, '0s'],
  ])('of %d ns is %s', (span, text) => expect(formatDuration(span)).toBe(text));

  test.each([Number.NaN, Infinity, -Infinity])('of %s is refused', span => {
    expect(() => formatDuration(span)).toThrow(`a duration is a finite number of nanoseconds, got ${span}`);
  });
});

test.each(['5 m s', '5s 5s', ...'1,5s .5s 5.s +5s 0x10s 5S 5sec 5µs 1h30m ٣s s5 ∞s'.split(' ')])(
  '"%s" is no duration',
  text => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
