// Resources: what a limited number of processes may hold at a time, and the line before it.
import { Heap } from 'heap-js';
import { Line } from './line.ts';
import { Signal } from './signal.ts';
import type { Simulation } from './simulation.ts';

/** A place in the line, and then a hold on the resource: the signal succeeds, with itself, when the hold is given. */
export class Request extends Signal<Request> {
  /** Lower is served earlier. */
  readonly priority: number;
  /** Order of asking. */
  readonly number: number;

  constructor(sim: Simulation, priority: number, number: number) {
    super(sim);
    this.priority = priority;
    this.number = number;
  }
}

/** Who waits, and who is next. */
interface Discipline {
  readonly length: number;
  push(request: Request): void;
  pop(): Request | undefined;
  remove(request: Request): boolean;
}

/**
 * A resource that up to `capacity` requests hold at a time, first come first served.
 *
 *     const hold = yield* server.request();
 *     yield serviceTime;
 *     server.release(hold);
 */
export class Resource {
  readonly capacity: number;
  private readonly sim: Simulation;
  private readonly line: Discipline;
  private readonly holders = new Set<Request>();
  private asked = 0;

  /** @param capacity an integer >= 1, or Infinity @throws {RangeError} */
  constructor(sim: Simulation, capacity = 1, line: Discipline = new Line()) {
    if (!(capacity >= 1) || (capacity !== Infinity && !Number.isInteger(capacity))) {
      throw new RangeError(`a resource's capacity is an integer of at least 1, got ${capacity}`);
    }
    this.sim = sim;
    this.capacity = capacity;
    this.line = line;
  }

  /** Requests that hold the resource. */
  get inUse(): number {
    return this.holders.size;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.line.length;
  }

  /**
   * Asks for a hold.
   * @param priority lower is served earlier, where the resource heeds it
   * @throws {RangeError} where the priority is NaN
   */
  request(priority = 0): Request {
    if (Number.isNaN(priority)) throw new RangeError('a priority is a number, got NaN');
    const request = new Request(this.sim, priority, this.asked++);
    this.line.push(request);
    this.serve();
    return request;
  }

  /** Gives a hold back, or leaves the line. @throws {RangeError} where the request does neither hold nor wait */
  release(request: Request): void {
    if (!this.holders.delete(request) && !this.line.remove(request)) {
      throw new RangeError('the request neither holds this resource nor waits for it');
    }
    this.serve();
  }

  private serve(): void {
    while (this.holders.size < this.capacity) {
      const next = this.line.pop();
      if (!next) return;
      this.holders.add(next);
      next.succeed(next);
    }
  }
}

/** A resource that serves the lowest priority number first, and first come first served within one. */
export class PriorityResource extends Resource {
  constructor(sim: Simulation, capacity = 1) {
    super(sim, capacity, new Heap<Request>((a, b) => a.priority - b.priority || a.number - b.number));
  }
}
