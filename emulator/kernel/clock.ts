// The clock of an emulated run: CLOCK_MONOTONIC, which the kernel never sets back, from the start of the run on.
import type { Nanoseconds } from '../../sim/time.ts';

/** A moment on CLOCK_MONOTONIC, as `process.hrtime()` gives it; the same in every thread and process of a machine. */
export type Moment = readonly [seconds: number, nanoseconds: number];

export class MonotonicClock {
  private readonly seconds: number;
  private readonly nanoseconds: number;

  /** @param start when the run began */
  constructor(start: Moment) {
    [this.seconds, this.nanoseconds] = start;
  }

  now(): Nanoseconds {
    const moment = process.hrtime(); // By index: so the compiler does away with the array.
    return (moment[0] - this.seconds) * 1e9 + (moment[1] - this.nanoseconds);
  }
}
