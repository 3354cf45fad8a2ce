// How paths vary in time, against what was measured on PlanetLab's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateSites } from '../../models/topology/generate.ts';
import { PathVariation } from '../../models/topology/variation.ts';
import { DAY, HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const { sites, paths } = generateSites({ sites: 250, nodesPerSite: 2 }, '1');
const names = sites.map(site => site.name);

/** Two nodes a site. */
function varied(seed: string, count = sites.length): PathVariation {
  const siteNames = names.slice(0, count);
  const siteOf = Int32Array.from({ length: 2 * count }, (_, node) => node >> 1);
  const nodeNames = Array.from(siteOf, (site, node) => `${siteNames[site]}-${(node % 2) + 1}`);
  return new PathVariation({ siteOf, siteNames, nodeNames, paths }, seed);
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => `${seed}`);
/** The first nodes of the sites. */
const nodes = sites.map((_, site) => 2 * site);
const quantile = (sorted: Float64Array, share: number): number => sorted[Math.floor(share * sorted.length)];
const trip = (variation: PathVariation, a: number, b: number, now: number): number =>
  variation.extraDelay(a, b, now) + variation.extraDelay(b, a, now + 1);

/** What a measurement finds over the path's own round trip: the least of five packets a second apart. */
const least = (variation: PathVariation, a: number, b: number, now: number): number =>
  Math.min(...[0, 1, 2, 3, 4].map(packet => trip(variation, a, b, now + packet * SECOND)));

/** Round trips of pairs at 18 instants 2.5 hours apart (the source tells no time). */
function instants(seed: string): Float64Array[] {
  const variation = varied(seed);
  const pairs: Float64Array[] = [];
  for (const a of nodes) {
    for (let step = 1; step <= 12; step++) {
      const b = nodes[(a / 2 + step * 19) % nodes.length];
      const base = 2 * paths.delay(a / 2, b / 2);
      pairs.push(
        Float64Array.from(
          { length: 18 },
          (_, instant) => base + least(variation, a, b, instant * 2.5 * HOUR),
        ),
      );
    }
  }
  return pairs;
}

describe('over 18 instants', () => {
  const samples = SEEDS.map(instants);

  test('the coefficient of variation of a pair has p50, p90 and p99 of the order measured', () => {
    const spread = samples.map(pairs =>
      Float64Array.from(pairs, trips => {
        const mean = trips.reduce((sum, value) => sum + value, 0) / trips.length;
        return Math.sqrt(trips.reduce((sum, value) => sum + (value - mean) ** 2, 0) / trips.length) / mean;
      }).sort(),
    );
    for (const [share, measured] of [
      [0.5, 0.016],
      [0.9, 0.1],
      [0.99, 0.68],
    ]) {
      const { low, high } = interval99(spread.map(sorted => quantile(sorted, share)));
      expect(low, `p${100 * share}`).toBeLessThan(measured);
      expect(high, `p${100 * share}`).toBeGreaterThan(measured);
    }
  });

  test.each([
    [1.5, 0.0083],
    [2, 0.0039],
  ])('so many samples are above %f times the median of their pair: %f', (times, measured) => {
    const shares = samples.map(pairs => {
      const above = pairs.map(trips => {
        const median = quantile(Float64Array.from(trips).sort(), 0.5);
        return trips.filter(value => value > times * median).length / trips.length;
      });
      return above.reduce((sum, share) => sum + share, 0) / pairs.length;
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan(measured);
    expect(high).toBeGreaterThan(measured);
  });

  test('spikes cluster by node: at some instants nearly all pairs of a node spike', () => {
    // Four nodes had 88 to 97 % of their pairs above 1.5 times the median at one instant.
    const variation = varied('stalls');
    const spiked = nodes.flatMap(node =>
      [0, 1, 2].map(instant => {
        const others = nodes.filter(other => other !== node);
        const spikes = others.filter(other => {
          const base = 2 * paths.delay(node / 2, other / 2);
          return least(variation, node, other, instant * 2.5 * HOUR) > 0.6 * base;
        });
        return spikes.length / others.length;
      }),
    );
    const all = spiked.reduce((sum, share) => sum + share, 0);
    expect(spiked.filter(share => share > 0.88).length).toBeGreaterThanOrEqual(1);
    // Most others have a spike only toward the few, and each spike is counted at both of its ends.
    const ofFew = spiked.filter(share => share > 0.1).reduce((sum, share) => sum + share, 0);
    expect(ofFew / all).toBeGreaterThan(0.3);
    expect(spiked.filter(share => share > 0.1).length / spiked.length).toBeLessThan(0.03);
  });
});

test('level shifts come .1 to .4 times a pair and day, by 7 to 12 %', () => {
  const variation = varied('shifts');
  const days = 60;
  const rates: number[] = [];
  let unclear = 0;
  for (let pair = 0; pair < 80; pair++) {
    const [a, b] = [2 * pair, 2 * (pair + 100)];
    const base = paths.delay(pair, pair + 100);
    // On a shorter path the jitter hides the level.
    if (base < 20 * MILLISECOND) continue;
    // The least of many packets of an hour is the level, but for stalls of both.
    const levels = Array.from({ length: days * 8 }, (_, step) =>
      Math.min(
        ...Array.from({ length: 24 }, (__, packet) =>
          variation.extraDelay(a, b, step * 3 * HOUR + packet * 7 * MINUTE + packet),
        ),
      ),
    ).map(extra => extra / base);
    const high = levels.map(level => level > 0.06);
    const shifts = high.filter((level, step) => step > 0 && level !== high[step - 1]).length;
    rates.push(shifts / days);
    unclear +=
      levels.filter(level => !(level < 0.01 || (level >= 0.07 && level < 0.125))).length / levels.length;
  }
  // Where a level lasts for minutes of the three hours only, all of its packets may meet a stall.
  expect(unclear / rates.length).toBeLessThan(0.002);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  expect(mean).toBeGreaterThan(0.2);
  expect(mean).toBeLessThan(0.3);
  for (const rate of rates) expect(rate > 0.1 - 2 / days && rate < 0.4 + 2 / days, `${rate}`).toBe(true);
});

test('packets over the least of their burst are 1 to 5 ms at p90, 4 to 91 at p99, 43 to 221 at p99.9', () => {
  const variation = varied('packets');
  const bursts = nodes.slice(0, 200).flatMap((node, index) =>
    Array.from({ length: 10 }, (_, burst) => {
      const trips = Array.from({ length: 20 }, (__, packet) =>
        trip(variation, node, nodes[index + 40], burst * 7 * HOUR + packet * SECOND),
      );
      const least = Math.min(...trips);
      return trips.map(value => (value - least) / MILLISECOND);
    }),
  );
  const sorted = Float64Array.from(bursts.flat()).sort();
  for (const [share, low, high] of [
    [0.9, 1, 5],
    [0.99, 4, 91],
    [0.999, 43, 221],
  ]) {
    expect(quantile(sorted, share)).toBeGreaterThan(low);
    expect(quantile(sorted, share)).toBeLessThan(high);
  }
});

test('loss of pairs on good days has p5/50/95 of 0/.03/.5 %, on bad ones .2/1.1/1.3 %', () => {
  const variation = varied('loss');
  const pairs = nodes.flatMap(a => nodes.filter(b => b < a).map(b => [a, b] as const));
  const quantilesOn = (day: number): number[] => {
    const rates = Float64Array.from(pairs, ([a, b]) => variation.lossRate(a, b, day * DAY)).sort();
    return [0.05, 0.5, 0.95].map(share => quantile(rates, share));
  };
  const near = (found: number[], measured: number[]) =>
    found.every((rate, index) => Math.abs(rate - measured[index] / 100) < 0.0003);
  const days = Array.from({ length: 40 }, (_, day) => quantilesOn(day));
  const good = days.filter(day => near(day, [0, 0.03, 0.5]));
  const bad = days.filter(day => near(day, [0.2, 1.1, 1.3]));
  expect(good.length + bad.length).toBe(40);
  expect(bad.length).toBeGreaterThan(0);
  expect(good.length).toBeGreaterThan(bad.length);
});

test('one in a thousand bursts is lost whole', () => {
  const variation = varied('outages');
  const shares = SEEDS.map((_, block) => {
    let lost = 0;
    for (let burst = 0; burst < 40_000; burst++) {
      const [a, b] = [burst % 250, 251 + (burst % 277)];
      if (variation.lossRate(a, b, (block * 40_000 + burst) * 20 * SECOND) === 1) lost++;
    }
    return lost / 40_000;
  });
  const { low, high } = interval99(shares);
  expect(low).toBeLessThan(0.001);
  expect(high).toBeGreaterThan(0.001);
});

test('is whole nanoseconds above 0, the same whenever asked, and none within a node', () => {
  const node = fc.integer({ min: 0, max: 2 * sites.length - 1 });
  const time = fc.integer({ min: 0, max: 100 * DAY });
  const [one, again] = [varied('a'), varied('a')];
  fc.assert(
    fc.property(node, node, time, (from, to, now) => {
      const extra = one.extraDelay(from, to, now);
      expect(Number.isSafeInteger(extra) && extra >= 0).toBe(true);
      expect(again.extraDelay(from, to, now)).toBe(extra);
      expect(one.lossRate(from, to, now)).toBe(one.lossRate(to, from, now));
      if (from === to) expect(extra + one.lossRate(from, to, now)).toBe(0);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('does not change where sites are added, and does with the seed', () => {
  const [small, large, other] = [varied('a', 20), varied('a'), varied('b')];
  const all = (variation: PathVariation): number[] =>
    Array.from({ length: 400 }, (_, step) => variation.extraDelay(step % 40, (step * 7) % 40, step * HOUR));
  expect(all(large)).toEqual(all(small));
  expect(all(other)).not.toEqual(all(small));
});
