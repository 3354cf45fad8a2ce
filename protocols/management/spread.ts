// How changes spread over the nodes: what an authority measures by what its nodes say they have carried out.
import type { Address, Distribution, Meter, Nanoseconds } from '../port.ts';

const SHARES = [
  ['change.spread50', 0.5],
  ['change.spread95', 0.95],
  ['change.spread100', 1],
] as const;

interface Spreading {
  readonly seq: number;
  readonly made: Nanoseconds;
  /** Nodes that have not carried it out yet. */
  readonly waiting: Set<Address>;
  done: number;
  /** How many of `SHARES` have been reached. */
  reached: number;
}

/**
 * Follows each change over the nodes that it concerns and that were up when this authority came to know it; one that goes
 * down before it has carried the change out is no longer counted. Whoever has carried out a later entry has done so with
 * this one, or never needs to.
 *
 * Measures the distributions `change.delay` (ns, of each node) and `change.spread50`, `change.spread95` and `change.spread100`
 * (ns: until that many percent of the nodes have carried it out), each from when the change was made until the authority
 * heard of it.
 */
export class Spread {
  private readonly delay: Distribution;
  private readonly shares: readonly Distribution[];
  private readonly changes = new Map<number, Spreading>();

  constructor(meter: Meter) {
    this.delay = meter.distribution('change.delay', 'ns');
    this.shares = SHARES.map(([name]) => meter.distribution(name, 'ns'));
  }

  /** @param nodes those that the change concerns and that are up */
  begin(seq: number, made: Nanoseconds, nodes: Iterable<Address>): void {
    const waiting = new Set(nodes);
    if (waiting.size > 0) this.changes.set(seq, { seq, made, waiting, done: 0, reached: 0 });
  }

  /** A node says that it has carried out all entries up to one. */
  applied(node: Address, seq: number, now: Nanoseconds): void {
    for (const change of this.changes.values()) {
      if (change.seq > seq) break;
      if (!change.waiting.delete(node)) continue;
      change.done++;
      this.delay.record(now - change.made);
      this.measure(change, now);
    }
  }

  /** A node is down. */
  lost(node: Address, now: Nanoseconds): void {
    for (const change of this.changes.values()) {
      if (change.waiting.delete(node)) this.measure(change, now);
    }
  }

  private measure(change: Spreading, now: Nanoseconds): void {
    const { done, waiting } = change;
    while (change.reached < SHARES.length && done > 0) {
      if (done < SHARES[change.reached][1] * (done + waiting.size)) break;
      this.shares[change.reached++].record(now - change.made);
    }
    if (waiting.size === 0) this.changes.delete(change.seq);
  }
}
