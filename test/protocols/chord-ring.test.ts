// The ring's arithmetic, against exact integers and against walking round a small ring.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BITS,
  between,
  betweenOrAt,
  distance,
  fingerStart,
  idOf,
  RING,
  randomId,
} from '../../protocols/chord/ring.ts';

const point = fc.oneof(
  fc.integer({ min: 0, max: RING - 1 }),
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: RING - 5, max: RING - 1 }),
);

describe('intervals', () => {
  test('every point but the ends is on one arc or the other, never on both', () => {
    fc.assert(
      fc.property(point, point, point, (id, a, b) => {
        fc.pre(a !== b && id !== a && id !== b);
        expect(between(id, a, b)).toBe(!between(id, b, a));
      }),
    );
  });

  test('hold when the whole ring turns', () => {
    fc.assert(
      fc.property(point, point, point, point, (id, a, b, turn) => {
        const turned = (p: number) => (p + turn) % RING;
        expect(between(turned(id), turned(a), turned(b))).toBe(between(id, a, b));
        expect(betweenOrAt(turned(id), turned(a), turned(b))).toBe(betweenOrAt(id, a, b));
      }),
    );
  });

  test('are open at the start, and closed at the end only where said', () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(between(a, a, b)).toBe(false);
        expect(between(b, a, b)).toBe(false);
        expect(betweenOrAt(b, a, b)).toBe(true);
        expect(betweenOrAt(a, a, b)).toBe(a === b);
        expect(between(b, a, a)).toBe(a !== b);
      }),
    );
  });

  test('agree with walking from one point to the other', () => {
    fc.assert(
      fc.property(point, fc.nat(40), fc.nat(40), (from, length, at) => {
        const step = (count: number) => (from + count) % RING;
        const walked = new Set(Array.from({ length: Math.max(length - 1, 0) }, (_, i) => step(i + 1)));
        fc.pre(length > 0);
        expect(between(step(at), from, step(length))).toBe(walked.has(step(at)));
      }),
    );
  });
});

test('distances there and back make the whole ring, exactly', () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      const exact = (((BigInt(b) - BigInt(a)) % BigInt(RING)) + BigInt(RING)) % BigInt(RING);
      expect(BigInt(distance(a, b))).toBe(exact);
      if (a !== b) expect(distance(a, b) + distance(b, a)).toBe(RING);
    }),
  );
});

test('finger i starts 2^i past the node, exactly', () => {
  fc.assert(
    fc.property(point, fc.nat(BITS - 1), (id, index) => {
      expect(BigInt(fingerStart(id, index))).toBe((BigInt(id) + 2n ** BigInt(index)) % BigInt(RING));
    }),
  );
});

describe('identifiers', () => {
  test('are the first 48 bits of SHA-1', () => {
    // FIPS 180-2, appendix A.1: SHA-1("abc") = a9993e36 4706816a …
    expect(idOf('abc')).toBe(0xa9993e364706);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.nat()), address => {
        const hex = createHash('sha1').update(`${address}`).digest('hex');
        expect(idOf(address)).toBe(Number.parseInt(hex.slice(0, 12), 16));
      }),
    );
  });

  test('drawn at random use every bit', () => {
    const draws = [0, 1 - 2 ** -32, 0.5, 2 ** -24];
    const fixed = () => draws.shift()!;
    expect(randomId(fixed)).toBe(2 ** 24 - 1);
    expect(randomId(fixed)).toBe(2 ** 47 + 1);
  });
});
