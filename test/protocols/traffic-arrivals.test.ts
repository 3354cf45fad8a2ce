// When traffic is sent and how much is asked for: the statistics of each pattern.
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import {
  boundedPareto,
  exponential,
  lognormal,
  meanOfBoundedPareto,
  pareto,
  weibull,
} from '../../protocols/draws.ts';
import {
  type Arrivals,
  OnOffArrivals,
  PoissonArrivals,
  paretoPeriods,
} from '../../protocols/traffic/arrivals.ts';
import { flashCrowd, sinusoid, stepwise } from '../../protocols/traffic/intensity.ts';
import { BODY, TAIL, WebModel } from '../../protocols/traffic/web-model.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const HOUR = 3600 * SECOND;
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Arrivals in consecutive bins, from a time on. */
function countsOf(arrivals: Arrivals, bin: number, bins: number, from = 0): Float64Array {
  const counts = new Float64Array(bins);
  for (let time = 0; ; ) {
    time += arrivals.after(time);
    const index = Math.floor((time - from) / bin);
    if (index >= bins) return counts;
    if (index >= 0) counts[index]++;
  }
}

/** The 99 % interval over replications has to cover the figure. */
function covers(figure: number, replications: number, measure: (random: () => number) => number): void {
  const values = Array.from({ length: replications }, (_, i) => measure(seedrandom.alea(`${figure} ${i}`)));
  const { low, high } = interval99(values);
  expect(low).toBeLessThanOrEqual(figure);
  expect(high).toBeGreaterThanOrEqual(figure);
}

/** Variance over mean. */
function dispersion(counts: Float64Array): number {
  const mean = sum(counts) / counts.length;
  return sum([...counts].map(count => (count - mean) ** 2)) / (counts.length - 1) / mean;
}

describe('a Poisson process', () => {
  test.each([0.5, 4, 30])('has an index of dispersion of 1 in windows of %d pauses', window =>
    covers(1, 20, random => dispersion(countsOf(new PoissonArrivals(random, SECOND), window * SECOND, 400))),
  );

  test('has its rate', () =>
    covers(400, 20, random => sum(countsOf(new PoissonArrivals(random, SECOND), 400 * SECOND, 1))));
});

describe('a day', () => {
  const course = { day: 24 * HOUR, peak: 14 * HOUR, swing: 0.8 };
  const process = (random: () => number) => new PoissonArrivals(random, 20 * SECOND, sinusoid(course));

  test('has the mean rate over all its hours', () =>
    covers(24 * 180, 20, random => sum(countsOf(process(random), 24 * HOUR, 1))));

  // The mean of the cosine over half an hour on either side of its extremum.
  const around = Math.sin(Math.PI / 24) / (Math.PI / 24);
  test.each([
    [13.5, 180 * (1 + 0.8 * around)],
    [1.5, 180 * (1 - 0.8 * around)],
    [7.5, 180],
  ])('in the hour from %d on has %d arrivals', (hour, expected) =>
    covers(expected, 30, random => countsOf(process(random), HOUR, 1, hour * HOUR)[0]),
  );
});

test('a flash crowd rises, stays and decays, and comes once', () => {
  const crowd = { at: 100, rise: 10, hold: 20, decay: 50, times: 21 };
  const { at, most } = flashCrowd(crowd);
  expect([0, 99, 100, 105, 110, 130, 180].map(at)).toEqual([1, 1, 1, 11, 21, 21, 1 + 20 / Math.E]);
  expect(at(1e6)).toBeCloseTo(1);
  expect(most).toBe(21);
  const seconds = { at: 100 * SECOND, rise: 10 * SECOND, hold: 20 * SECOND, decay: 50 * SECOND, times: 21 };
  // Beside the ordinary 1000 in as many seconds, twenty times half the rise, the stay and the decay.
  covers(1000 + 20 * (5 + 20 + 50 * (1 - Math.exp(-870 / 50))), 20, random =>
    sum(countsOf(new PoissonArrivals(random, SECOND, flashCrowd(seconds)), 1000 * SECOND, 1)),
  );
});

