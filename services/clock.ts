// The clock of a real host: monotonic nanoseconds, and timers of any length.
import type { Nanoseconds, Timer } from '../protocols/port.ts';

/** The longest delay that setTimeout takes, in milliseconds; it runs a longer one at once. */
const LONGEST = 2 ** 31 - 1;

/** Counts from its making. */
export class Clock {
  private readonly origin = process.hrtime();
  private readonly timers = new Set<RealTimer>();

  now(): Nanoseconds {
    const [seconds, nanoseconds] = process.hrtime(this.origin);
    return seconds * 1e9 + nanoseconds;
  }

  /** Runs `run` once, not before `delay` nanoseconds are over, and up to a millisecond or so after. */
  after(delay: Nanoseconds, run: () => void): Timer {
    const timer = new RealTimer(this.now() + delay, this, () => {
      this.timers.delete(timer);
      run();
    });
    this.timers.add(timer);
    timer.wait();
    return {
      cancel: () => {
        timer.clear();
        this.timers.delete(timer);
      },
    };
  }

  /** Takes back every timer that is set. */
  stop(): void {
    for (const timer of this.timers) timer.clear();
    this.timers.clear();
  }
}

class RealTimer {
  private readonly due: Nanoseconds;
  private readonly clock: Clock;
  private readonly run: () => void;
  private handle: NodeJS.Timeout | undefined;

  constructor(due: Nanoseconds, clock: Clock, run: () => void) {
    this.due = due;
    this.clock = clock;
    this.run = run;
  }

  /** Sleeps as often as it takes: setTimeout may wake a little early, and sleeps no longer than 24.8 days. */
  wait(): void {
    const left = Math.max(0, Math.ceil((this.due - this.clock.now()) / 1e6));
    this.handle = setTimeout(
      () => {
        if (this.clock.now() >= this.due) this.run();
        else this.wait();
      },
      Math.min(left, LONGEST),
    );
  }

  clear(): void {
    clearTimeout(this.handle);
  }
}
