// Quorums: how many votes reads, writes and changes of a configuration need.

export interface Quorums {
  readonly n: number;
  readonly r: number;
  readonly w: number;
}

/** @throws {RangeError} for a quorum larger than the number of replicas */
export function checkQuorums({ n, r, w }: Quorums): void {
  for (const [name, votes] of Object.entries({ r, w })) {
    if (votes > n) throw new RangeError(`${name}: found ${votes}, expected at most n, ${n}`);
  }
}

/**
 * Votes to end a configuration: so many that any two such quorums share a member, as Paxos asks, and that each shares one
 * with every quorum of reads and of writes, so that none of these completes once it has ended.
 */
export function sealQuorum({ n, r, w }: Quorums): number {
  return Math.max(Math.floor(n / 2) + 1, n - r + 1, n - w + 1);
}

/** Members at which a configuration must be in force to do all that may be asked of it. */
export function settledQuorum(quorums: Quorums): number {
  return Math.max(quorums.r, quorums.w, sealQuorum(quorums));
}
