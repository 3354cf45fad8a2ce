// A host's clock: its oscillator may be fast or slow, and its idea of the time off.
import type { Simulation } from '../../../sim/simulation.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { MachineClock } from '../realm/machine.ts';

/** How a host's clock differs from true time. */
export interface ClockError {
  /** Nanoseconds that it is ahead at the beginning. */
  readonly offset: Nanoseconds;
  /** By how much its oscillator is too fast: 20e-6 gains 20 microseconds a second. Above -1. */
  readonly drift: number;
}

/** How long a host had been up when the run began. */
const UP_BEFORE: Nanoseconds = 1000e9;

/** Looks at the clock within one event until it is taken for waiting; what each further look costs. */
const FREE_READS = 10_000;
const READ_COST: Nanoseconds = 1000;

export class HostClock implements MachineClock {
  /** What the program has spent in this event by looking at the clock again and again. */
  spent: Nanoseconds = 0;

  private readonly sim: Simulation;
  private readonly epoch: number;
  private readonly rate: number;
  private offset: Nanoseconds;
  private reads = 0;
  private event = 0;

  /** @param epoch milliseconds since 1970 at the start of the run */
  constructor(sim: Simulation, epoch: number, { offset, drift }: ClockError) {
    this.sim = sim;
    this.epoch = epoch;
    this.rate = 1 + drift;
    this.offset = offset;
  }

  monotonic(): Nanoseconds {
    return UP_BEFORE + this.elapsed();
  }

  read(): Nanoseconds {
    this.count();
    return this.monotonic();
  }

  wall(): number {
    this.count();
    return this.epoch + Math.floor((this.elapsed() + this.offset) / 1e6);
  }

  span(local: Nanoseconds): Nanoseconds {
    return Math.max(0, Math.round(local / this.rate));
  }

  /** Somebody sets the host's time. Its timers do not notice. */
  jump(by: Nanoseconds): void {
    this.offset += by;
  }

  private elapsed(): Nanoseconds {
    return Math.round(this.sim.now * this.rate) + this.spent;
  }

  private count(): void {
    if (this.event !== this.sim.events) {
      this.event = this.sim.events;
      this.reads = 0;
    }
    if (++this.reads > FREE_READS) this.spent += READ_COST;
  }
}
