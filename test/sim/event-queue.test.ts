// The event queue against a reference on heap-js: a million random schedules, cancels and pops, in identical order.
import fc from 'fast-check';
import { Heap } from 'heap-js';
import { describe, expect, test } from 'vitest';
import { type EventId, EventQueue } from '../../sim/event-queue.ts';
import { RandomStream } from '../../sim/random.ts';

interface Expected {
  time: number;
  order: number;
  cancelled: boolean;
}

/** The same operations on the queue and on the reference; throws where they differ. */
class Pair {
  readonly queue = new EventQueue();
  readonly reference = new Heap<Expected>((a, b) => a.time - b.time || a.order - b.order);
  readonly handles: { id: EventId; event: Expected }[] = [];
  now = 0;
  private order = 0;
  private live = 0;

  schedule(time: number): void {
    const event = { time, order: this.order++, cancelled: false };
    const id = this.queue.schedule(time, event.order & 0xff, event.order, event, event.order, -event.order);
    this.reference.push(event);
    this.handles.push({ id, event });
    this.live++;
  }

  cancel(index: number): void {
    const [{ id, event }] = this.handles.splice(index, 1);
    const pending = !event.cancelled && event.order >= 0;
    if (this.queue.cancel(id) !== pending) throw new Error(`cancel of ${event.order} said ${!pending}`);
    if (pending) this.live--;
    event.cancelled = true;
    if (this.queue.cancel(id)) throw new Error('an event was cancelled twice');
  }

  pop(): void {
    let next = this.reference.pop();
    while (next?.cancelled) next = this.reference.pop();
    if (this.queue.peek() !== (next?.time ?? Infinity))
      throw new Error(`peek: ${this.queue.peek()}, not ${next?.time}`);
    if (this.queue.pop() !== (next !== undefined)) throw new Error('one of the two was empty');
    if (!next) return;
    const { time, host, subject, x, y } = this.queue;
    if (
      subject !== next ||
      time !== next.time ||
      host !== next.order ||
      x !== next.order ||
      y !== -next.order
    ) {
      throw new Error(`popped ${host} at ${time}, expected ${next.order} at ${next.time}`);
    }
    this.now = time;
    // The reference is told that the event has run, so that its id is stale from now on.
    next.order = -1;
    this.live--;
  }

  check(): void {
    if (this.queue.size !== this.live) throw new Error(`size ${this.queue.size}, expected ${this.live}`);
  }
}

/** How far ahead events are scheduled: wide, narrow, bursts at one time, mostly near with a long tail. */
const SPREADS: readonly ((random: RandomStream) => number)[] = [
  random => random.integer(1e9),
  random => random.integer(10),
  random => 1000 * random.integer(3),
  random => Math.round(random.exponential(1e9)),
  random => Math.round(random.pareto(1, 0.5) % 1e15),
  () => 0,
];

function play(seed: number, operations: number, mostPending: number): void {
  const random = new RandomStream(`queue ${seed}`);
  const pair = new Pair();
  let spread = SPREADS[random.integer(SPREADS.length)];
  let growth = 0.9;
  for (let index = 0; index < operations; index++) {
    if (random.integer(2000) === 0) spread = SPREADS[random.integer(SPREADS.length)];
    if (pair.queue.size > mostPending) growth = 0.3;
    if (pair.queue.size < mostPending / 10) growth = 0.9;
    const choice = random.uniform();
    if (choice < growth * 0.75) pair.schedule(pair.now + spread(random));
    else if (choice < growth && pair.handles.length > 0) pair.cancel(random.integer(pair.handles.length));
    else pair.pop();
    if (pair.handles.length > 3 * mostPending) pair.handles.length = mostPending;
  }
  pair.check();
  while (pair.queue.size > 0) pair.pop();
  pair.pop();
}

describe('order', () => {
  // 40 x 5000 + 20 x 40 000 = a million operations. The sizes lie on either side of the queue's own thresholds.
  test('is that of the reference with few events pending', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 600 }), (seed, most) => play(seed, 5000, most)),
      { numRuns: 40, seed: 1 },
    );
  });

  test('is that of the reference with many events pending', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1500, max: 20_000 }), (seed, most) =>
        play(seed, 40_000, most),
      ),
      { numRuns: 20, seed: 2 },
    );
  });

  test('is first in, first out at equal times, however many', () => {
    const queue = new EventQueue();
    for (let index = 0; index < 10_000; index++) queue.post(5, 0, index, undefined, 0, 0);
    const hosts = Array.from({ length: 10_000 }, () => queue.pop() && queue.host);
    expect(hosts).toEqual([...hosts.keys()]);
  });

  test('holds for negative times and times beyond 2^32', () => {
    const queue = new EventQueue();
    const times = [2 ** 52, -5, 0, 2 ** 40, -(2 ** 50), 7];
    for (const time of times) queue.post(time, 0, 0, undefined, 0, 0);
    const popped = times.map(() => queue.pop() && queue.time);
    expect(popped).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('cancel', () => {
  test('of what ran, or of an id whose place another event has taken, does nothing', () => {
    const queue = new EventQueue();
    const first = queue.schedule(1, 0, 0, undefined, 0, 0);
    queue.pop();
    queue.post(2, 0, 7, undefined, 0, 0);
    expect(queue.cancel(first)).toBe(false);
    expect(queue.pop() && queue.host).toBe(7);
  });

  test('of nearly all of many events leaves the rest in order, and frees their places', () => {
    const queue = new EventQueue();
    const ids = Array.from({ length: 50_000 }, (_, index) =>
      queue.schedule((index * 7919) % 50_021, 0, index, undefined, 0, 0),
    );
    for (const [index, id] of ids.entries()) if (index % 100 !== 0) queue.cancel(id);
    expect(queue.size).toBe(500);
    let last = -1;
    while (queue.pop()) {
      expect(queue.host % 100).toBe(0);
      expect(queue.time).toBeGreaterThanOrEqual(last);
      last = queue.time;
    }
    expect(queue.peek()).toBe(Infinity);
  });

  test('keeps memory flat when every timer is cancelled before its time', () => {
    const queue = new EventQueue();
    for (let index = 0; index < 1_000_000; index++) {
      queue.cancel(queue.schedule(1e12 + index, 0, 0, undefined, 0, 0));
    }
    expect(queue.size).toBe(0);
    expect(queue.pop()).toBe(false);
    expect((queue as unknown as { capacity: number }).capacity).toBeLessThanOrEqual(8192);
  });
});

test.each([Number.NaN, Infinity, -Infinity, 0.5])('a time of %s is refused', time => {
  expect(() => new EventQueue().post(time, 0, 0, undefined, 0, 0)).toThrow(RangeError);
});
