// Claims of replications.ts: intervals that cover, pairing that narrows, and no interval where there can be none.
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { ResultsError } from '../../results/errors.ts';
import { estimate, pairedDifference, replicate, replicationTable } from '../../results/replications.ts';
import type { Summary } from '../../results/summary.ts';
import { sampleRun } from './sample-run.ts';

/** Standard normal numbers by Box and Muller. */
function normals(seed: string): () => number {
  const random = seedrandom.alea(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function runWith(seed: number, mean: number | null): Summary {
  const { summary } = sampleRun();
  const rtt = { ...summary.metrics['prober.rtt'], mean };
  return { ...summary, seed: String(seed), metrics: { ...summary.metrics, 'prober.rtt': rtt } };
}

describe('an estimate', () => {
  test('of a worked example has its mean, deviation and half-widths', () => {
    const { n, mean, deviation, halfWidth95, halfWidth99 } = estimate([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([n, mean]).toEqual([8, 5]);
    expect(deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(halfWidth95).toBeCloseTo((2.3646 * Math.sqrt(32 / 7)) / Math.sqrt(8), 3);
    expect(halfWidth99).toBeCloseTo((3.4995 * Math.sqrt(32 / 7)) / Math.sqrt(8), 3);
  });

  test.each([2, 3, 5, 10])('of %i normal values covers the mean as often as its confidence says', n => {
    const samples = 20_000;
    const normal = normals(`coverage ${n}`);
    let [covered95, covered99] = [0, 0];
    for (let i = 0; i < samples; i++) {
      const { mean, halfWidth95, halfWidth99 } = estimate(Array.from({ length: n }, () => 10 + 3 * normal()));
      if (Math.abs(mean - 10) <= halfWidth95) covered95++;
      if (Math.abs(mean - 10) <= halfWidth99) covered99++;
    }
    const standardError = (share: number) => Math.sqrt((share * (1 - share)) / samples);
    expect(Math.abs(covered95 / samples - 0.95)).toBeLessThan(3 * standardError(0.95));
    expect(Math.abs(covered99 / samples - 0.99)).toBeLessThan(3 * standardError(0.99));
  });

  test.each([[[]], [[1]]])('of %j is an error', values => {
    expect(() => estimate(values)).toThrow(ResultsError);
  });

  test('of a value that is no number is an error', () => {
    expect(() => estimate([1, Number.NaN])).toThrow(RangeError);
  });
});

describe('a paired difference', () => {
  test('is narrower than separate means where two designs share their luck', () => {
    const normal = normals('luck');
    const luck = Array.from({ length: 20 }, () => 100 + 10 * normal());
    const a = luck.map(value => value + 1 + 0.1 * normal());
    const b = luck.map(value => value + 0.1 * normal());
    const difference = pairedDifference(a, b);
    expect(Math.abs(difference.mean - 1)).toBeLessThan(difference.halfWidth99);
    expect(difference.mean - difference.halfWidth99).toBeGreaterThan(0);
    expect(difference.halfWidth95 * 20).toBeLessThan(
      Math.min(estimate(a).halfWidth95, estimate(b).halfWidth95),
    );
  });

  test('needs a partner for every value', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow(/cannot be paired.*run both with the same seeds/);
  });
});

describe('replications', () => {
  test('estimate each metric, the mean where there is one and else the count', () => {
    const replicated = replicate([runWith(1, 100), runWith(2, 110), runWith(3, 120)]);
    expect(replicated.map(({ metric, statistic, n }) => [metric, statistic, n])).toEqual([
      ['prober.never', 'count', 3],
      ['prober.rtt', 'mean', 3],
      ['prober.sent', 'count', 3],
      ['prober.success', 'mean', 3],
    ]);
    const rtt = replicated[1].estimate!;
    expect(rtt.mean).toBeCloseTo(110, 12);
    expect(rtt.halfWidth95).toBeCloseTo((4.3027 * 10) / Math.sqrt(3), 3);
  });

  test('take the statistic that is chosen', () => {
    const replicated = replicate([runWith(1, 100), runWith(2, 110)], () => 'max');
    expect(replicated.find(({ metric }) => metric === 'prober.rtt')!.estimate!.mean).toBeCloseTo(740.7402, 6);
  });

  test('count the runs that had a number, and give no interval for fewer than two', () => {
    const replicated = replicate([runWith(1, 100), runWith(2, null), runWith(3, null)]);
    const rtt = replicated.find(({ metric }) => metric === 'prober.rtt')!;
    expect([rtt.statistic, rtt.n, rtt.estimate]).toEqual(['mean', 1, null]);
    expect(replicationTable(replicated)).toMatch(/prober\.rtt +mean +1 +– +– +– +ms/);
  });

  test('are shown with their half-widths', () => {
    const text = replicationTable(replicate([runWith(1, 100), runWith(2, 110), runWith(3, 120)]));
    expect(text).toMatch(/prober\.rtt +mean +3 +110 +24\.84 +57\.3 +ms/);
  });

  test('are refused where they are none', () => {
    const run = runWith(1, 100);
    expect(() => replicate([run])).toThrow(/at least two runs, got 1/);
    expect(() => replicate([run, run])).toThrow(/two runs have seed 1/);
    expect(() => replicate([run, { ...runWith(2, 1), partial: true }])).toThrow(/seed 2 is partial/);
    expect(() => replicate([run, { ...runWith(2, 1), scenario: 'other' }])).toThrow(
      /no replication of first-ping/,
    );
    expect(() => replicate([run, { ...runWith(2, 1), mode: 'emulate' }])).toThrow(/mode emulate/);
  });
});
