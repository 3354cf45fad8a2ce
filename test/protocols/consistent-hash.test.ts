// Consistent hashing: what the paper promises of balance, and of what moves when a member comes or goes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashRing } from '../../protocols/consistent-hash.ts';
import { hash32 } from '../../protocols/hash32.ts';
import type { Address } from '../../protocols/port.ts';
import { interval99 } from '../statistics.ts';

function ringOf(members: readonly Address[], points = 100): HashRing {
  const ring = new HashRing(points);
  for (const member of members) ring.add(member);
  return ring;
}

const named = (group: string, count: number) => Array.from({ length: count }, (_, i) => `${group}.${i}`);

/** How many of the first keys each member has. */
function loads(ring: HashRing, keys: number): Map<Address, number> {
  const counts = new Map<Address, number>();
  for (let key = 0; key < keys; key++) {
    const owner = ring.owner(key)!;
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

const address = fc.oneof(
  fc.nat(10_000),
  fc.ipV4().map(ip => `${ip}:4000`),
);
const members = fc.uniqueArray(address, { minLength: 2, maxLength: 20 });
const key = fc.nat(2 ** 53 - 1);
const points = fc.integer({ min: 1, max: 40 });

describe('a key', () => {
  test('belongs to the same member, in whatever order they were added and removed', () => {
    fc.assert(
      fc.property(members, address, points, fc.array(key), (list, extra, each, keys) => {
        const one = ringOf(list, each);
        const other = ringOf([...list].reverse(), each);
        if (!list.includes(extra)) {
          other.add(extra);
          other.owner(0);
          other.remove(extra);
        }
        for (const asked of keys) expect(other.owner(asked)).toBe(one.owner(asked));
      }),
    );
  });

  test('moves only if its member goes, and then to the one that was next', () => {
    fc.assert(
      fc.property(members, fc.nat(), points, fc.array(key), (list, index, each, keys) => {
        const gone = list[index % list.length];
        const before = ringOf(list, each);
        const after = ringOf(
          list.filter(member => member !== gone),
          each,
        );
        for (const asked of keys) {
          const next = before.owner(asked, member => member !== gone);
          expect(after.owner(asked)).toBe(next);
          if (before.owner(asked) !== gone) expect(next).toBe(before.owner(asked));
        }
      }),
    );
  });

  test('has no member where there is none, or none that is acceptable', () => {
    expect(new HashRing(3).owner(1)).toBeUndefined();
    expect(ringOf(['a', 'b']).owner(1, () => false)).toBeUndefined();
    expect(ringOf(['a', 'b']).owner(1, member => member === 'b')).toBe('b');
  });
});

describe('the shares of the members', () => {
  test.each([
    [10, 1],
    [10, 30],
    [50, 100],
  ])('of %i with %i points each vary as arcs of a circle cut at random do', (count, each) => {
    // Of a circle cut at N = n m points into arcs, m make a share: Beta(m, N - m).
    const squares = Array.from({ length: 60 }, (_, ring) => {
      const counts = loads(ringOf(named(`r${ring}`, count), each), 20_000);
      const shares = named(`r${ring}`, count).map(member => ((counts.get(member) ?? 0) * count) / 20_000);
      return shares.reduce((sum, share) => sum + (share - 1) ** 2, 0) / count;
    });
    // The keys are random too: what a member has of them varies by its mean.
    const expected = (count - 1) / (count * each + 1) + (count - 1) / 20_000;
    const { low, high } = interval99(squares);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test('of which one goes: 1 / n of the keys move, spread over the rest', () => {
    const list = named('m', 20);
    const moved = list.map(gone => {
      const before = ringOf(list);
      const after = ringOf(list.filter(member => member !== gone));
      const heirs = new Set<Address>();
      let count = 0;
      for (let asked = 0; asked < 4000; asked++) {
        if (before.owner(asked) !== gone) continue;
        count++;
        heirs.add(after.owner(asked)!);
      }
      expect(heirs.size).toBeGreaterThan(12);
      return count / 4000;
    });
    expect(moved.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(Math.max(...moved)).toBeLessThan(0.1);
  });

  test('spread: clients that each know another half of the members name few for one key', () => {
    // Karger et al., theorem 4.2: O(log C) of C members, whatever the number of views.
    const list = named('cache', 64);
    const views = Array.from({ length: 64 }, (_, view) =>
      ringOf(list.filter((_, member) => hash32(view, member) % 2 === 0)),
    );
    const spreads = Array.from(
      { length: 200 },
      (_, asked) => new Set(views.map(view => view.owner(asked))).size,
    );
    const mean = spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length;
    // A view names the first that it knows: the i-th with probability 2^-i, so the last of 64 views go to about log2(64) + 1.3.
    const expected = Array.from({ length: 64 }, (_, i) => 1 - (1 - 2 ** -(i + 1)) ** 64).reduce(
      (a, b) => a + b,
    );
    expect(Math.abs(mean - expected)).toBeLessThan(0.5);
    expect(Math.max(...spreads)).toBeLessThan(20);
  });
});

test('become takes over a list of members, whatever they were', () => {
  fc.assert(
    fc.property(members, members, fc.array(key), (before, after, keys) => {
      const ring = ringOf(before, 5);
      ring.owner(0);
      ring.become(after);
      const fresh = ringOf(after, 5);
      expect(ring.size).toBe(after.length);
      for (const asked of keys) expect(ring.owner(asked)).toBe(fresh.owner(asked));
    }),
  );
});

test('hash32 spreads consecutive numbers evenly, and tells high halves apart', () => {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < 256 * 400; i++) counts[hash32(i) >>> 24]++;
  const chi = counts.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
  // 255 degrees of freedom: 99.9 % lie below 330, and below 190 is as unlikely.
  expect(chi).toBeLessThan(330);
  expect(chi).toBeGreaterThan(190);
  expect(new Set(Array.from({ length: 1000 }, (_, i) => hash32(5 + i * 2 ** 32))).size).toBe(1000);
  expect(new Set(Array.from({ length: 1000 }, (_, i) => hash32(5, i))).size).toBe(1000);
});
