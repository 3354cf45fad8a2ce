// The day's bytes: hand calculations of the throttle, and that nothing but midnight takes it back.
import { describe, expect, test } from 'vitest';
import { throttledRate } from '../../models/network/daily-bytes.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import { DAY, HOUR, type Nanoseconds, SECOND } from '../../sim/time.ts';

const DAILY = 10.8e9;

/** Offers packets at a rate for so long. @returns bytes that left in each of some spans of time */
function offered(
  rate: number,
  until: Nanoseconds,
  spans: readonly (readonly [number, number])[],
  uplink = Infinity,
) {
  const caps = capsOf([{ uplink, burst: 200_000, queue: 10 * SECOND, daily: DAILY }]);
  const bytes = 100_000;
  const gap = (bytes * 8e9) / rate;
  const left = spans.map(() => 0);
  for (let at = 0; at < until; at += gap) {
    const leaves = caps.admit(0, bytes, Math.round(at));
    if (leaves < 0) continue;
    for (const [index, [from, to]] of spans.entries())
      if (leaves >= from && leaves < to) left[index] += bytes;
  }
  return left;
}

describe('the rate of a throttled sliver', () => {
  test('10.8 GB a day are 1 Mbit/s, and a quarter of it is the least', () => {
    expect((DAILY * 8) / 86_400).toBe(1e6);
    // Nothing is left.
    expect(throttledRate(DAILY, DAILY, HOUR)).toBe(250e3);
    expect(throttledRate(DAILY, 2 * DAILY, HOUR)).toBe(250e3);
  });

  test('is what is left over the time that is left', () => {
    // Nine tenths are gone at 18:00: 1.08 GB over 6 h.
    expect(throttledRate(DAILY, 9.72e9, 6 * HOUR)).toBe(400e3);
    // At 22:00: 1.08 GB over 2 h.
    expect(throttledRate(DAILY, 9.72e9, 2 * HOUR)).toBe(1.2e6);
    // At 02:09:36, after that long at 10 Mbit/s: 1.08 GB over 78 624 s are 110 kbit/s, below the floor.
    expect(throttledRate(DAILY, 9.72e9, 78_624 * SECOND)).toBe(250e3);
  });
});

describe("a sliver's day", () => {
  test('at 1.2 Mbit/s ends with its 10.8 GB: 18 hours as it likes, then 400 kbit/s', () => {
    const [free, throttled] = offered(1.2e6, DAY, [
      [0, 18 * HOUR],
      [18 * HOUR, DAY],
    ]);
    expect(free).toBeCloseTo(9.72e9, -6);
    // 6 h at 400 kbit/s.
    expect(Math.abs(throttled - 1.08e9)).toBeLessThan(2e6);
  });

  test('at 10 Mbit/s is 2 h 9 min 36 s as it likes, then the floor: 12.2 GB in all', () => {
    const until = 7776 * SECOND;
    const [free, throttled] = offered(10e6, DAY, [
      [0, until],
      [until, DAY],
    ]);
    expect(free).toBeCloseTo(9.72e9, -6);
    // 78 624 s at 31 250 bytes a second.
    expect(Math.abs(throttled - 2.457e9)).toBeLessThan(2e6);
  });

  test('at 0.9 Mbit/s nobody touches', () => {
    const [all] = offered(0.9e6, DAY, [[0, DAY]]);
    expect(all).toBe(9.72e9);
  });

  test('begins anew after 24 hours, at its own rate', () => {
    const [second] = offered(4e6, DAY + HOUR, [[DAY + SECOND, DAY + HOUR]], 2e6);
    // Its cap of 2 Mbit/s holds all the same.
    expect(Math.abs(second - (2e6 / 8) * 3599)).toBeLessThan(3e5);
  });

  test('slivers without a limit beside it keep to their caps alone', () => {
    const limited = { uplink: 1e6, burst: 1000, queue: 0, daily: 1000 };
    const caps = capsOf([limited, { uplink: Infinity, burst: 1000, queue: 0 }]);
    expect(caps.admit(0, 1000, 0)).toBe(0);
    expect(caps.admit(1, 1e6, 0)).toBe(0);
    // The day's 1000 bytes are gone. The bucket has filled up meanwhile, but the next fill takes four days.
    expect(caps.admit(0, 1000, SECOND)).toBe(SECOND);
    expect(caps.admit(0, 1000, 2 * SECOND)).toBeLessThan(0);
  });
});
