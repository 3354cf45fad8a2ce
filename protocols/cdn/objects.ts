// The catalogue of objects, known to every host without a word: how large each is, and how popular.
import { boundedPareto, meanOfBoundedPareto } from '../draws.ts';
import { hash32 } from '../hash32.ts';
import type { ObjectOptions } from './options.ts';
import { Zipf } from './zipf.ts';

/**
 * The tail of the sizes of files on the Web: 1.0 to 1.3 in M. Crovella, A. Bestavros, "Self-Similarity in World Wide Web
 * Traffic: Evidence and Possible Causes", IEEE/ACM Transactions on Networking 5(6), 1997.
 */
const SHAPE = 1.2;

/** Objects 0 .. count - 1, the most popular first, and one more: what the crowd wants, of the mean size. */
export class Objects {
  /** The object that the crowd wants. */
  readonly wanted: number;
  /** Bytes of a block, but for the last of an object. */
  readonly block: number;
  private readonly mean: number;
  private readonly least: number;
  private readonly most: number;
  private readonly popularity: Zipf;

  constructor({ count, mean, tail, zipf, block }: ObjectOptions) {
    this.wanted = count;
    this.block = block;
    this.mean = mean;
    this.most = mean * tail;
    this.least = leastOf(mean, this.most);
    this.popularity = new Zipf(count, zipf);
  }

  has(object: number): boolean {
    return object <= this.wanted;
  }

  /** Bytes, >= 1: bounded Pareto. Drawn by the object's number alone, so that no size depends on the popularity. */
  sizeOf(object: number): number {
    if (object === this.wanted || this.least === this.most) return this.mean;
    const share = hash32(object) / 2 ** 32;
    return Math.max(1, Math.round(boundedPareto(() => share, SHAPE, this.least, this.most)));
  }

  /** >= 1 */
  blocksOf(object: number): number {
    return Math.ceil(this.sizeOf(object) / this.block);
  }

  /** Bytes of a block of an object; 0 where it has no such block. */
  blockBytes(object: number, block: number): number {
    return Math.max(0, Math.min(this.block, this.sizeOf(object) - block * this.block));
  }

  /** An object of the catalogue by popularity. @param random uniform in [0, 1) */
  draw(random: () => number): number {
    return this.popularity.draw(random) - 1;
  }
}

/** The least size, where the mean and the largest are given: by bisection, since the mean rises with it. */
function leastOf(mean: number, most: number): number {
  if (most <= mean) return most;
  let [low, high] = [0, mean];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (meanOfBoundedPareto(SHAPE, middle, most) < mean) low = middle;
    else high = middle;
  }
}
