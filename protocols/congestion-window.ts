// The congestion window of a transfer in blocks: additive increase, multiplicative decrease.

/** The least to which the threshold falls, in blocks. */
const LEAST = 2;

/**
 * The initial window in blocks of so many bytes: min(10 MSS, max(2 MSS, 14600 bytes)).
 * J. Chu, N. Dukkipati, Y. Cheng, M. Mathis, "Increasing TCP's Initial Window", RFC 6928, 2013.
 */
export const initialWindow = (blockBytes: number): number =>
  Math.min(10, Math.max(2, Math.floor(14_600 / blockBytes)));

/**
 * How many blocks may be under way: slow start, congestion avoidance, half after a loss, one after a timeout.
 * M. Allman, V. Paxson, E. Blanton, "TCP Congestion Control", RFC 5681, 2009, with blocks for segments.
 */
export class CongestionWindow {
  private readonly most: number;
  private blocks: number;
  /** Slow start goes up to it: no loss has told yet what the path carries. */
  private threshold = Infinity;

  /** @param initial blocks, >= 1 @param most it never exceeds this, >= 1 */
  constructor(initial: number, most: number) {
    this.blocks = Math.min(initial, most);
    this.most = most;
  }

  /** Whole blocks that may be under way: at least one. */
  get size(): number {
    return Math.floor(this.blocks);
  }

  /** A block has arrived while as many were under way as may be. */
  grow(): void {
    const step = this.blocks < this.threshold ? 1 : 1 / this.blocks;
    this.blocks = Math.min(this.most, this.blocks + step);
  }

  /** A block is lost though later ones arrived. To be told once of all losses that share one cause. */
  halve(): void {
    this.threshold = Math.max(this.blocks / 2, LEAST);
    this.blocks = Math.min(this.threshold, this.most);
  }

  /** Nothing arrived for a whole timeout. */
  collapse(): void {
    this.threshold = Math.max(this.blocks / 2, LEAST);
    this.blocks = 1;
  }
}
