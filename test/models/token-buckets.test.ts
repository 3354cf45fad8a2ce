// Token buckets against a bucket that is filled token by token, and what a cap promises whatever the traffic.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OVER_CAP } from '../../models/network/fate.ts';
import type { CapSpec } from '../../models/network/spec.ts';
import { TokenBuckets } from '../../models/network/token-buckets.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';

/** A rate at which one token comes each nanosecond. */
const TOKEN_A_NANOSECOND = 8e9;

interface Message {
  /** Since the message before, in ns. */
  readonly pause: number;
  readonly bytes: number;
}

/**
 * A bucket as one is drawn: a token drips in each nanosecond, what does not fit is lost, messages wait in line and the
 * first takes its tokens as soon as they are there. For one that the bucket cannot hold, it grows while that one is
 * first in line.
 */
class DrippingBucket {
  private readonly cap: CapSpec;
  private tokens: number;
  private time = 0;

  constructor(cap: CapSpec) {
    this.cap = cap;
    this.tokens = cap.burst;
  }

  admit(bytes: number, now: number): number {
    let { tokens, time } = this;
    for (; time < now; time++) tokens = Math.min(tokens + 1, this.cap.burst);
    for (; tokens < bytes; time++) tokens++;
    if (time - now > this.cap.queue) return OVER_CAP;
    this.tokens = tokens - bytes;
    this.time = time;
    return time;
  }
}

const traffic = (largest: number, longestPause: number) =>
  fc.array(
    fc.record({
      pause: fc.oneof(fc.constant(0), fc.nat(longestPause)),
      bytes: fc.integer({ min: 1, max: largest }),
    }),
    { minLength: 1, maxLength: 60 },
  );

/** When each message may leave, or its drop code. */
function fates(buckets: TokenBuckets, messages: readonly Message[]): number[] {
  let now = 0;
  return messages.map(({ pause, bytes }) => {
    now += pause;
    return buckets.admit(0, bytes, now);
  });
}

