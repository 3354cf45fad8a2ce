// The simulation: a clock, the events to come, and what each kind of event does.
import { Digest } from './digest.ts';
import { type EventId, EventQueue } from './event-queue.ts';
import type { Nanoseconds } from './time.ts';

/** What an event does: it happens at a host, to a subject, with two 32-bit integers of the kind's own meaning. */
export type Handler<S> = (host: number, subject: S, x: number, y: number) => void;

/** A kind of event, as `Simulation.kind` makes it. */
export interface EventKind<S> {
  readonly index: number;
  readonly name: string;
  /** Only for the compiler: what the kind's subject is. */
  readonly handler: Handler<S>;
}

/** One event as it is shown to people. */
export interface EventRecord {
  readonly time: Nanoseconds;
  /** A host's index, or `NO_HOST`. */
  readonly host: number;
  readonly kind: string;
}

/** The host of an event that concerns the whole run. */
export const NO_HOST = -1;

/**
 * A discrete-event simulation. Events run in order of time, and those of equal times in the order in which they were
 * scheduled. Each kind of event is declared once, so that an event in the queue is a few numbers and one reference.
 */
export class Simulation {
  /** Virtual time, in integer nanoseconds from the start of the run. */
  now: Nanoseconds = 0;
  /** Events that have run. */
  events = 0;
  readonly digest: Digest;

  private readonly queue = new EventQueue();
  private readonly handlers: Handler<never>[] = [];
  private readonly names: string[] = [];
  private readonly callback = this.kind<() => void>('callback', (_host, run) => run());

  /** @param digest one that does more with events than hash them, where that is wanted */
  constructor(digest = new Digest()) {
    this.digest = digest;
  }

  /** Declares a kind of event. Declaring is part of the program's text: do it in the same order in each run. */
  kind<S>(name: string, handler: Handler<S>): EventKind<S> {
    this.handlers.push(handler as Handler<never>);
    this.names.push(name);
    return { index: this.handlers.length - 1, name, handler };
  }

  /**
   * Adds an event that will not be cancelled.
   * @param time absolute, integer nanoseconds, not before `now`
   * @throws {RangeError} where the time is past or no integer
   */
  post<S>(time: Nanoseconds, kind: EventKind<S>, host: number, subject: S, x = 0, y = 0): void {
    if (!(time >= this.now)) this.refuse(time, kind.name);
    this.queue.post(time, kind.index, host, subject, x, y);
  }

  /** As `post`, for an event that may be cancelled. */
  schedule<S>(time: Nanoseconds, kind: EventKind<S>, host: number, subject: S, x = 0, y = 0): EventId {
    if (!(time >= this.now)) this.refuse(time, kind.name);
    return this.queue.schedule(time, kind.index, host, subject, x, y);
  }

  /** Calls `run` after a delay (>= 0), rounded to whole nanoseconds. */
  after(delay: Nanoseconds, run: () => void, host = NO_HOST): EventId {
    return this.schedule(this.now + Math.round(delay), this.callback, host, run);
  }

  /** Calls `run` at a time (>= now). */
  at(time: Nanoseconds, run: () => void, host = NO_HOST): EventId {
    return this.schedule(time, this.callback, host, run);
  }

  /** @returns false, and does nothing, where the event has already run or been cancelled */
  cancel(id: EventId): boolean {
    return this.queue.cancel(id);
  }

  /** Events to come. */
  get pending(): number {
    return this.queue.size;
  }

  /** When the next event is due; Infinity where none is. */
  get next(): Nanoseconds {
    return this.queue.peek();
  }

  /** The event that ran last. Undefined before the first. */
  get last(): EventRecord | undefined {
    if (this.events === 0) return undefined;
    return { time: this.queue.time, host: this.queue.host, kind: this.names[this.queue.kind] };
  }

  /** Runs the next event. @returns false where there is none */
  step(): boolean {
    const queue = this.queue;
    if (!queue.pop()) return false;
    this.now = queue.time;
    this.events++;
    this.digest.add(queue.time, queue.host, queue.kind);
    this.handlers[queue.kind](queue.host, queue.subject as never, queue.x, queue.y);
    return true;
  }

  /**
   * Runs every event up to and including `until`, then sets the clock to it; or stops after `limit` events.
   * @param until Infinity: until no event is left, the clock staying at the last
   * @returns whether `until` was reached
   */
  run(until: Nanoseconds = Infinity, limit = Infinity): boolean {
    for (let left = limit; left > 0; left--) {
      const next = this.queue.peek();
      if (next > until || next === Infinity) {
        if (until < Infinity && until > this.now) this.now = until;
        return true;
      }
      this.step();
    }
    return false;
  }

  private refuse(time: Nanoseconds, kind: string): never {
    throw new RangeError(`event '${kind}' at ${time} ns lies before the present, ${this.now} ns`);
  }
}
