// The boot server's link: all who download an image at once share it.
import type { Nanoseconds } from '../../sim/time.ts';
import { SECOND } from '../../sim/time.ts';
import type { Clock, Timers } from './clock.ts';

/** Less than a byte is nothing: what rounding to nanoseconds leaves. */
const NOTHING = 1;

/**
 * Processor sharing: n downloads each get the least of an nth of the link and of the node's own. All are of one size, so they
 * end in the order in which they began, and each is known by how much each of those under way has got when it is done.
 */
export class ImageServer {
  private readonly clock: Clock;
  private readonly bytes: number;
  private readonly link: number;
  private readonly access: number;
  private readonly done: (node: number) => void;
  private readonly ending: Timers;
  /** Under way, in order: node, and what `got` will be at its end. */
  private readonly under = new Map<number, number>();
  /** Bytes that one who had been there all the time would have got. */
  private got = 0;
  private since: Nanoseconds = 0;

  /**
   * @param bytes size of the image
   * @param link bit/s of the server's link; Infinity: no limit
   * @param access bit/s of each node's
   * @param done told of each download's end
   */
  constructor(clock: Clock, bytes: number, link: number, access: number, done: (node: number) => void) {
    this.clock = clock;
    this.bytes = bytes;
    this.link = link;
    this.access = access;
    this.done = done;
    this.ending = clock.newTimers('management-download', 1, () => this.end());
  }

  /** Downloads under way. */
  get active(): number {
    return this.under.size;
  }

  begin(node: number): void {
    this.advance();
    if (this.under.size === 0) this.got = 0;
    this.under.delete(node);
    this.under.set(node, this.got + this.bytes);
    this.await();
  }

  /** Without effect where the node downloads nothing. */
  abort(node: number): void {
    this.advance();
    if (this.under.delete(node)) this.await();
  }

  /** Bytes per second of each. */
  private rate(): number {
    return Math.min(this.link / this.under.size, this.access) / 8;
  }

  private advance(): void {
    const { now } = this.clock;
    if (this.under.size > 0 && Number.isFinite(this.rate())) {
      this.got += (this.rate() * (now - this.since)) / SECOND;
    }
    this.since = now;
  }

  private await(): void {
    const [next] = this.under.values();
    if (next === undefined) {
      this.ending.clear(0);
      return;
    }
    const left = Math.max(0, next - this.got) / this.rate();
    this.ending.set(0, this.clock.now + Math.ceil(left * SECOND));
  }

  private end(): void {
    this.advance();
    const ended: number[] = [];
    const unlimited = !Number.isFinite(this.rate());
    for (const [node, target] of this.under) {
      if (!unlimited && target > this.got + NOTHING) break;
      ended.push(node);
    }
    for (const node of ended) this.under.delete(node);
    this.await();
    for (const node of ended) this.done(node);
  }
}
