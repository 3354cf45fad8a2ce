// Summaries: what two replicas compare to learn in which ranges of keys they differ, one level of a Merkle tree.
import { hash32, mix32 } from '../hash32.ts';
import { BITS } from '../identifier.ts';
import type { Entry } from './messages.ts';

/** Ranges that the keys are divided into. */
export const RANGES = 16;

const RANGE_SIZE = 2 ** BITS / RANGES;

/** The number of the range that a key lies in: 0 .. RANGES - 1. */
export const rangeOf = (key: number): number => Math.floor(key / RANGE_SIZE);

/** A sum for each range over its entries, in whatever order; unlike sets have equal sums once in 2^32. */
export class Summary {
  readonly sums: number[] = new Array<number>(RANGES).fill(0);

  add(entry: Entry): void {
    const range = rangeOf(entry.key);
    this.sums[range] = (this.sums[range] + fingerprint(entry)) >>> 0;
  }

  /** A bit for each range in which the other's sums are not these. */
  differing(sums: readonly number[]): number {
    let ranges = 0;
    for (let range = 0; range < RANGES; range++) {
      if (this.sums[range] !== sums[range]) ranges |= 1 << range;
    }
    return ranges;
  }
}

const fingerprint = ({ key, epoch, version }: Entry): number =>
  mix32(hash32(key) + hash32(epoch, 1) + hash32(version.counter, 2) + hash32(version.tag, 3));
