// The verdict: faithful exactly where every limit holds, and advice that follows from the figures.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bearing, judgeFidelity } from '../../cli/verdict.ts';

const limits = { lateness: 1e6, drops: 0.001, utilisation: 0.9, waiting: 0.1 };
const well: Bearing = {
  lateness: { p50: 20e3, p99: 200e3, p999: 400e3, max: 2e6 },
  packets: 1e6,
  dropped: 0,
  utilisation: 0.4,
  waiting: 0.01,
  steal: 0,
};

describe('a run', () => {
  test('that kept up is faithful, and needs no advice', () => {
    const { faithful, advice, lateness } = judgeFidelity(well, limits, 100);
    expect(faithful).toBe(true);
    expect(advice).toEqual([]);
    expect(lateness).toEqual({ p50: 0.02, p99: 0.2, 'p99.9': 0.4, max: 2 });
  });

  test('without a packet is faithful', () => {
    expect(judgeFidelity({ ...well, lateness: undefined, packets: 0 }, limits, 1).faithful).toBe(true);
  });

  test.each([
    ['late', { lateness: { ...well.lateness!, p99: 1.5e6 } }, 'lateness p99'],
    ['losing', { dropped: 2000 }, 'dropped for lack of capacity'],
    ['busy', { utilisation: 0.95 }, 'switch busy'],
    ['starved', { waiting: 0.3 }, 'programs waiting for a processor'],
    ['robbed', { steal: 0.3 }, 'processor time taken by others'],
  ])('that was %s is not', (_, change, what) => {
    const { faithful, checks, advice } = judgeFidelity({ ...well, ...change }, limits, 100);
    expect(faithful).toBe(false);
    expect(checks.filter(({ ok }) => !ok).map(check => check.what)).toEqual([what]);
    expect(advice[0]).toMatch(/bears some \d+ % of the load/);
  });

  test('twice as busy as it may be bears half the load', () => {
    const { advice } = judgeFidelity({ ...well, utilisation: 1 }, { ...limits, utilisation: 0.5 }, 200);
    expect(advice[0]).toContain('some 50 % of the load: about 100 of 200 hosts');
  });

  test('the worse it was, the less the advice allows', () => {
    const allowed = (p99: number) =>
      Number(
        /some (\d+) %/.exec(
          judgeFidelity({ ...well, lateness: { ...well.lateness!, p99 } }, limits, 100).advice[0],
        )![1],
      );
    fc.assert(
      fc.property(fc.integer({ min: 1.1e6, max: 1e9 }), fc.integer({ min: 1.1e6, max: 1e9 }), (a, b) => {
        expect(Math.sign(allowed(a) - allowed(b)) * Math.sign(a - b)).toBeLessThanOrEqual(0);
        expect(allowed(a)).toBeLessThan(100);
      }),
    );
  });
});
