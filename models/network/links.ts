// Links: first-come first-served serialisation with a finite drop-tail queue, many links in a few flat arrays.
import type { Nanoseconds } from '../../sim/time.ts';

/** Nanoseconds that one byte takes at a rate in bit/s; 0 at an infinite rate. */
export function nanosecondsPerByte(rate: number): number {
  return 8e9 / rate;
}

/** Links with one rate and one queue; each link may be slowed down. */
export class Links {
  private readonly perByte: Float64Array;
  private readonly busyUntil: Float64Array;
  private readonly delay: Float64Array;
  private readonly queue: Nanoseconds;
  private readonly rate: number;

  /**
   * @param rate bit/s, > 0, Infinity for no serialisation
   * @param queue how long a message may wait for its turn, in nanoseconds
   */
  constructor(count: number, rate: number, queue: Nanoseconds) {
    this.perByte = new Float64Array(count).fill(nanosecondsPerByte(rate));
    this.busyUntil = new Float64Array(count);
    this.delay = new Float64Array(count);
    this.queue = queue;
    this.rate = rate;
  }

  /**
   * Sends bytes over a link. Calls for one link must come in order of `now`.
   * @returns when the last byte has come to the other end; -1 where the wait would exceed the queue
   */
  serve(link: number, bytes: number, now: Nanoseconds): Nanoseconds {
    const start = Math.max(this.busyUntil[link], now);
    if (start - now > this.queue) return -1;
    const end = start + Math.round(bytes * this.perByte[link]);
    this.busyUntil[link] = end;
    return end + this.delay[link];
  }

  /** Adds to a link's own delay, in nanoseconds, for messages from now on; it is 0 to begin with. */
  addDelay(link: number, delay: Nanoseconds): void {
    this.delay[link] += delay;
  }

  /** Slows a link down to a rate in bit/s, for messages from now on; at one above its own, or none, it has its own. */
  setRate(link: number, rate = this.rate): void {
    this.perByte[link] = nanosecondsPerByte(Math.min(rate, this.rate));
  }
}
