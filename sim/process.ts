// Processes: models that read as a story. A generator function yields what it waits for, and goes on when it has come.
import type { EventId } from './event-queue.ts';
import { Signal, type Waiter } from './signal.ts';
import { NO_HOST, type Simulation } from './simulation.ts';
import type { Nanoseconds } from './time.ts';

/** What a process may yield: a delay in nanoseconds (>= 0), or a signal; another process is a signal, too. */
export type Waitable = Nanoseconds | Signal<unknown>;

/** What a process is written as. Its `yield*` gives typed values, its `yield` whatever the signal brings. */
// biome-ignore lint/suspicious/noExplicitAny: the type of what a yield brings differs from yield to yield
export type Story<T> = Generator<Waitable, T, any>;

/** Thrown into a process, at the yield where it waits, by `interrupt`. */
export class Interrupt extends Error {
  override name = 'Interrupt';
  /** What the interrupter gave as its reason. */
  readonly reason: unknown;

  constructor(reason?: unknown) {
    super(reason === undefined ? 'interrupted' : `interrupted: ${String(reason)}`);
    this.reason = reason;
  }
}

/**
 * A running process. As a signal it succeeds with what the generator returns, and fails with what it throws.
 * (After the processes of SimPy 3: O. Lünsdorf, S. Scherfke.)
 */
export class Process<T> extends Signal<T> implements Waiter {
  private readonly story: Story<T>;
  private readonly host: number;
  private readonly wake = () => this.proceed(() => this.story.next());
  private timer: EventId | undefined;
  private signal: Signal<unknown> | undefined;

  /** Begins as an event at the present time. @param host whose events its delays and interrupts are */
  constructor(sim: Simulation, story: Story<T>, host = NO_HOST) {
    super(sim);
    this.story = story;
    this.host = host;
    sim.after(0, this.wake, host);
  }

  /**
   * Throws an `Interrupt` inside the process, as an event at the present time; what it waited for resumes it no more.
   * One that has not begun begins first, several interrupts come one after another, and those that find it ended are
   * dropped. A process may interrupt itself: at its next yield.
   * @throws {Error} where the process has ended
   */
  interrupt(reason?: unknown): void {
    if (this.done) throw new Error('a process that has ended cannot be interrupted');
    const interrupt = new Interrupt(reason);
    this.stopWaiting();
    this.sim.after(
      0,
      () => {
        if (this.done) return;
        // It may wait again by now: since it began, or met an interrupt before this one.
        this.stopWaiting();
        this.proceed(() => this.story.throw(interrupt));
      },
      this.host,
    );
  }

  signalled(signal: Signal<unknown>): void {
    // A signal that had happened before it was waited for may still tell a process that was interrupted since.
    if (signal !== this.signal) return;
    this.proceed(() => {
      let value: unknown;
      try {
        value = signal.value;
      } catch (error) {
        return this.story.throw(error);
      }
      return this.story.next(value);
    });
  }

  private stopWaiting(): void {
    if (this.timer !== undefined) this.sim.cancel(this.timer);
    this.timer = undefined;
    this.signal?.forget(this);
    this.signal = undefined;
  }

  private proceed(next: () => IteratorResult<Waitable, T>): void {
    this.timer = undefined;
    this.signal = undefined;
    let step: IteratorResult<Waitable, T>;
    try {
      step = next();
    } catch (error) {
      this.fail(error);
      return;
    }
    if (step.done) this.succeed(step.value);
    else this.waitFor(step.value);
  }

  private waitFor(what: Waitable): void {
    if (typeof what === 'number' && what >= 0 && what < Infinity) {
      this.timer = this.sim.after(what, this.wake, this.host);
    } else if (what instanceof Signal) {
      this.signal = what;
      what.wait(this);
    } else {
      // Thrown at the yield, so that the story's own `catch` and `finally` have their say.
      const wrong = new RangeError(
        `a process yields a delay of at least 0 ns or a signal, got ${String(what)}`,
      );
      this.proceed(() => this.story.throw(wrong));
    }
  }
}

/** Starts a process: `spawn(sim, customer(sim, counter))`. */
export function spawn<T>(sim: Simulation, story: Story<T>, host = NO_HOST): Process<T> {
  return new Process(sim, story, host);
}
