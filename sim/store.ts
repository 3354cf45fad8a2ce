// Stores: items that processes put in and others take out, and the lines on either side.
import { Line } from './line.ts';
import { Signal } from './signal.ts';
import type { Simulation } from './simulation.ts';

/** A wish to put an item in; it succeeds when there was room. */
class Put<T> extends Signal<void> {
  readonly item: T;

  constructor(sim: Simulation, item: T) {
    super(sim);
    this.item = item;
  }
}

/** A wish to take an item out; it succeeds with the item. */
class Get<T> extends Signal<T> {
  readonly accepts: (item: T) => boolean;

  constructor(sim: Simulation, accepts: (item: T) => boolean) {
    super(sim);
    this.accepts = accepts;
  }
}

/**
 * Holds up to `capacity` items, first in first out. Who puts waits for room, who gets waits for an item.
 *
 *     yield* store.put(message);
 *     const message = yield* store.get();
 */
export class Store<T> {
  readonly capacity: number;
  private readonly sim: Simulation;
  /** Whose items are in the store. */
  private readonly stored = new Line<Put<T>>();
  /** Who waits: for room, while the store is full, and for an item that is accepted, while none in it is. */
  private readonly puts = new Line<Put<T>>();
  private readonly gets = new Line<Get<T>>();

  /** @param capacity an integer >= 1, or Infinity @throws {RangeError} */
  constructor(sim: Simulation, capacity = Infinity) {
    if (!(capacity >= 1) || (capacity !== Infinity && !Number.isInteger(capacity))) {
      throw new RangeError(`a store's capacity is an integer of at least 1, got ${capacity}`);
    }
    this.sim = sim;
    this.capacity = capacity;
  }

  /** Items in the store. */
  get size(): number {
    return this.stored.length;
  }

  /** Puts an item in, as soon as there is room and all who came before have put theirs. */
  put(item: T): Signal<void> {
    const put = new Put(this.sim, item);
    this.puts.push(put);
    this.admit();
    return put;
  }

  /**
   * Takes the first item that is accepted; any, where `accepts` is left out. Of several who wait and would accept an
   * item, the first gets it.
   * @param accepts asked once of each item: its answer must depend on nothing else
   */
  get(accepts: (item: T) => boolean = () => true): Signal<T> {
    const get = new Get(this.sim, accepts);
    const put = this.stored.take(({ item }) => accepts(item));
    if (put) {
      get.succeed(put.item);
      this.admit();
    } else {
      this.gets.push(get);
    }
    return get;
  }

  /**
   * Withdraws a wish that has not been granted, as after an interrupt.
   * @returns false where it has been granted
   * @throws {RangeError} where it is no wish that waits here
   */
  cancel(wish: Signal<void> | Signal<T>): boolean {
    if (wish.done) return false;
    if (!this.puts.remove(wish as Put<T>) && !this.gets.remove(wish as Get<T>)) {
      throw new RangeError('the wish does not wait at this store');
    }
    return true;
  }

  /** Lets items in while there is room. Each goes to the first who waits for it, or else stays. */
  private admit(): void {
    while (this.stored.length < this.capacity) {
      const put = this.puts.pop();
      if (!put) return;
      put.succeed();
      const get = this.gets.take(({ accepts }) => accepts(put.item));
      if (get) get.succeed(put.item);
      else this.stored.push(put);
    }
  }
}
