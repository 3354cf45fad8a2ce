// The event queue: pending events in order of (time, order of scheduling), O(1) cancel, nothing allocated per event.
//
// A heap holds the near future; what lies behind it waits unsorted in a ring of buckets of equal width, and what lies
// behind the ring in one chain. An event is therefore moved at most a few times before it comes to its turn, and the
// heap, where the comparing is done, stays small enough for the processor's cache however many events are pending.
// (The idea of the ladder queue: Tang, Goh and Thng, ACM TOMACS 15(3), 2005; the sorted rung here is a 4-ary heap.)
import type { Nanoseconds } from './time.ts';

/** Names one scheduled event, for `cancel`. Never 0. */
export type EventId = number;

/** As many events are pending as the queue can hold. */
export class QueueFullError extends Error {
  override name = 'QueueFullError';
}

/** With no more pending events than this, the heap alone is fastest. */
const HEAP_ONLY = 2048;
/** Events that a bucket should hold when the heap takes it over. */
const BUCKET_LOAD = 8;
const MAX_BUCKETS = 1 << 20;
const NONE = -1;

// A slot: two doubles, then integers, all in one cache line.
const BYTES = 64;
const DOUBLES = BYTES / 8;
const TIME = 0;
const SEQUENCE = 1;
const STRIDE = BYTES / 4;
const NEXT = 4; // the next slot of the same chain
const KIND = 5; // -1: cancelled
const GENERATION = 6;
const HOST = 7;
const X = 8;
const Y = 9;

const SLOT_LIMIT = 2 ** 24;
const GENERATIONS = 2 ** 29 - 1;
const CANCELLED = -1;

/**
 * Pending events. `pop` puts the next one in the fields `time`, `kind`, `host`, `subject`, `x` and `y`.
 * Schedule and pop are O(1) amortised for spread-out times, O(log n) at worst; at most 2^24 events may be pending.
 */
export class EventQueue {
  /** Pending events that have not been cancelled. */
  size = 0;

  time: Nanoseconds = 0;
  kind = 0;
  host = 0;
  subject: unknown = undefined;
  x = 0;
  y = 0;

  private capacity = 1024;
  private meta = new Int32Array(STRIDE * this.capacity);
  /** The same memory as `meta`. */
  private times = new Float64Array(this.meta.buffer);
  private subjects: unknown[] = [];
  private used = 0;
  private free = NONE;
  private posted = NONE;
  private sequence = 0;
  private cancelled = 0;

  private heapTimes = new Float64Array(this.capacity + 4);
  private heapSlots = new Int32Array(this.capacity + 4);
  private heapSize = 0;
  /** Events before this time belong in the heap. */
  private heapEnd = Infinity;

  private ring = new Int32Array(0);
  private ringIndex = 0;
  private ringCount = 0;
  private ringStart = 0;
  private width = 1;
  private ringEnd = Infinity;

  private far = NONE;

  private farCount = 0;

  /**
   * Adds an event that will not be cancelled.
   * @param time when, in integer nanoseconds
   * @param kind 0 .. 2^31 - 1, given back by `pop`
   * @param host any 32-bit integer, as are x and y
   * @throws {RangeError} where the time is no integer
   * @throws {QueueFullError} at 2^24 pending events
   */
  post(time: Nanoseconds, kind: number, host: number, subject: unknown, x: number, y: number): void {
    if (time - Math.floor(time) !== 0)
      throw new RangeError(`an event's time must be an integer, got ${time}`);
    const slot = this.free === NONE ? this.newSlot() : this.free;
    const meta = this.meta;
    const base = slot * STRIDE;
    this.free = meta[base + NEXT];
    this.posted = slot;
    meta[base + KIND] = kind;
    meta[base + HOST] = host;
    meta[base + X] = x;
    meta[base + Y] = y;
    this.times[DOUBLES * slot + TIME] = time;
    this.times[DOUBLES * slot + SEQUENCE] = this.sequence++;
    this.subjects[slot] = subject;
    this.size++;
    this.place(slot, time);
  }

  /** As `post`, for an event that may be cancelled. */
  schedule(time: Nanoseconds, kind: number, host: number, subject: unknown, x: number, y: number): EventId {
    this.post(time, kind, host, subject, x, y);
    return this.meta[this.posted * STRIDE + GENERATION] * SLOT_LIMIT + this.posted;
  }

