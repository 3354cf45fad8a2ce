// Leases: slices that were asked for in the course of a run, and how long they are theirs.
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export interface Lease {
  /** What each sliver wants of its node's CPU, a fraction. */
  readonly load: number;
  /** It needs the nodes that it has, and no others. */
  readonly particular: boolean;
  readonly since: Nanoseconds;
  /** By what the slice's owner is drawn, and, apart from that, its places: the one is the same under every policy. */
  readonly owner: RandomStream;
  readonly places: RandomStream;
  readonly slivers: LeasedSliver[];
  expiry: Nanoseconds;
  ended: boolean;
}

export interface LeasedSliver {
  readonly lease: Lease;
  node: number;
  /** Goes up with each move that is planned; earlier plans are void. */
  plan: number;
}
