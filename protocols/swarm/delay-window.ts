// How much may be under way: as much as keeps a link busy, and no more than makes a short queue before it.
import type { Nanoseconds } from '../port.ts';

/** The queueing that is aimed at: a quarter of an access link's queue of 100 ms. The RFC allows 100 ms. */
export const TARGET: Nanoseconds = 25e6;

/** Of the time that a window's blocks take on average, how much lies between two at least. */
const PACE = 0.8;

/** How long a base delay counts. Routes and rates change. */
const BASE_LIFE: Nanoseconds = 60e9;

/**
 * What a one-way delay has beyond the least one of the last one to two minutes, which is taken for one without queues. Delays
 * are from the sender's clock to the receiver's, in microseconds modulo 2^32: only their differences mean something.
 */
export class Queueing {
  private origin: number | undefined;
  private base = Infinity;
  private before = Infinity;
  private since = -Infinity;

  /** @param delay uint32 @returns the queueing in it, in nanoseconds */
  of(delay: number, now: Nanoseconds): Nanoseconds {
    this.origin ??= delay;
    const offset = (delay - this.origin) | 0;
    if (now - this.since > BASE_LIFE) {
      this.before = this.base;
      this.base = Infinity;
      this.since = now;
    }
    this.base = Math.min(this.base, offset);
    return 1000 * (offset - Math.min(this.base, this.before));
  }
}

/**
 * A window in bytes after S. Shalunov et al., "Low Extra Delay Background Transport (LEDBAT)", RFC 6817, 2012, with GAIN 1:
 * it grows by up to a block a round trip while the queueing is below the target, and shrinks while it is above. At first it
 * doubles each round trip until half the target is there.
 */
export class DelayWindow {
  private readonly block: number;
  private bytes: number;
  private underWay = 0;
  private starting = true;
  private lastLoss = -Infinity;

  /** @param block bytes of a whole block: the least that the window comes to */
  constructor(block: number) {
    this.block = block;
    this.bytes = 2 * block;
  }

  /** Bytes that may be under way. */
  get size(): number {
    return this.bytes;
  }

  /** Bytes that are. */
  get inFlight(): number {
    return this.underWay;
  }

  /** Whether another block may be sent. */
  get open(): boolean {
    return this.underWay === 0 || this.underWay + this.block <= this.bytes;
  }

  sent(bytes: number): void {
    this.underWay += bytes;
  }

  /** What was sent is no longer under way, and nothing is learnt from it. */
  settled(bytes: number): void {
    this.underWay -= bytes;
  }

  /** What was sent has arrived. */
  arrived(bytes: number, queueing: Nanoseconds): void {
    const used = !this.open;
    this.underWay -= bytes;
    const off = Math.max(-1, (TARGET - queueing) / TARGET);
    // What is not used up says nothing about a larger window.
    if (off > 0 && !used) return;
    if (this.starting && off > 0.5) this.bytes += bytes;
    else {
      this.starting = false;
      this.bytes = Math.max(this.block, this.bytes + (off * bytes * this.block) / this.bytes);
    }
  }

  /** What was sent has not arrived: the window is halved, once a round trip. @param rtt of late @returns whether it was */
  lost(bytes: number, now: Nanoseconds, rtt: Nanoseconds): boolean {
    this.underWay -= bytes;
    if (now - this.lastLoss <= rtt) return false;
    this.lastLoss = now;
    this.shrink(1);
    return true;
  }

  /** What was sent in a part of the window was lost: that part is halved. @param share in (0, 1] */
  shrink(share: number): void {
    this.starting = false;
    this.bytes = Math.max(this.block, this.bytes * (1 - share / 2));
  }
}

/** Blocks that a window lets go at once are spread: a burst of them would not fit a short queue. */
export class Pacer {
  private rtt: Nanoseconds | undefined;
  private next: Nanoseconds = -Infinity;

  /** A block has been acknowledged so long after it was sent. */
  answered(rtt: Nanoseconds): void {
    this.rtt = this.rtt === undefined ? rtt : this.rtt + (rtt - this.rtt) / 8;
  }

  /** When the next block may be sent. */
  get notBefore(): Nanoseconds {
    return this.next;
  }

  /** A block was sent. Before the first answer the next one has to wait for it, or for a timeout. @param window bytes */
  sent(now: Nanoseconds, bytes: number, window: number): void {
    if (this.rtt !== undefined) this.next = now + (PACE * this.rtt * bytes) / window;
  }
}