  /** Takes an event back. @returns false, and does nothing, where it has already run or been cancelled. */
  cancel(id: EventId): boolean {
    const slot = id % SLOT_LIMIT;
    const base = slot * STRIDE;
    if (slot >= this.used || this.meta[base + GENERATION] !== Math.floor(id / SLOT_LIMIT)) return false;
    this.retire(slot);
    this.meta[base + KIND] = CANCELLED;
    this.size--;
    this.cancelled++;
    if (this.cancelled > HEAP_ONLY && this.cancelled > this.size) this.rebuild();
    return true;
  }

  /** When the next event is due; Infinity where none is pending. */
  peek(): Nanoseconds {
    return this.advance() ? this.heapTimes[0] : Infinity;
  }

  /** Takes the next event out into the fields. @returns false where none is pending */
  pop(): boolean {
    if (!this.advance()) return false;
    const slot = this.heapSlots[0];
    const base = slot * STRIDE;
    const meta = this.meta;
    this.time = this.heapTimes[0];
    this.kind = meta[base + KIND];
    this.host = meta[base + HOST];
    this.x = meta[base + X];
    this.y = meta[base + Y];
    this.subject = this.subjects[slot];
    this.removeTop();
    this.retire(slot);
    this.release(slot);
    this.size--;
    return true;
  }

  /** Brings the next live event to the heap's top. @returns false where there is none */
  private advance(): boolean {
    for (;;) {
      while (this.heapSize > 0) {
        const slot = this.heapSlots[0];
        if (this.meta[slot * STRIDE + KIND] !== CANCELLED) return true;
        this.removeTop();
        this.release(slot);
        this.cancelled--;
      }
      if (!this.refill()) return false;
    }
  }

  /** Ends the life of the slot's present id and lets go of its subject. */
  private retire(slot: number): void {
    const at = slot * STRIDE + GENERATION;
    this.meta[at] = this.meta[at] === GENERATIONS ? 1 : this.meta[at] + 1;
    this.subjects[slot] = undefined;
  }

  private release(slot: number): void {
    this.meta[slot * STRIDE + NEXT] = this.free;
    this.free = slot;
  }

  private newSlot(): number {
    if (this.used === this.capacity) this.grow();
    const slot = this.used++;
    this.meta[slot * STRIDE + NEXT] = NONE;
    this.meta[slot * STRIDE + GENERATION] = 1;
    this.subjects.push(undefined);
    return slot;
  }

  private grow(): void {
    if (this.capacity === SLOT_LIMIT) throw new QueueFullError(`more than ${SLOT_LIMIT} events are pending`);
    this.capacity *= 2;
    this.meta = copyInto(new Int32Array(STRIDE * this.capacity), this.meta);
    this.times = new Float64Array(this.meta.buffer);
    this.heapTimes = copyInto(new Float64Array(this.capacity + 4), this.heapTimes);
    this.heapSlots = copyInto(new Int32Array(this.capacity + 4), this.heapSlots);
  }

  /** Puts a filled slot where its time belongs. */
  private place(slot: number, time: Nanoseconds): void {
    if (time < this.heapEnd) {
      this.pushHeap(slot, time);
      if (this.heapSize > HEAP_ONLY && this.heapEnd === Infinity) this.rebuild();
    } else if (time < this.ringEnd) {
      this.pushRing(slot, time);
    } else {
      this.meta[slot * STRIDE + NEXT] = this.far;
      this.far = slot;
      this.farCount++;
    }
  }

  private pushRing(slot: number, time: Nanoseconds): void {
    // Exact, since the width is a power of two and times are integers: no event lands on the wrong side of an edge.
    const bucket = Math.floor((time - this.ringStart) / this.width);
    this.meta[slot * STRIDE + NEXT] = this.ring[bucket];
    this.ring[bucket] = slot;
    this.ringCount++;
  }

  /** Moves the next events into the empty heap. @returns false where there are none */
  private refill(): boolean {
    if (this.ringCount === 0) {
      if (this.farCount === 0) {
        this.heapEnd = Infinity;
        this.ringEnd = Infinity;
        return false;
      }
      this.rebuild();
      return true;
    }
    while (this.ring[this.ringIndex] === NONE) this.ringIndex++;
    const chain = this.ring[this.ringIndex];
    this.ring[this.ringIndex++] = NONE;
    this.heapEnd = this.ringStart + this.ringIndex * this.width;
    this.takeChain(chain);
    return true;
  }

