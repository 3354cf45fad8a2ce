// Random streams: the generator that is claimed, streams that know nothing of each other, and the laws of what is drawn.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { RandomStream, stream } from '../../sim/random.ts';

type Law = readonly [name: string, draw: (random: RandomStream) => number, cdf: (x: number) => number];

/** The greatest distance between the empirical distribution and the law, times sqrt(n). */
function kolmogorov(samples: readonly number[], cdf: (x: number) => number): number {
  const n = samples.length;
  const sorted = Float64Array.from(samples).sort();
  let distance = 0;
  for (const [index, value] of sorted.entries()) {
    distance = Math.max(distance, cdf(value) - index / n, (index + 1) / n - cdf(value));
  }
  return distance * Math.sqrt(n);
}

/** Exceeded by `kolmogorov` with probability 1 % (N. Smirnov, Annals of Mathematical Statistics 19(2), 1948). */
const KOLMOGOROV_99 = 1.6276;

function chiSquare(counts: ArrayLike<number>): number {
  const cells = Array.from(counts);
  const expected = cells.reduce((sum, count) => sum + count, 0) / cells.length;
  return cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The 99 % quantile for d degrees of freedom (E. Wilson, M. Hilferty, PNAS 17, 1931): within 0.1 % from d = 20 on. */
const chiSquare99 = (d: number): number => d * (1 - 2 / (9 * d) + 2.3263 * Math.sqrt(2 / (9 * d))) ** 3;

const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

/** The standard normal distribution, by its density's series about 0: sum of x^(2k+1) / (1 3 5 ... (2k+1)). */
function normalCdf(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const LAWS: readonly Law[] = [
  ['uniform', random => random.uniform(), x => x],
  ['exponential, mean 3', random => random.exponential(3), x => 1 - Math.exp(-x / 3)],
  ['normal, 5 and 2', random => random.normal(5, 2), x => normalCdf((x - 5) / 2)],
  [
    'lognormal, median e, sigma 1.5',
    random => random.lognormal(1, 1.5),
    x => normalCdf((Math.log(x) - 1) / 1.5),
  ],
  ['Weibull, shape 0.6', random => random.weibull(2, 0.6), x => 1 - Math.exp(-((x / 2) ** 0.6))],
  ['Weibull, shape 3', random => random.weibull(2, 3), x => 1 - Math.exp(-((x / 2) ** 3))],
  ['Pareto, exponent 1.2', random => random.pareto(4, 1.2), x => 1 - (4 / x) ** 1.2],
];

describe('a stream', () => {
  test('is that of seedrandom.alea to the last bit, for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), name => {
        const theirs = seedrandom.alea(name);
        const mine = new RandomStream(name);
        expect(draws(50, () => mine.uniform())).toEqual(draws(50, theirs));
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  test('stays so among thousands of others, each of them drawn from in turns', () => {
    const pairs = Array.from(
      { length: 5000 },
      (_, index) => [stream('run', index), seedrandom.alea(`["run",${index}]`)] as const,
    );
    for (let round = 0; round < 20; round++) {
      for (const [mine, theirs] of pairs) if (mine.uniform() !== theirs()) expect.unreachable();
    }
  });

  test('draws the same whatever is drawn from others in between, and however many others are made', () => {
    const kinds: readonly ((random: RandomStream) => number)[] = [
      ...LAWS.map(([, draw]) => draw),
      random => random.integer(7),
      random => random.shuffle([0, 1, 2, 3])[0],
    ];
    const step = fc.tuple(fc.nat(5), fc.nat(kinds.length - 1));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.nat(3), (steps, watched) => {
        const host = (index: number) => stream('1', `host-${index}`, 'ping');
        const together = Array.from({ length: 6 }, (_, index) => host(index));
        const seen: number[] = [];
        for (const [index, kind] of steps) {
          const value = kinds[kind](together[index]);
          if (index === watched) seen.push(value);
          else stream('1', 'another', seen.length);
        }
        const alone = host(watched);
        expect(seen).toEqual(
          steps.filter(([index]) => index === watched).map(([, kind]) => kinds[kind](alone)),
        );
      }),
      { numRuns: 300, seed: 18 },
    );
  });

  test('is named by its parts: those that differ in a part, its kind or its place are different', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.integer({ min: -2, max: 12 }),
      fc.constantFrom('1', '","', '["'),
    );
    const names = fc.tuple(fc.string({ maxLength: 3 }), fc.array(part, { maxLength: 3 }));
    const first = ([seed, purpose]: [string, (string | number)[]]) => stream(seed, ...purpose).uniform();
    fc.assert(
      fc.property(names, names, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(first(one) === first(other)).toBe(same);
      }),
      { numRuns: 2000, seed: 19 },
    );
  });
});