describe('a bucket', () => {
  test('lets a burst through, then keeps to the rate', () => {
    const buckets = new TokenBuckets([{ uplink: 8e6, burst: 3000, queue: Infinity }]);
    // 1 byte a microsecond: three messages leave at once, each further one a millisecond after the one before.
    const leaves = Array.from({ length: 6 }, () => buckets.admit(0, 1000, SECOND));
    expect(leaves).toEqual([0, 0, 0, 1, 2, 3].map(ms => SECOND + ms * MILLISECOND));
    // After a long silence the bucket is full again, not fuller.
    const later = Array.from({ length: 4 }, () => buckets.admit(0, 1000, 60 * SECOND));
    expect(later).toEqual([0, 0, 0, 1].map(ms => 60 * SECOND + ms * MILLISECOND));
  });

  test('makes a larger message wait for what it cannot hold, and is empty after it', () => {
    const buckets = new TokenBuckets([{ uplink: 8e6, burst: 1000, queue: Infinity }]);
    const leaves = Array.from({ length: 3 }, () => buckets.admit(0, 1500, SECOND));
    expect(leaves).toEqual([0.5, 2, 3.5].map(ms => SECOND + ms * MILLISECOND));
  });

  test('drops what would wait longer than its queue', () => {
    const buckets = new TokenBuckets([{ uplink: 8e6, burst: 1000, queue: 2 * MILLISECOND }]);
    const fates = Array.from({ length: 5 }, () => buckets.admit(0, 1000, 0));
    expect(fates).toEqual([0, MILLISECOND, 2 * MILLISECOND, OVER_CAP, OVER_CAP]);
  });

  test('passes, delays and drops as one that is filled token by token', () => {
    const seen = { passed: 0, delayed: 0, dropped: 0, larger: 0 };
    const cap = fc.record({
      uplink: fc.constant(TOKEN_A_NANOSECOND),
      burst: fc.integer({ min: 1, max: 60 }),
      queue: fc.oneof(fc.nat(150), fc.constant(Infinity)),
    });
    const check = (cap: CapSpec, messages: readonly Message[]): void => {
      const buckets = new TokenBuckets([cap]);
      const reference = new DrippingBucket(cap);
      let now = 0;
      for (const { pause, bytes } of messages) {
        now += pause;
        const fate = buckets.admit(0, bytes, now);
        expect(fate).toBe(reference.admit(bytes, now));
        seen[fate < 0 ? 'dropped' : fate > now ? 'delayed' : 'passed']++;
        if (bytes > cap.burst) seen.larger++;
      }
    };
    fc.assert(fc.property(cap, traffic(80, 120), check), { numRuns: 500, seed: 1 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
  });

  test('is its own, whatever the others are asked', () => {
    const cap: CapSpec = { uplink: 1e6, burst: 2000, queue: SECOND };
    fc.assert(
      fc.property(traffic(1500, 2e7), traffic(1500, 2e7), (own, other) => {
        const shared = new TokenBuckets([cap, { ...cap, uplink: 3e5 }]);
        let now = 0;
        let othersNow = 0;
        const beside = own.map(({ pause, bytes }, index) => {
          const neighbour = other[index % other.length];
          othersNow += neighbour.pause;
          shared.admit(1, neighbour.bytes, othersNow);
          now += pause;
          return shared.admit(0, bytes, now);
        });
        expect(beside).toEqual(fates(new TokenBuckets([cap]), own));
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  test('without a cap lets everything through at once', () => {
    fc.assert(
      fc.property(traffic(1e6, 1e6), fc.nat(1e6), (messages, burst) => {
        let now = 0;
        const left = fates(new TokenBuckets([{ uplink: Infinity, burst, queue: 0 }]), messages);
        const arrivals = messages.map(({ pause }) => (now += pause));
        expect(left).toEqual(arrivals);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe('a cap', () => {
  // Rates at which a byte takes no whole number of nanoseconds as well as those at which it does.
  const cap = fc.record({
    uplink: fc.integer({ min: 1e3, max: 1e10 }),
    burst: fc.integer({ min: 1, max: 20_000 }),
    queue: fc.integer({ min: 0, max: 5 * SECOND }),
  });

  test('is kept over any interval: the burst, or one larger message, and what the rate gives', () => {
    fc.assert(
      fc.property(cap, traffic(30_000, 1e7), (cap, messages) => {
        const left = fates(new TokenBuckets([cap]), messages);
        const passed = messages.flatMap(({ bytes }, index) =>
          left[index] < 0 ? [] : [{ at: left[index], bytes }],
        );
        for (let from = 0; from < passed.length; from++) {
          let sum = 0;
          let largest = cap.burst;
          for (const { at, bytes } of passed.slice(from)) {
            sum += bytes;
            largest = Math.max(largest, bytes);
            // Times are whole nanoseconds: an interval may come out one too short.
            const span = at - passed[from].at + 1;
            expect(sum).toBeLessThanOrEqual(largest + (cap.uplink * span) / 8e9 + 1e-6);
          }
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  test('is reached by a sender that always has more, with messages of any size', () => {
    fc.assert(
      fc.property(cap, fc.integer({ min: 1, max: 60_000 }), ({ uplink, burst }, bytes) => {
        const buckets = new TokenBuckets([{ uplink, burst, queue: Infinity }]);
        const count = 200;
        let last = 0;
        for (let index = 0; index < count; index++) last = buckets.admit(0, bytes, 0);
        // What the bucket held at first was free; each later byte took its time, to the nanosecond a message.
        const due = (Math.max(0, count * bytes - burst) * 8e9) / uplink;
        expect(last).toBeGreaterThanOrEqual(Math.floor(due));
        expect(last).toBeLessThanOrEqual(due + count);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test('leaves messages in the order in which they came', () => {
    fc.assert(
      fc.property(cap, traffic(30_000, 1e7), (cap, messages) => {
        const left = fates(new TokenBuckets([cap]), messages).filter(fate => fate >= 0);
        expect(left).toEqual([...left].sort((a, b) => a - b));
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  test('costs a dropped message no tokens', () => {
    const messages = [1000, 1000, 5000, 1000].map(bytes => ({ pause: 0, bytes }));
    const spec: CapSpec = { uplink: 8e6, burst: 1000, queue: 2_000_000 };
    expect(fates(new TokenBuckets([spec]), messages)).toEqual([0, 1_000_000, OVER_CAP, 2_000_000]);
  });
});
