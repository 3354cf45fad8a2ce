// Node loads: what slivers and others want of each node's CPU, what slivers get of it, and what is known of it elsewhere.
import { shareOut } from '../node/cpu-shares.ts';
import type { Lease, LeasedSliver } from './lease.ts';

export class NodeLoads {
  /** By node, what its slivers want in all, as a fraction of its CPU; may be more than 1. */
  readonly wanted: Float64Array;
  /** By node, what others want. */
  readonly background: Float64Array;
  private readonly slivers: Set<LeasedSliver>[];

  constructor(nodes: number) {
    this.wanted = new Float64Array(nodes);
    this.background = new Float64Array(nodes);
    this.slivers = Array.from({ length: nodes }, () => new Set());
  }

  /** What is wanted of a node, by all. */
  of(node: number): number {
    return this.wanted[node] + this.background[node];
  }

  on(node: number): ReadonlySet<LeasedSliver> {
    return this.slivers[node];
  }

  add(sliver: LeasedSliver): void {
    this.slivers[sliver.node].add(sliver);
    this.wanted[sliver.node] += sliver.lease.load;
  }

  remove(sliver: LeasedSliver): void {
    const own = this.slivers[sliver.node];
    own.delete(sliver);
    this.wanted[sliver.node] -= sliver.lease.load;
    // Sums and differences of fractions do not cancel.
    if (own.size === 0) this.wanted[sliver.node] = 0;
  }

  /**
   * Divides a node's CPU by max-min fairness among those that want some; the others are one among them. Reserved is each
   * sliver's own.
   * @param tell is given what each sliver gets of what it wants, in [0, 1]
   */
  divide(node: number, reserved: boolean, tell: (got: number) => void): void {
    const own = [...this.slivers[node]];
    const wants = Float64Array.from([...own.map(({ lease }) => lease.load), this.background[node]]);
    const claimOf = ({ load }: Lease) => ({ share: 1, reserve: reserved ? load : 0 });
    const claims = [...own.map(({ lease }) => claimOf(lease)), { share: 1, reserve: 0 }];
    const rates = new Float64Array(wants.length);
    shareOut(1, wants, claims, rates);
    for (const slot of own.keys()) tell(wants[slot] > 0 ? Math.min(1, rates[slot] / wants[slot]) : 1);
  }
}

/** What is known of nodes where slices are placed: as they were when it was last brought up to date. */
export class Board {
  private readonly loads: NodeLoads;
  private readonly up: Uint8Array;
  private known: { readonly loads: Float64Array; readonly up: Uint8Array } | undefined;

  /** @param up by node, as it is now; until `refresh` is called all is read as it is */
  constructor(loads: NodeLoads, up: Uint8Array) {
    this.loads = loads;
    this.up = up;
  }

  refresh(): void {
    this.known ??= { loads: new Float64Array(this.up.length), up: new Uint8Array(this.up.length) };
    this.known.up.set(this.up);
    for (let node = 0; node < this.up.length; node++) this.known.loads[node] = this.loads.of(node);
  }

  load(node: number): number {
    return this.known ? this.known.loads[node] : this.loads.of(node);
  }

  isUp(node: number): boolean {
    return (this.known?.up ?? this.up)[node] === 1;
  }
}
