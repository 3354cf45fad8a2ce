// How a rate varies in time, as a multiple of what it is ordinarily.
import type { Nanoseconds } from '../port.ts';

export interface Intensity {
  /** At no time it is greater. */
  readonly most: number;
  /** @param time since the host's start @returns >= 0 */
  at(time: Nanoseconds): number;
}

export const steady: Intensity = { most: 1, at: () => 1 };

/** A day's course around 1. @param swing in [0, 1] */
export const sinusoid = (course: { day: Nanoseconds; peak: Nanoseconds; swing: number }): Intensity => ({
  most: 1 + course.swing,
  at: time => 1 + course.swing * Math.cos((2 * Math.PI * (time - course.peak)) / course.day),
});

/** One value for each step, and then from the first one on again. */
export const stepwise = (values: readonly number[], step: Nanoseconds): Intensity => ({
  most: Math.max(...values),
  at: time => values[Math.floor(time / step) % values.length],
});

interface Crowd {
  readonly at: Nanoseconds;
  readonly rise: Nanoseconds;
  readonly hold: Nanoseconds;
  readonly decay: Nanoseconds;
  readonly times: number;
}

/**
 * Once: 1, then linearly up, then as high for a while, then exponentially down to 1. The phases are those of I. Ari, B. Hong,
 * E. Miller, S. Brandt, D. Long, "Managing Flash Crowds on the Internet", MASCOTS 2003.
 */
export const flashCrowd = ({ at, rise, hold, decay, times }: Crowd): Intensity => ({
  most: times,
  at(time) {
    const since = time - at;
    if (since < 0) return 1;
    if (since < rise) return 1 + ((times - 1) * since) / rise;
    if (since < rise + hold) return times;
    return 1 + (times - 1) * Math.exp(-(since - rise - hold) / decay);
  },
});
