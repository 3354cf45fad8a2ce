// A queue before several servers, first come first served: each request's end is known when it comes, so it costs no event.
import { draw, type Law } from '../../sim/law.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export class ServiceQueue {
  private readonly service: Law;
  private readonly random: RandomStream;
  /** By server: when it has served all that it has been given. */
  private readonly free: Float64Array;
  /** When those will be served that wait, in order: first come first served, they never decrease. */
  private starts: Nanoseconds[] = [];
  private first = 0;
  /** Service given out so far, in nanoseconds. */
  private given = 0;
  private lookedAt: Nanoseconds = 0;
  private doneThen = 0;

  constructor(servers: number, service: Law, random: RandomStream) {
    this.free = new Float64Array(servers);
    this.service = service;
    this.random = random;
  }

  /**
   * A request comes. Calls must come in order of time.
   * @returns when its service begins
   */
  enter(now: Nanoseconds): Nanoseconds {
    const { free } = this;
    let server = 0;
    for (let other = 1; other < free.length; other++) if (free[other] < free[server]) server = other;
    const start = Math.max(now, free[server]);
    const span = Math.round(draw(this.service, this.random));
    this.given += span;
    this.finish = start + span;
    free[server] = this.finish;
    if (start > now) this.wait(start, now);
    return start;
  }

  /** When the service of the request that entered last ends. */
  finish: Nanoseconds = 0;

  /** Requests that wait for a server. */
  waiting(now: Nanoseconds): number {
    while (this.first < this.starts.length && this.starts[this.first] <= now) this.first++;
    return this.starts.length - this.first;
  }

  /** Share of the servers' time that was spent in service since this was asked last. */
  load(now: Nanoseconds): number {
    const done = this.given - this.free.reduce((left, free) => left + Math.max(0, free - now), 0);
    const span = (now - this.lookedAt) * this.free.length;
    const load = span > 0 ? (done - this.doneThen) / span : 0;
    this.lookedAt = now;
    this.doneThen = done;
    return Math.min(1, Math.max(0, load));
  }

  /** All requests that are in it are lost. */
  empty(now: Nanoseconds): void {
    for (const [server, free] of this.free.entries()) {
      this.given -= Math.max(0, free - now);
      this.free[server] = Math.min(free, now);
    }
    this.starts = [];
    this.first = 0;
  }

  private wait(start: Nanoseconds, now: Nanoseconds): void {
    if (this.first > 1024 && 2 * this.first > this.starts.length) {
      this.starts = this.starts.slice(this.first);
      this.first = 0;
    }
    this.waiting(now);
    this.starts.push(start);
  }
}
