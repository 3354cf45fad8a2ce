// Links against a queue in which every message is kept, and against the formulas for what a finite queue loses.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Links, nanosecondsPerByte } from '../../models/network/links.ts';
import { stream } from '../../sim/random.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

/** A link with every message in its queue, and the work that each still asks for. */
class KeptQueue {
  private readonly line: number[] = [];
  private readonly queue: number;
  private now = 0;

  constructor(queue: number) {
    this.queue = queue;
  }

  serve(service: number, now: number): number {
    this.work(now - this.now);
    this.now = now;
    const ahead = this.line.reduce((sum, left) => sum + left, 0);
    if (ahead > this.queue) return -1;
    this.line.push(service);
    return now + ahead + service;
  }

  private work(span: number): void {
    let left = span;
    while (left > 0 && this.line.length > 0) {
      const done = Math.min(left, this.line[0]);
      left -= done;
      this.line[0] -= done;
      if (this.line[0] === 0) this.line.shift();
    }
  }
}

describe('a link', () => {
  test('serves and drops as a queue in which every message is kept, its rate changing', () => {
    const seen = { served: 0, waited: 0, dropped: 0 };
    const step = fc.record({
      pause: fc.oneof(fc.constant(0), fc.nat(2 * MILLISECOND)),
      bytes: fc.integer({ min: 1, max: 1500 }),
      rate: fc.option(fc.integer({ min: 1e5, max: 2e7 }), { freq: 20 }),
    });
    const steps = fc.array(step, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.nat(20 * MILLISECOND), steps, (queue, steps) => {
        const own = 10e6;
        let rate = own;
        let now = 0;
        const links = new Links(2, own, queue);
        const reference = new KeptQueue(queue);
        for (const { pause, bytes, rate: change } of steps) {
          now += pause;
          rate = Math.min(change ?? rate, own);
          if (change !== null) links.setRate(1, change);
          const service = Math.round(bytes * nanosecondsPerByte(rate));
          const end = links.serve(1, bytes, now);
          expect(end).toBe(reference.serve(service, now));
          seen[end < 0 ? 'dropped' : end > now + service ? 'waited' : 'served']++;
        }
        // The link beside it has seen nothing of all this: 1250 bytes at 10 Mbit/s.
        expect(links.serve(0, 1250, now)).toBe(now + MILLISECOND);
      }),
      { numRuns: 200, seed: 1 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
  });

  test('goes back to its own rate where none is given', () => {
    const links = new Links(1, 8e6, 0);
    links.setRate(0, 8e3);
    expect(links.serve(0, 1, 0)).toBe(MILLISECOND);
    links.setRate(0);
    expect(links.serve(0, 1, SECOND)).toBe(SECOND + MICROSECOND);
  });

  test('without a limit takes no time and drops nothing', () => {
    const links = new Links(1, Infinity, 0);
    expect(Array.from({ length: 100 }, () => links.serve(0, 1e9, 5))).toEqual(Array(100).fill(5));
  });
});

// Poisson arrivals, exponential services of mean 1 ms, and a queue that holds two of them: who would wait longer is
// lost. P(loss) = r (1 - r) E / (1 - r^2 E) at load r, where E = exp(-(1 - r) queue / service); at r = 1 its limit,
// 1 / (2 + queue / service) (D. Y. Barrer, "Queuing with Impatient Customers and Ordered Service", Operations Research
// 5(5), 1957).
describe('a finite queue', () => {
  const SERVICE = MILLISECOND;
  const QUEUE = 2 * SERVICE;
  const MEAN_BYTES = 1250;

  function lossAt(load: number): number {
    if (load === 1) return 1 / (2 + QUEUE / SERVICE);
    const e = Math.exp((-(1 - load) * QUEUE) / SERVICE);
    return (load * (1 - load) * e) / (1 - load ** 2 * e);
  }

  /** The fractions of messages lost and of time busy, over 50 000 arrivals. */
  function play(load: number, replication: number): { lost: number; busy: number } {
    const random = stream('finite queue', load, replication);
    const links = new Links(1, 10e6, QUEUE);
    let now = 0;
    let lost = 0;
    let busy = 0;
    let last = 0;
    for (let index = 0; index < 50_000; index++) {
      now += Math.round(random.exponential(SERVICE / load));
      const end = links.serve(0, random.exponential(MEAN_BYTES), now);
      if (end < 0) {
        lost++;
        continue;
      }
      busy += end - Math.max(now, last);
      last = end;
    }
    return { lost: lost / 50_000, busy: busy / last };
  }

  test.each([0.5, 0.8, 1, 1.5])('at load %d loses and is busy as computed', load => {
    const runs = Array.from({ length: 40 }, (_, replication) => play(load, replication));
    const loss = lossAt(load);
    const lost = interval99(runs.map(run => run.lost));
    expect(lost.low).toBeLessThan(loss);
    expect(lost.high).toBeGreaterThan(loss);
    // What is not lost is served: load x (1 - loss) of the time.
    const busy = interval99(runs.map(run => run.busy));
    expect(busy.low).toBeLessThan(load * (1 - loss));
    expect(busy.high).toBeGreaterThan(load * (1 - loss));
  });

  test('under more than it can carry carries its rate, all the time', () => {
    const links = new Links(1, 10e6, QUEUE);
    let carried = 0;
    let last = 0;
    for (let now = 0; now < SECOND; now += 100 * MICROSECOND) {
      const end = links.serve(0, MEAN_BYTES, now);
      if (end < 0) continue;
      carried += MEAN_BYTES;
      last = end;
    }
    expect(last).toBeGreaterThan(SECOND);
    expect((carried * 8e9) / last).toBe(10e6);
  });
});
