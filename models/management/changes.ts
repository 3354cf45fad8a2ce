// Changes: made at a law, each of concern to nodes, and how long it takes until these have carried it out.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export interface Change {
  readonly made: Nanoseconds;
  /** By node: whether it has yet to carry it out. */
  readonly pending: Uint8Array;
  /** Nodes that it concerns, that were up when the authority took it, and have not gone down before they had done it. */
  concerned: number;
  done: number;
  /** How many of `SHARES` have been reached. */
  reached: number;
}

const SHARES = [
  ['change.half', 0.5],
  ['change.most', 0.95],
  ['change.all', 1],
] as const;

/**
 * Counts `changes`; measures `change.delay` (ns, of each node) and `change.half`, `.most` and `.all` (ns, of each change: until
 * 50, 95 and 100 % of the nodes that are up have carried it out), from when somebody wanted it.
 */
export class Changes {
  private readonly count: Counter;
  private readonly delays: Distribution;
  private readonly shares: readonly Distribution[];
  /** Those that some node has yet to carry out. */
  private open: Change[] = [];

  constructor(meter: Meter) {
    this.count = meter.counter('changes');
    this.delays = meter.distribution('change.delay', 'ns');
    this.shares = SHARES.map(([name]) => meter.distribution(name, 'ns'));
  }

  /** The authority takes a change. @param concerned nodes that are up */
  take(made: Nanoseconds, concerned: readonly number[], nodes: number): Change {
    const pending = new Uint8Array(nodes);
    for (const node of concerned) pending[node] = 1;
    const change = { made, pending, concerned: concerned.length, done: 0, reached: 0 };
    this.count.add();
    if (concerned.length > 0) this.open.push(change);
    return change;
  }

  /** A node has carried a change out. */
  carriedOut(node: number, change: Change, now: Nanoseconds): void {
    if (!change.pending[node]) return;
    change.pending[node] = 0;
    change.done++;
    this.delays.record(now - change.made);
    this.measure(change, now);
  }

  /** A node has gone down: it will be as it should when it comes back, and is no longer counted. */
  lost(node: number, now: Nanoseconds): void {
    for (const change of this.open.filter(({ pending }) => pending[node])) {
      change.pending[node] = 0;
      change.concerned--;
      this.measure(change, now);
    }
  }

  private measure(change: Change, now: Nanoseconds): void {
    const { done, concerned } = change;
    while (change.reached < SHARES.length && done > 0) {
      if (done < SHARES[change.reached][1] * concerned) break;
      this.shares[change.reached++].record(now - change.made);
    }
    if (done === concerned) this.open = this.open.filter(other => other !== change);
  }
}