test('a series has its numbers step by step, and begins anew', () => {
  const process = (random: () => number) =>
    new PoissonArrivals(random, SECOND, stepwise([50, 0, 200], SECOND));
  for (const [step, expected] of [
    [0, 50],
    [2, 200],
    [3, 50],
  ])
    covers(expected, 30, random => countsOf(process(random), SECOND, 1, step * SECOND)[0]);
  expect(countsOf(process(seedrandom.alea('silence')), SECOND, 6).filter(count => count === 0).length).toBe(
    2,
  );
});

describe('on and off periods', () => {
  const SOURCES = 8;
  const [on, every] = [250 * MILLISECOND, 125 * MILLISECOND];
  const [BINS, WARMUP] = [8000, 1000 * SECOND];
  const SCALES = [16, 32, 64, 128, 256];
  const MEAN = (SOURCES * SECOND) / every / 2;

  type PeriodsOf = (random: () => number) => (mean: number) => number;

  const aggregate = (random: () => number, periods: PeriodsOf) => {
    const total = new Float64Array(BINS);
    for (let i = 0; i < SOURCES; i++) {
      const arrivals = new OnOffArrivals(random, every, { on, off: on }, periods(random));
      countsOf(arrivals, SECOND, BINS, WARMUP).forEach((count, bin) => {
        total[bin] += count;
      });
    }
    return total;
  };

  /** From the slope of the variance-time plot: the variance of means over m bins falls with m to the power of 2H - 2. */
  const hurstOf = (counts: Float64Array) => {
    const points = SCALES.map(scale => {
      const means = Array.from(
        { length: Math.floor(BINS / scale) },
        (_, i) => sum(counts.subarray(i * scale, (i + 1) * scale)) / scale,
      );
      // Of the known mean: that of the sample would take from the variance what it has in common with it.
      const variance = sum(means.map(value => (value - MEAN) ** 2)) / means.length;
      return [Math.log(scale), Math.log(variance)];
    });
    const [x, y] = [0, 1].map(axis => sum(points.map(point => point[axis])) / points.length);
    const slope = sum(points.map(([a, b]) => (a - x) * (b - y))) / sum(points.map(([a]) => (a - x) ** 2));
    return 1 + slope / 2;
  };

  test('that are Pareto of shape alpha have the Hurst parameter (3 - alpha) / 2 together', () =>
    covers(0.75, 16, random => hurstOf(aggregate(random, draw => paretoPeriods(draw, 0.75)))));

  test('that are exponential have no memory at scales beyond them', () =>
    covers(0.5, 16, random => hurstOf(aggregate(random, draw => mean => exponential(draw, mean)))));

  test('send at the rate of the on periods for their share of the time', () => {
    const periods = { on: SECOND, off: 3 * SECOND };
    covers(2500, 20, random => {
      const draw = (mean: number) => exponential(random, mean);
      return sum(countsOf(new OnOffArrivals(random, 100 * MILLISECOND, periods, draw), 1000 * SECOND, 1));
    });
  });

  test('are bursts: arrivals in one are evenly spaced', () => {
    const random = seedrandom.alea('bursts');
    const arrivals = new OnOffArrivals(random, every, { on: 4 * SECOND, off: 4 * SECOND }, mean => mean);
    const gaps: number[] = [];
    for (let time = 0, n = 0; n < 400; n++) {
      const gap = arrivals.after(time);
      time += gap;
      if (n > 0) gaps.push(gap);
    }
    const long = gaps.filter(gap => gap !== every);
    expect(long.length).toBe(12);
    // The off period, what was left of the last interval, and the first arrival's place in its own.
    for (const gap of long) expect(Math.abs(gap - 4 * SECOND - every)).toBeLessThanOrEqual(every);
  });
});

