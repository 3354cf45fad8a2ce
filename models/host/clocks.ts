// Clocks: what the hosts' own clocks show, of which each may be wrong in its own way.
import { stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { ClockSpec } from '../slice/spec.ts';

/** How one host's clock differs from true time. */
export interface Clock {
  /** What its time of day is ahead by at the start of the run, in nanoseconds; negative: behind. */
  readonly offset: Nanoseconds;
  /** Nanoseconds that it counts in a nanosecond: 1 where it is right, 1.00002 where it gains 20 us a second. */
  readonly rate: number;
}

const right: Clock = { offset: 0, rate: 1 };

/**
 * A host's clock. Offset and rate error are uniform in plus and minus what the spec says, and follow from the seed and the
 * host's name alone.
 */
export function clockOf({ skew, drift }: ClockSpec, seed: string, host: string): Clock {
  if (skew === 0 && drift === 0) return right;
  const random = stream(seed, host, 'clock');
  const error = (bound: number) => bound * (2 * random.uniform() - 1);
  // Both are drawn, even where one is 0: another skew leaves the rates as they are.
  const [offset, gain] = [error(skew), error(drift)];
  return { offset: Math.round(offset), rate: 1 + gain };
}

/**
 * The clocks of all hosts, by their addresses. As in POSIX each host has two of them: a monotonic one, which counts from
 * the start of the run at the clock's rate, and that of the time of day, which also has its offset and jumps. Timers count
 * on the monotonic one.
 */
export interface Clocks {
  /** What the monotonic clock shows at a true time, in integer nanoseconds. */
  monotonic(host: number, time: Nanoseconds): Nanoseconds;
  /** What the clock of the time of day shows, as if the run had started at 0 of it; integer nanoseconds. */
  realtime(host: number, time: Nanoseconds): Nanoseconds;
  /** The true time that passes while a host's clock counts a delay, in nanoseconds, not rounded. */
  trueDelay(host: number, delay: Nanoseconds): Nanoseconds;
  /** The time of day jumps. @param by nanoseconds, negative: back */
  jump(host: number, by: Nanoseconds): void;
}

/** @param clocks one for each host, in the order of their addresses */
export function clocksOf(clocks: readonly Clock[]): Clocks {
  return clocks.every(({ rate }) => rate === 1) ? new SteadyClocks(clocks) : new DriftingClocks(clocks);
}

/** Clocks whose rates are right: a run without drift pays for none. */
class SteadyClocks implements Clocks {
  private readonly offsets: Float64Array;

  constructor(clocks: readonly Clock[]) {
    this.offsets = Float64Array.from(clocks, ({ offset }) => offset);
  }

  monotonic(_host: number, time: Nanoseconds): Nanoseconds {
    return time;
  }

  realtime(host: number, time: Nanoseconds): Nanoseconds {
    return time + this.offsets[host];
  }

  trueDelay(_host: number, delay: Nanoseconds): Nanoseconds {
    return delay;
  }

  jump(host: number, by: Nanoseconds): void {
    this.offsets[host] += by;
  }
}

/** Clocks that each go at their own rate. */
class DriftingClocks implements Clocks {
  private readonly offsets: Float64Array;
  private readonly rates: Float64Array;

  constructor(clocks: readonly Clock[]) {
    this.offsets = Float64Array.from(clocks, ({ offset }) => offset);
    this.rates = Float64Array.from(clocks, ({ rate }) => rate);
  }

  monotonic(host: number, time: Nanoseconds): Nanoseconds {
    return Math.round(time * this.rates[host]);
  }

  realtime(host: number, time: Nanoseconds): Nanoseconds {
    return this.monotonic(host, time) + this.offsets[host];
  }

  trueDelay(host: number, delay: Nanoseconds): Nanoseconds {
    return delay / this.rates[host];
  }

  jump(host: number, by: Nanoseconds): void {
    this.offsets[host] += by;
  }
}
