// Links: first-come first-served serialisation with a finite drop-tail queue, many links in a few flat arrays.
import type { Nanoseconds } from '../../sim/time.ts';

/** Nanoseconds that one byte takes at a rate in bit/s; 0 at an infinite rate. */
export function nanosecondsPerByte(rate: number): number {
  return 8e9 / rate;
}

// A link's figures, side by side in memory.
const STRIDE = 4;
const PER_BYTE = 0;
const BUSY_UNTIL = 1;
const DELAY = 2;

/** Links with one rate and one queue; each link may be slowed down. */
export class Links {
  private readonly links: Float64Array;
  private readonly queue: Nanoseconds;
  private readonly rate: number;

  /**
   * @param rate bit/s, > 0, Infinity for no serialisation
   * @param queue how long a message may wait for its turn, in nanoseconds
   */
  constructor(count: number, rate: number, queue: Nanoseconds) {
    this.links = new Float64Array(STRIDE * count);
    this.queue = queue;
    this.rate = rate;
    for (let link = 0; link < count; link++) this.setRate(link);
  }

  /**
   * Sends bytes over a link. Calls for one link must come in order of `now`.
   * @returns when the last byte has come to the other end; -1 where the wait would exceed the queue
   */
  serve(link: number, bytes: number, now: Nanoseconds): Nanoseconds {
    const links = this.links;
    const base = STRIDE * link;
    const start = Math.max(links[base + BUSY_UNTIL], now);
    if (start - now > this.queue) return -1;
    const end = start + Math.round(bytes * links[base + PER_BYTE]);
    links[base + BUSY_UNTIL] = end;
    return end + links[base + DELAY];
  }

  /** When a link has nothing more to send: then, or before now, a message need not wait. */
  freeAt(link: number): Nanoseconds {
    return this.links[STRIDE * link + BUSY_UNTIL];
  }

  /** Adds to a link's own delay, in nanoseconds, for messages from now on; it is 0 to begin with. */
  addDelay(link: number, delay: Nanoseconds): void {
    this.links[STRIDE * link + DELAY] += delay;
  }

  /** Slows a link down to a rate in bit/s, for messages from now on; at one above its own, or none, it has its own. */
  setRate(link: number, rate = this.rate): void {
    this.links[STRIDE * link + PER_BYTE] = nanosecondsPerByte(Math.min(rate, this.rate));
  }
}
