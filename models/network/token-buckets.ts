// Token buckets: the rate caps of slivers, which delay what comes too fast and drop what would wait too long.
import type { Nanoseconds } from '../../sim/time.ts';
import { DailyBytes } from './daily-bytes.ts';
import { OVER_CAP } from './fate.ts';
import { nanosecondsPerByte } from './links.ts';
import type { CapSpec } from './spec.ts';

// A bucket's figures, side by side in memory.
const STRIDE = 4;
const PER_BYTE = 0;
const BURST = 1;
const QUEUE = 2;
const FULL_AT = 3;

/** What slivers may send, and when. */
export interface Caps {
  /**
   * Asks for as many tokens as the message has bytes. Calls for one sliver must come in order of `now`.
   * @returns when it may leave, in ns (`now`, if the tokens are there), or `OVER_CAP`
   */
  admit(sliver: number, bytes: number, now: Nanoseconds): number;
}

/** The caps of slivers, one for each. A run without any limit pays for none. */
export function capsOf(specs: readonly CapSpec[]): Caps {
  if (specs.some(({ daily }) => daily !== undefined)) return new DailyBytes(specs, new TokenBuckets(specs));
  return specs.every(({ uplink }) => uplink === Infinity) ? noCaps : new TokenBuckets(specs);
}

const noCaps: Caps = { admit: (_sliver, _bytes, now) => now };

/**
 * One bucket a sliver, full at the start. Kept as the theoretical time at which the bucket will be full again, as in
 * the virtual scheduling form of the generic cell rate algorithm (ITU-T I.371, annex A).
 */
export class TokenBuckets implements Caps {
  private readonly buckets: Float64Array;

  /** @param caps one for each sliver */
  constructor(caps: readonly CapSpec[]) {
    this.buckets = new Float64Array(STRIDE * caps.length);
    for (const [sliver, cap] of caps.entries()) {
      this.buckets.set([nanosecondsPerByte(cap.uplink), cap.burst, cap.queue, 0], STRIDE * sliver);
    }
  }

  admit(sliver: number, bytes: number, now: Nanoseconds): number {
    const buckets = this.buckets;
    const base = STRIDE * sliver;
    const perByte = buckets[base + PER_BYTE];
    const full = buckets[base + FULL_AT];
    const burst = buckets[base + BURST];
    const lacking = bytes - burst;
    // A message larger than the bucket waits, from a full one on, for what the bucket cannot hold, and leaves it empty.
    const enough = Math.ceil((lacking > 0 && full < now ? now : full) + lacking * perByte);
    const leaves = enough > now ? enough : now;
    if (leaves - now > buckets[base + QUEUE]) return OVER_CAP;
    buckets[base + FULL_AT] = Math.max(full, leaves) + (lacking > 0 ? burst : bytes) * perByte;
    return leaves;
  }

  /** From now on a bucket fills at this rate in bit/s. What it lacks of being full stays as it is. */
  setRate(sliver: number, rate: number, now: Nanoseconds): void {
    const buckets = this.buckets;
    const base = STRIDE * sliver;
    const before = buckets[base + PER_BYTE];
    const after = nanosecondsPerByte(rate);
    const wait = buckets[base + FULL_AT] - now;
    if (wait > 0 && before > 0) buckets[base + FULL_AT] = now + (wait * after) / before;
    buckets[base + PER_BYTE] = after;
  }
}
