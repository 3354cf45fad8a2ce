// The average over time of a quantity that changes in steps, window after window.
import type { Nanoseconds } from '../../sim/time.ts';

export class WindowAverage {
  private value = 0;
  private integral = 0;
  private since: Nanoseconds = 0;
  private begun: Nanoseconds = 0;
  private last = 0;

  change(by: number, now: Nanoseconds): void {
    this.integral += this.value * (now - this.since);
    this.since = now;
    this.value += by;
  }

  /** The average since the last time that it was asked for; asked again at the same time, the same. */
  take(now: Nanoseconds): number {
    if (now === this.begun) return this.last;
    this.change(0, now);
    // Sums of many steps may end a little below nothing.
    this.last = Math.max(0, this.integral / (now - this.begun));
    this.integral = 0;
    this.begun = now;
    return this.last;
  }
}