/** The share of draws that are at most the quantile has to be the share. */
const quantiles = (
  shares: readonly number[],
  draw: (random: () => number) => number,
  at: (share: number) => number,
) => {
  for (const share of shares)
    covers(share, 20, random => {
      let below = 0;
      for (let i = 0; i < 1000; i++) if (draw(random) <= at(share)) below++;
      return below / 1000;
    });
};

describe('draws', () => {
  const SHARES = [0.1, 0.5, 0.9, 0.99];

  test('exponential', () =>
    quantiles(
      SHARES,
      random => exponential(random, 5),
      share => -5 * Math.log(1 - share),
    ));

  test('Pareto', () =>
    quantiles(
      SHARES,
      random => pareto(random, 1.2, 3),
      share => 3 * (1 - share) ** (-1 / 1.2),
    ));

  test('Weibull', () =>
    quantiles(
      SHARES,
      random => weibull(random, 0.4, 2),
      share => 2 * (-Math.log(1 - share)) ** (1 / 0.4),
    ));

  test('lognormal', () => {
    // Standard normal quantiles.
    const z = new Map([
      [0.1, -1.281552],
      [0.5, 0],
      [0.9, 1.281552],
      [0.99, 2.326348],
    ]);
    quantiles(
      SHARES,
      random => lognormal(random, 2, 1.5),
      share => Math.exp(2 + 1.5 * z.get(share)!),
    );
  });

  test('bounded Pareto stays within its bounds, and has its mean', () => {
    for (const [shape, least, most] of [
      [1.5, 1, 100],
      [1, 2, 50],
      [0.7, 1, 1000],
    ]) {
      covers(meanOfBoundedPareto(shape, least, most), 30, random => {
        const drawn = Array.from({ length: 2000 }, () => boundedPareto(random, shape, least, most));
        expect(Math.min(...drawn)).toBeGreaterThanOrEqual(least);
        expect(Math.max(...drawn)).toBeLessThanOrEqual(most);
        return sum(drawn) / 2000;
      });
    }
  });
});

describe('the Web', () => {
  const LARGEST = 10e6;
  const model = (random: () => number) =>
    new WebModel(random, { think: SECOND, pause: 1.46 * SECOND, largest: LARGEST });

  test('has files of a lognormal body and a Pareto tail', () => {
    // The body is cut at 133 kB, where the lognormal is at 0.968: its quarters are at these standard deviations.
    const body = ([-0.69989, -0.04012, 0.60075] as const).map(
      (z, quarter) => [(BODY.share * (quarter + 1)) / 4, Math.exp(BODY.mean + BODY.deviation * z)] as const,
    );
    const inTail = (share: number) => {
      const [beyond, least] = [(1 - share) / (1 - BODY.share), (BODY.most / LARGEST) ** TAIL.shape];
      return BODY.most * (beyond * (1 - least) + least) ** (-1 / TAIL.shape);
    };
    const tail = [BODY.share, 0.97, 0.99].map(share => [share, inTail(share)] as const);
    const sizes = new Map([...body, ...tail]);
    quantiles(
      [...sizes.keys()],
      random => model(random).size(),
      share => sizes.get(share)!,
    );
  });

  test('has few files in a page, and sometimes many', () => {
    for (const files of [2, 3, 6])
      covers(1 - files ** -2.43, 20, random => {
        let fewer = 0;
        for (let i = 0; i < 1000; i++) if (model(random).files() <= files) fewer++;
        return fewer / 1000;
      });
  });

  test('has users who think a second at least, and often not much longer', () => {
    quantiles(
      [0.5, 0.9],
      random => model(random).think(),
      share => SECOND * (1 - share) ** (-1 / 1.5),
    );
    quantiles(
      [0.5, 0.9],
      random => model(random).pause(),
      share => 1.46 * SECOND * (-Math.log(1 - share)) ** (1 / 0.382),
    );
  });
});