  private takeChain(chain: number): void {
    let slot = chain;
    while (slot !== NONE) {
      const next = this.meta[slot * STRIDE + NEXT];
      this.ringCount--;

      this.pushHeap(slot, this.times[DOUBLES * slot + TIME]);
      slot = next;
    }
  }

  /** Lays all events out anew, in a ring fitted to their times, and frees the cancelled ones. */
  private rebuild(): void {
    const slots = this.collect();
    this.heapSize = 0;
    this.ringCount = 0;
    this.far = NONE;
    this.farCount = 0;
    this.fitRing(slots);
    for (const slot of slots) this.place(slot, this.times[DOUBLES * slot + TIME]);
  }

  /** All live slots, wherever they wait; cancelled ones are released on the way. */
  private collect(): Int32Array {
    const slots = new Int32Array(this.size);
    let count = 0;
    const keep = (slot: number): void => {
      if (this.meta[slot * STRIDE + KIND] === CANCELLED) this.release(slot);
      else slots[count++] = slot;
    };
    const keepChain = (chain: number): void => {
      for (let slot = chain; slot !== NONE; ) {
        const next = this.meta[slot * STRIDE + NEXT];
        keep(slot);
        slot = next;
      }
    };
    for (let index = 0; index < this.heapSize; index++) keep(this.heapSlots[index]);
    for (let index = this.ringIndex; index < this.ring.length; index++) keepChain(this.ring[index]);
    keepChain(this.far);
    this.cancelled = 0;
    return slots;
  }

  /** Chooses the ring so that it begins at the earliest event and holds about the nearer two thirds of them. */
  private fitRing(slots: Int32Array): void {
    const count = slots.length;
    if (count <= HEAP_ONLY / 2) {
      this.heapEnd = Infinity;
      this.ringEnd = Infinity;
      this.ringIndex = this.ring.length;
      return;
    }
    let first = Infinity;
    for (const slot of slots) first = Math.min(first, this.times[DOUBLES * slot + TIME]);
    const sample = new Float64Array(255);
    for (let index = 0; index < sample.length; index++) {
      sample[index] = this.times[DOUBLES * slots[Math.floor((index * count) / sample.length)] + TIME];
    }
    sample.sort();
    const buckets = Math.min(MAX_BUCKETS, 2 ** Math.ceil(Math.log2(count / BUCKET_LOAD)));
    const span = sample[Math.floor((sample.length * 2) / 3)] - first;
    this.width = Math.max(1, 2 ** Math.ceil(Math.log2(span / buckets)));
    this.ringStart = first;
    this.ringEnd = first + this.width * buckets;
    this.ringIndex = 0;
    this.heapEnd = first;
    if (this.ring.length !== buckets) this.ring = new Int32Array(buckets);
    this.ring.fill(NONE);
  }

  private pushHeap(slot: number, time: Nanoseconds): void {
    this.rise(this.heapSize++, slot, time);
  }

  /** Removes the heap's first entry: the hole sinks to a leaf, then the last entry rises from there. */
  private removeTop(): void {
    const heapTimes = this.heapTimes;
    const heapSlots = this.heapSlots;
    const size = --this.heapSize;
    let hole = 0;
    let child = 2;
    while (child < size) {
      const left = heapTimes[child - 1];
      const right = heapTimes[child];
      if (left < right || (left === right && this.earlier(heapSlots[child - 1], heapSlots[child]))) child--;
      heapTimes[hole] = heapTimes[child];
      heapSlots[hole] = heapSlots[child];
      hole = child;
      child = 2 * hole + 2;
    }
    if (child === size) {
      heapTimes[hole] = heapTimes[child - 1];
      heapSlots[hole] = heapSlots[child - 1];
      hole = child - 1;
    }
    this.rise(hole, heapSlots[size], heapTimes[size]);
  }

  private rise(from: number, slot: number, time: Nanoseconds): void {
    const heapTimes = this.heapTimes;
    const heapSlots = this.heapSlots;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentTime = heapTimes[parent];
      if (parentTime < time || (parentTime === time && this.earlier(heapSlots[parent], slot))) break;
      heapTimes[at] = parentTime;
      heapSlots[at] = heapSlots[parent];
      at = parent;
    }
    heapTimes[at] = time;
    heapSlots[at] = slot;
  }

  private earlier(a: number, b: number): boolean {
    return this.times[DOUBLES * a + SEQUENCE] < this.times[DOUBLES * b + SEQUENCE];
  }
}

function copyInto<T extends Float64Array | Int32Array>(target: T, source: T): T {
  target.set(source as never);
  return target;
}