describe('streams of neighbouring names are independent', () => {
  const first = Array.from({ length: 40_000 }, (_, index) => stream('1', `node-${index}`).uniform());

  test('the first draws of 40 000 hosts are uniform', () => {
    expect(kolmogorov(first, x => x)).toBeLessThan(KOLMOGOROV_99);
  });

  test.each([1, 10, 100])('those of hosts %d apart fill the square evenly', lag => {
    const counts = new Float64Array(100);
    // Each host in one pair only.
    for (let index = 0; index + lag < first.length; index++) {
      if (Math.floor(index / lag) % 2 === 0) {
        counts[10 * Math.floor(10 * first[index]) + Math.floor(10 * first[index + lag])]++;
      }
    }
    expect(chiSquare(counts)).toBeLessThan(chiSquare99(99));
  });

  test('so do those of one host under neighbouring seeds, and for two purposes', () => {
    for (const other of [
      (index: number) => stream(String(index + 1), 'node', 'ping').uniform(),
      (index: number) => stream(String(index), 'node', 'pong').uniform(),
    ]) {
      const counts = new Float64Array(100);
      for (let index = 0; index < 20_000; index += 2) {
        const mine = stream(String(index), 'node', 'ping').uniform();
        counts[10 * Math.floor(10 * mine) + Math.floor(10 * other(index))]++;
      }
      expect(chiSquare(counts)).toBeLessThan(chiSquare99(99));
    }
  });
});

describe('draws of one stream', () => {
  test.each(LAWS)('are distributed as they should: %s (Kolmogorov, 99 %%)', (name, draw, cdf) => {
    const random = stream('law', name);
    expect(
      kolmogorov(
        draws(50_000, () => draw(random)),
        cdf,
      ),
    ).toBeLessThan(KOLMOGOROV_99);
  });

  test.each(LAWS)('do not depend on the draw before: %s', (name, draw, cdf) => {
    // Each pair of draws, mapped to the unit square by the law itself. The normal's come in pairs from one loop.
    const random = stream('pairs', name);
    const counts = new Float64Array(100);
    const cell = () => Math.min(9, Math.floor(10 * cdf(draw(random))));
    for (let pair = 0; pair < 30_000; pair++) counts[10 * cell() + cell()]++;
    expect(chiSquare(counts)).toBeLessThan(chiSquare99(99));
  });

  test.each([
    ['exponential', (random: RandomStream) => random.exponential(2), 2, 4],
    ['normal', (random: RandomStream) => random.normal(-3, 0.5), -3, 0.25],
    [
      'lognormal',
      (random: RandomStream) => random.lognormal(0, 0.5),
      Math.exp(1 / 8),
      (Math.exp(1 / 4) - 1) * Math.exp(1 / 4),
    ],
    ['Weibull', (random: RandomStream) => random.weibull(2, 2), Math.sqrt(Math.PI), 4 - Math.PI],
    ['Pareto', (random: RandomStream) => random.pareto(1, 6), 6 / 5, 6 / 100],
    ['integer', (random: RandomStream) => random.integer(10), 4.5, 8.25],
  ] as const)('have the moments of the %s', (name, draw, mean, variance) => {
    const random = stream('moments', name);
    const samples = draws(100_000, () => draw(random));
    const average = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = samples.map(value => (value - mean) ** 2);
    const fourth = average(squares.map(square => (square - variance) ** 2));
    expect(Math.abs(average(samples) - mean)).toBeLessThan(2.576 * Math.sqrt(variance / samples.length));
    expect(Math.abs(average(squares) - variance)).toBeLessThan(2.576 * Math.sqrt(fourth / samples.length));
  });

  test.each([
    [2, 6.635],
    [3, 9.21],
    [10, 21.666],
    [37, chiSquare99(36)],
    [1000, chiSquare99(999)],
  ])('hit each of %d integers equally often (chi-square, 99 %%: %f)', (n, bound) => {
    const random = stream('integer', n);
    const counts = new Float64Array(n);
    for (let draw = 0; draw < 200 * n; draw++) counts[random.integer(n)]++;
    expect(chiSquare(counts)).toBeLessThan(bound);
  });

  test('reach all integers below 2^32, and 0 alone where there is one', () => {
    const random = stream('range');
    const wide = draws(50_000, () => random.integer(2 ** 32));
    expect(wide.every(value => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
    expect(
      kolmogorov(
        wide.map(value => (value + 0.5) / 2 ** 32),
        x => x,
      ),
    ).toBeLessThan(KOLMOGOROV_99);
    expect(draws(100, () => random.integer(1)).every(value => value === 0)).toBe(true);
  });

  test('put four items into each of their 24 orders equally often', () => {
    const random = stream('orders');
    const counts = new Map<string, number>();
    for (let round = 0; round < 24_000; round++) {
      const order = random.shuffle(['a', 'b', 'c', 'd']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquare99(23));
  });

  test('shuffle in place, lose nothing, and leave short arrays alone', () => {
    const random = stream('shuffle');
    const items = Array.from({ length: 500 }, (_, index) => index);
    expect(random.shuffle(items)).toBe(items);
    expect([...items].sort((a, b) => a - b)).toEqual([...items.keys()]);
    expect([random.shuffle([]), random.shuffle([7])]).toEqual([[], [7]]);
  });
});
