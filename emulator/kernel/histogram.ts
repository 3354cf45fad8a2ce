// How often spans of time of each length were met: fixed memory, nothing allocated, three per cent wide.
import type { Nanoseconds } from '../../sim/time.ts';

const SUB_BITS = 5;
const LARGEST = 2 ** 31 - 1;
const BUCKETS = (31 - SUB_BITS + 1) << SUB_BITS;

/** The figures of a distribution that a verdict rests on, in nanoseconds. */
export interface Quantiles {
  readonly p50: Nanoseconds;
  readonly p99: Nanoseconds;
  readonly p999: Nanoseconds;
  readonly max: Nanoseconds;
}

/** What a histogram has counted, as it passes between threads. */
export interface HistogramCounts {
  readonly count: number;
  readonly max: Nanoseconds;
  readonly buckets: Float64Array;
}

/**
 * Spans by size: 32 buckets for each doubling, as in the High Dynamic Range histogram. Spans above 2.1 s share the last
 * bucket; their largest is kept apart.
 */
export class TimeHistogram {
  private count = 0;
  private max = 0;
  private readonly buckets = new Float64Array(BUCKETS);

  /** @param span a negative one counts as 0 */
  record(span: Nanoseconds): void {
    const value = span > LARGEST ? LARGEST : span > 0 ? span | 0 : 0;
    const shift = Math.max(0, 31 - Math.clz32(value) - SUB_BITS);
    this.buckets[(shift << SUB_BITS) + (value >>> shift)]++;
    this.count++;
    if (span > this.max) this.max = span;
  }

  /** What was counted since the last time, which this forgets. */
  take(): HistogramCounts {
    const counts = { count: this.count, max: this.max, buckets: this.buckets.slice() };
    this.count = 0;
    this.max = 0;
    this.buckets.fill(0);
    return counts;
  }
}

export function mergeCounts(a: HistogramCounts, b: HistogramCounts): HistogramCounts {
  const buckets = a.buckets.map((count, index) => count + b.buckets[index]);
  return { count: a.count + b.count, max: Math.max(a.max, b.max), buckets };
}

/** Undefined where nothing was counted. Quantiles are the upper ends of their buckets, and so a little too long. */
export function quantiles(counts: HistogramCounts): Quantiles | undefined {
  if (counts.count === 0) return undefined;
  const at = (share: number) => Math.min(counts.max, upperEnd(bucketOf(counts, share)));
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: counts.max };
}

function bucketOf({ count, buckets }: HistogramCounts, share: number): number {
  let left = Math.ceil(share * count);
  return buckets.findIndex(inBucket => {
    left -= inBucket;
    return left <= 0;
  });
}

function upperEnd(bucket: number): number {
  const shift = Math.max(0, (bucket >>> SUB_BITS) - 1);
  return (bucket - (shift << SUB_BITS) + 1) * 2 ** shift - 1;
}
