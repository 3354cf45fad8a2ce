// The digest of a run: a hash over every event, by which two runs are known to be the same.
import type { Nanoseconds } from './time.ts';

const TWO_TO_32 = 4294967296;

/**
 * Hashes (time, kind) into a chain for each host. Hosts are kept apart and folded together only when the digest is
 * read, so it does not depend on how events of different hosts interleave. The mixing is that of MurmurHash3
 * (A. Appleby, public domain): it tells runs apart, it is not cryptographic.
 */
export class Digest {
  private lanes = new Int32Array(64);

  /** @param host -1 (no host), or a host's index */
  add(time: Nanoseconds, host: number, kind: number): void {
    const lane = 2 * (host + 1);
    if (lane >= this.lanes.length) this.grow(lane);
    const lanes = this.lanes;
    const low = time >>> 0;
    const high = (time / TWO_TO_32) >>> 0;
    lanes[lane] = mix(lanes[lane], low ^ Math.imul(kind + 1, 0x9e3779b1));
    lanes[lane + 1] = mix(lanes[lane + 1], low + Math.imul(high, 0x85ebca6b) + kind);
  }

  /** The digest of all that was added so far: 16 hexadecimal digits. */
  toString(): string {
    let first = 0;
    let second = 0;
    for (let lane = 0; lane < this.lanes.length; lane += 2) {
      if (this.lanes[lane] === 0 && this.lanes[lane + 1] === 0) continue;
      first = mix(mix(first, lane), this.lanes[lane]);
      second = mix(mix(second, lane), this.lanes[lane + 1]);
    }
    return hex(first) + hex(second);
  }

  private grow(lane: number): void {
    const larger = new Int32Array(2 ** Math.ceil(Math.log2(lane + 2)));
    larger.set(this.lanes);
    this.lanes = larger;
  }
}

function mix(hash: number, value: number): number {
  const k = Math.imul(value, 0xcc9e2d51);
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
