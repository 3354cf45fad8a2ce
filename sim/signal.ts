// A signal: something that happens once, for which processes wait. All that can be waited for, but time, is one.
import type { Simulation } from './simulation.ts';
import type { Nanoseconds } from './time.ts';

/** Who waits for a signal. */
export interface Waiter {
  /** The signal has succeeded or failed. Called within an event, in the order of waiting. */
  signalled(signal: Signal<unknown>): void;
}

/**
 * Happens at most once: it succeeds with a value or fails with an error. Waiters hear of it as an event at the same
 * virtual time. The failure of a signal that nobody waits for is thrown out of the run, so that no error is lost.
 *
 *     const answer = yield* signal;   // typed; `yield signal` waits as well
 */
export class Signal<T> {
  readonly sim: Simulation;
  private outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  private readonly waiters: Waiter[] = [];
  private announced = false;

  constructor(sim: Simulation) {
    this.sim = sim;
  }

  /** Whether it has succeeded or failed. */
  get done(): boolean {
    return this.outcome !== undefined;
  }

  /** @throws {Error} where it has succeeded or failed before */
  succeed(value: T): this {
    return this.settle({ value });
  }

  /** @throws {Error} where it has succeeded or failed before */
  fail(error: unknown): this {
    return this.settle({ error });
  }

  /** The value it succeeded with; throws the error it failed with, or an Error where it has done neither. */
  get value(): T {
    if (!this.outcome) throw new Error('the signal has neither succeeded nor failed yet');
    if ('error' in this.outcome) throw this.outcome.error;
    return this.outcome.value;
  }

  /** Tells a waiter, as an event: when it happens, or now, if it has happened. */
  wait(waiter: Waiter): void {
    if (this.announced) this.sim.after(0, () => waiter.signalled(this));
    else this.waiters.push(waiter);
  }

  /** Tells a waiter nothing more. Without effect where it does not wait. */
  forget(waiter: Waiter): void {
    const index = this.waiters.indexOf(waiter);
    if (index >= 0) this.waiters.splice(index, 1);
  }

  /** For `yield*` in a process: waits, and gives the value with its type. */
  *[Symbol.iterator](): Generator<Signal<T>, T, T> {
    return yield this;
  }

  private settle(outcome: NonNullable<typeof this.outcome>): this {
    if (this.outcome) throw new Error('a signal happens only once');
    this.outcome = outcome;
    this.sim.after(0, () => this.announce());
    return this;
  }

  private announce(): void {
    this.announced = true;
    const waiters = this.waiters.splice(0);
    if (waiters.length === 0) void this.value;
    for (const waiter of waiters) waiter.signalled(this);
  }
}

/** Succeeds after a delay (>= 0). For `allOf` and `anyOf`: a process that only waits yields the delay itself. */
export function timeout(sim: Simulation, delay: Nanoseconds): Signal<void> {
  const signal = new Signal<void>(sim);
  sim.after(delay, () => signal.succeed());
  return signal;
}

/** Succeeds with all values, in the order given, when the last has come; fails with the first failure. */
export function allOf<T>(sim: Simulation, signals: readonly Signal<T>[]): Signal<T[]> {
  const all = new Signal<T[]>(sim);
  let missing = signals.length;
  if (missing === 0) return all.succeed([]);
  watch(signals, all, () => {
    missing--;
    if (missing === 0) all.succeed(signals.map(signal => signal.value));
  });
  return all;
}

/**
 * Succeeds with the first signal that succeeds; fails where a failure comes first.
 *
 *     const patience = timeout(sim, 5 * MINUTE);
 *     const first = yield* anyOf(sim, [request, patience]);
 *     if (first === patience) server.release(request);
 *
 * @throws {RangeError} where there is none to wait for
 */
export function anyOf<S extends Signal<unknown>>(sim: Simulation, signals: readonly S[]): Signal<S> {
  if (signals.length === 0) throw new RangeError('anyOf needs at least one signal');
  const any = new Signal<S>(sim);
  watch(signals, any, signal => any.succeed(signal as S));
  return any;
}

/** Waits for the signals until the target is done. What fails after that is no longer waited for, and so not lost. */
function watch<T>(
  signals: readonly Signal<unknown>[],
  target: Signal<T>,
  succeeded: (signal: Signal<unknown>) => void,
): void {
  const waiter: Waiter = {
    signalled(signal) {
      // A signal that had happened before it was waited for cannot be made to forget.
      if (target.done) return;
      try {
        void signal.value;
        succeeded(signal);
      } catch (error) {
        target.fail(error);
      }
      if (target.done) for (const each of signals) each.forget(waiter);
    },
  };
  for (const signal of signals) signal.wait(waiter);
}
