// The day's bytes: slivers that have sent most of what a day allows are throttled for the rest of it.
import { DAY, type Nanoseconds, SECOND } from '../../sim/time.ts';
import type { CapSpec } from './spec.ts';

/** The share of a day's bytes that may be sent at the sliver's own rate. */
const FREE = 0.9;
/** A throttled sliver has at least this share of the rate that would use up the day's bytes in a day. */
const FLOOR = 0.25;

/**
 * The rate of a sliver that has sent more than nine tenths of its day's bytes: what is left over the time that is left, but
 * at least a quarter of the mean rate that the day's bytes make. PlanetLab's rule; its 10.8 GB made 1 Mbit/s.
 * @param daily bytes
 * @param sent bytes since the day began
 * @param left of the day, in nanoseconds, > 0
 * @returns bit/s
 */
export function throttledRate(daily: number, sent: number, left: Nanoseconds): number {
  const remaining = (8 * (daily - sent)) / (left / SECOND);
  return Math.max(remaining, (FLOOR * 8 * daily) / (DAY / SECOND));
}

/** Caps of slivers. */
interface Caps {
  /** @returns when a message may leave, in ns, or a drop code */
  admit(sliver: number, bytes: number, now: Nanoseconds): number;
}

/** Caps whose rates may be changed. */
interface Adjustable extends Caps {
  setRate(sliver: number, rate: number, now: Nanoseconds): void;
}

/**
 * Caps of slivers, some of which may send only so much a day. Days are 24 hours each from the start of the run. The
 * account is the sliver's, not its instance's: it goes on when the sliver or its node starts anew.
 */
export class DailyBytes implements Caps {
  private readonly specs: readonly CapSpec[];
  private readonly buckets: Adjustable;
  private readonly sent: Float64Array;
  private readonly day: Int32Array;

  /** @param buckets of the same slivers, each at its own rate */
  constructor(specs: readonly CapSpec[], buckets: Adjustable) {
    this.specs = specs;
    this.buckets = buckets;
    this.sent = new Float64Array(specs.length);
    this.day = new Int32Array(specs.length);
  }

  admit(sliver: number, bytes: number, now: Nanoseconds): number {
    const { daily, uplink } = this.specs[sliver];
    if (daily === undefined) return this.buckets.admit(sliver, bytes, now);
    const day = Math.floor(now / DAY);
    if (day !== this.day[sliver]) {
      this.day[sliver] = day;
      this.sent[sliver] = 0;
      this.buckets.setRate(sliver, uplink, now);
    }
    if (this.sent[sliver] >= FREE * daily) {
      const rate = throttledRate(daily, this.sent[sliver], (day + 1) * DAY - now);
      this.buckets.setRate(sliver, Math.min(uplink, rate), now);
    }
    const leaves = this.buckets.admit(sliver, bytes, now);
    if (leaves >= 0) this.sent[sliver] += bytes;
    return leaves;
  }
}
