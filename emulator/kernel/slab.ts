// The packets on their way, in one piece of memory that is never given back: a slot each, named by its number.
import { type Memory, memory } from './syscalls.ts';

export const NO_SLOT = -1;

export class Slab {
  readonly slots: number;
  /** Bytes of a slot. */
  readonly size: number;
  readonly bytes: Buffer;
  /** Bytes that are used of each slot. */
  readonly lengths: Int32Array;
  private readonly memory: Memory;
  private readonly free: Int32Array;
  private freeSlots: number;

  constructor(slots: number, size: number) {
    this.slots = slots;
    this.size = size;
    this.memory = memory(slots * size);
    this.bytes = this.memory.bytes;
    this.lengths = new Int32Array(slots);
    // The slot that was left last is taken first: it is in the processor's cache, and what was never used takes no memory.
    this.free = Int32Array.from({ length: slots }, (_, index) => slots - 1 - index);
    this.freeSlots = slots;
  }

  get used(): number {
    return this.slots - this.freeSlots;
  }

  /** @returns a slot's number, or `NO_SLOT` where all are taken */
  take(): number {
    return this.freeSlots === 0 ? NO_SLOT : this.free[--this.freeSlots];
  }

  release(slot: number): void {
    this.free[this.freeSlots++] = slot;
  }

  /** Where in `bytes` a slot begins. */
  offset(slot: number): number {
    return slot * this.size;
  }

  /** Where in memory a slot begins. */
  address(slot: number): number {
    return this.memory.address + slot * this.size;
  }

  /** @returns another slot with the same bytes, or `NO_SLOT` */
  copy(slot: number): number {
    const copy = this.take();
    if (copy === NO_SLOT) return NO_SLOT;
    const start = this.offset(slot);
    this.bytes.copyWithin(this.offset(copy), start, start + this.lengths[slot]);
    this.lengths[copy] = this.lengths[slot];
    return copy;
  }
}
