// The loop: events one after the other within one turn of the thread's own, as long as nothing works elsewhere.
import vm from 'node:vm';
import type { Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Machine } from './realm/machine.ts';
import { pristine } from './realm/pristine.ts';
import { drain, forgetInterrupted, nativeWork, running } from './realm/running.ts';

/** What the loop asks of the run. */
export interface Looped {
  readonly sim: Simulation;
  /** A machine's code has come to rest, and nothing works for it elsewhere. */
  settled(machine: Machine): void;
  /** A machine's code did not come to rest. */
  hung(machine: Machine): void;
}

/** Real milliseconds that the thread's own loop waits at most for the simulation. */
const SLICE = 50;
/** Events between two looks at the real clock. */
const BATCH = 64;

/** Times that what a hung program has left is tried, each of which may hang again. */
const SWEEPS = 3;

/** Where the guarded script finds what it is to run: V8 can interrupt a script, and no mere function. */
const DOOR = Symbol.for('petri.slice');
const guarded = new vm.Script(`globalThis[Symbol.for('petri.slice')]()`, { filename: 'petri:slice' });

export class Loop {
  private readonly run: Looped;
  private readonly patience: number;
  private frozen: Machine | undefined = undefined;
  private frozenSince = 0;

  /** @param patience real milliseconds after which code that does not come to rest is stopped; Infinity: never */
  constructor(run: Looped, patience: number) {
    this.run = run;
    this.patience = patience;
  }

  /**
   * Runs events up to and including `until`, at most `limit` of them.
   * @returns whether `until` was reached
   */
  advance(until: Nanoseconds, limit: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let left = limit;
      const turn = () => {
        try {
          if (!this.thawed()) {
            pristine.setImmediate(turn);
            return;
          }
          const before = this.run.sim.events;
          const done = this.guard(() => this.slice(until, left));
          left -= this.run.sim.events - before;
          if (done || (left <= 0 && this.frozen === undefined)) resolve(done);
          else pristine.setImmediate(turn);
        } catch (error) {
          reject(error);
        }
      };
      pristine.setImmediate(turn);
    });
  }

  /** @returns whether `until` was reached */
  private slice(until: Nanoseconds, limit: number): boolean {
    const { sim } = this.run;
    const started = pristine.now();
    for (let events = 0; events < limit; events++) {
      if (sim.next > until || sim.next === Infinity) return sim.run(until);
      sim.step();
      if (running.ran.length > 0) {
        if (nativeWork()) {
          this.freeze(running.ran.at(-1)!);
          return false;
        }
        this.settle();
      }
      if ((events + 1) % BATCH === 0 && pristine.now() - started > SLICE) return false;
    }
    return false;
  }

  /** Settling may run more of a machine's code, to tell it that it is idle: the list grows while it is gone through. */
  private settle(): void {
    for (const machine of running.ran) this.run.settled(machine);
    running.ran.length = 0;
  }

  /** Virtual time stands still, and the machine runs, while other threads and native code work for it. */
  private freeze(machine: Machine): void {
    this.frozen = machine;
    this.frozenSince = pristine.now();
    running.machine = machine;
  }

  /** @returns whether time may go on */
  private thawed(): boolean {
    if (this.frozen === undefined) return true;
    const machine = this.frozen;
    if (nativeWork()) {
      if (pristine.now() - this.frozenSince < this.patience) return false;
      this.run.hung(machine);
    }
    running.machine = undefined;
    this.frozen = undefined;
    this.settle();
    return true;
  }

  /** Runs a slice, and ends the program that keeps it from returning. */
  private guard(slice: () => boolean): boolean {
    if (this.patience === Infinity) return slice();
    try {
      return interruptible(slice, SLICE + this.patience);
    } catch (error) {
      const { machine } = running;
      if (!isInterrupt(error) || machine === undefined) throw error;
      forgetInterrupted();
      this.run.hung(machine);
      this.sweep(machine);
      running.machine = undefined;
      running.ran.length = 0;
      return false;
    }
  }

  /** Ticks that an ended program has left would be taken for those of the next: they run, and nothing comes of them. */
  private sweep(machine: Machine): void {
    for (let tries = 0; tries < SWEEPS; tries++) {
      try {
        interruptible(() => {
          drain(machine);
          return true;
        }, this.patience);
        return;
      } catch (error) {
        if (!isInterrupt(error)) throw error;
        forgetInterrupted();
      }
    }
  }
}

/** Calls `run`, and throws where it does not return in time: real milliseconds. */
function interruptible(run: () => boolean, timeout: number): boolean {
  Object.defineProperty(globalThis, DOOR, { value: run, configurable: true });
  return guarded.runInThisContext({ timeout }) as boolean;
}

function isInterrupt(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
