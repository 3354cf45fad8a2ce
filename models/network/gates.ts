// Gates: the borders of sites that a message crosses, out of one and into the other, and what they remember of it.
import type { Nanoseconds } from '../../sim/time.ts';
import { FILTERED } from './fate.ts';

/** A border. Hosts are named by their indices; calls come in order of `now`. */
export interface Gate {
  /** One-way delay that whatever crosses it gains. */
  readonly delay: Nanoseconds;
  /** A message goes out. @returns whether it passes */
  out(inside: number, outside: number, now: Nanoseconds): boolean;
  /**
   * A message comes in.
   * @param strange it comes from an address and port that nobody here can have spoken to
   * @returns whether it passes
   */
  in(outside: number, inside: number, now: Nanoseconds, strange: boolean): boolean;
  /** Of a gate whose hosts are seen under another address and port by each whom they speak to. */
  readonly disguise?: Disguise;
}

/** To whom hosts are known as they are seen there. */
export interface Disguise {
  /** A message from inside has come to a host outside. */
  reached(inside: number, outside: number, now: Nanoseconds): void;
  isKnown(inside: number, outside: number, now: Nanoseconds): boolean;
}

/** The gates of a testbed. */
export class Gates {
  /** Of each host; undefined: it stands in the open. Hosts of one site share theirs, and do not cross it to each other. */
  private readonly gateOf: readonly (Gate | undefined)[];

  constructor(gateOf: readonly (Gate | undefined)[]) {
    this.gateOf = gateOf;
  }

  /** Asked when a message is sent. @returns whether the sender's gate lets it pass */
  leave(from: number, to: number, now: Nanoseconds): boolean {
    const gate = this.gateOf[from];
    return gate === undefined || gate === this.gateOf[to] || gate.out(from, to, now);
  }

  /** Asked when it stands before the receiver's site. @returns the delay that both gates add, or `FILTERED` */
  enter(from: number, to: number, now: Nanoseconds): number {
    const gate = this.gateOf[to];
    const other = this.gateOf[from];
    if (gate === other) return 0;
    const disguise = other?.disguise;
    const strange = disguise !== undefined && !disguise.isKnown(from, to, now);
    if (gate !== undefined && !gate.in(from, to, now, strange)) return FILTERED;
    disguise?.reached(from, to, now);
    return (gate?.delay ?? 0) + (other?.delay ?? 0);
  }
}

/** Until when pairs of hosts may speak. */
export class Openings {
  private readonly timeout: Nanoseconds;
  private readonly until = new Map<number, Nanoseconds>();
  private sweepAt = 1024;

  constructor(timeout: Nanoseconds) {
    this.timeout = timeout;
  }

  open(inside: number, outside: number, now: Nanoseconds): void {
    this.until.set(keyOf(inside, outside), now + this.timeout);
    if (this.until.size > this.sweepAt) this.sweep(now);
  }

  isOpen(inside: number, outside: number, now: Nanoseconds): boolean {
    return (this.until.get(keyOf(inside, outside)) ?? -1) >= now;
  }

  /** Forgets what is over, so that a long run remembers no more than is open at a time. */
  private sweep(now: Nanoseconds): void {
    for (const [pair, until] of this.until) if (until < now) this.until.delete(pair);
    this.sweepAt = Math.max(1024, 2 * this.until.size);
  }
}

/** Hosts are fewer than 2^24 (see `MOST_HOSTS`), so a pair is an exact integer. */
const keyOf = (inside: number, outside: number): number => inside * 2 ** 24 + outside;
