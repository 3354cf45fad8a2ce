// Timers: what programs and Node's own modules set becomes events of the simulation, each at its exact time.
import { promisify } from 'node:util';
import type { EventId } from '../../../sim/event-queue.ts';
import { formatDuration, MILLISECOND, type Nanoseconds } from '../../../sim/time.ts';
import { type Context, captureContext, inContext } from './context.ts';
import { internal, replace } from './internals.ts';
import { belonging, type Machine } from './machine.ts';
import { pristine } from './pristine.ts';
import { machineOf, running } from './running.ts';
import { timersPromises } from './timers-promises.ts';

/** One turn of a program's event loop: a program that polls by `setImmediate` cannot hold time up. */
export const LOOP_TURN: Nanoseconds = 1000;

/** The longest delay in milliseconds; a longer one is 1, as in Node. */
const LONGEST = 2 ** 31 - 1;

type Callback = (...args: unknown[]) => void;

const { validateFunction } = internal<{ validateFunction(value: unknown, name: string): void }>(
  'internal/validators',
);

let identifiers = 0;

/** What `setTimeout` and `setInterval` give to a program. */
export class Timeout {
  private readonly machine: Machine;
  private readonly _onTimeout: Callback;
  private readonly args: unknown[];
  private readonly delay: number;
  private readonly repeats: boolean;
  private readonly context: Context;
  private readonly ring = () => this.expire();
  private event: EventId = 0;
  /** When the event comes, and when the callback is due, which is later once the timer has been refreshed. */
  private comes: Nanoseconds = 0;
  private due: Nanoseconds = 0;
  private referenced: boolean;
  private identifier = 0;
  _destroyed = false;

  constructor(
    machine: Machine,
    callback: Callback,
    delay: unknown,
    args: unknown[],
    repeats: boolean,
    referenced = true,
  ) {
    validateFunction(callback, 'callback');
    const milliseconds = Math.trunc(Number(delay));
    this.machine = machine;
    this._onTimeout = callback;
    this.args = args;
    this.delay = milliseconds >= 1 && milliseconds <= LONGEST ? milliseconds : 1;
    this.repeats = repeats;
    this.referenced = referenced;
    this.context = captureContext('Timeout');
    if (referenced) machine.references++;
    machine.trace?.('timer', `set for ${formatDuration(this.delay * MILLISECOND)}`);
    this.arm();
  }

  get _idleTimeout(): number {
    return this._destroyed ? -1 : this.delay;
  }

  ref(): this {
    if (!this.referenced && !this._destroyed) this.machine.references++;
    this.referenced = true;
    return this;
  }

  unref(): this {
    if (this.referenced && !this._destroyed) this.machine.references--;
    this.referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  /** Sockets do this for each packet: the event in the queue stays, and is put off when it comes. */
  refresh(): this {
    if (this._destroyed) return this;
    this.due = this.machine.clock.monotonic() + this.delay * MILLISECOND;
    return this;
  }

  close(): this {
    if (this._destroyed) return this;
    this.machine.cancel(this.event);
    this.destroy();
    return this;
  }

  [Symbol.toPrimitive](): number {
    if (this.identifier === 0) {
      this.identifier = ++identifiers;
      if (!this._destroyed) timersOf(this.machine).set(this.identifier, this);
    }
    return this.identifier;
  }

  [Symbol.dispose ?? Symbol('dispose')](): void {
    this.close();
  }

  private arm(): void {
    this.due = this.machine.clock.monotonic() + this.delay * MILLISECOND;
    this.sleep();
  }

  private sleep(): void {
    this.comes = this.due;
    const left = this.due - this.machine.clock.monotonic();
    this.event = this.machine.after(this.machine.clock.span(left), this.ring);
  }

  private expire(): void {
    if (this.due > this.comes) {
      this.sleep();
      return;
    }
    this.machine.trace?.('timer', `fired after ${formatDuration(this.delay * MILLISECOND)}`);
    if (!this.repeats) this.destroy();
    try {
      inContext(this.context, () => this._onTimeout(...this.args));
    } finally {
      if (this.repeats && !this._destroyed) this.arm();
    }
  }

  private destroy(): void {
    this._destroyed = true;
    if (this.referenced) this.machine.references--;
    if (this.identifier !== 0) timersOf(this.machine).delete(this.identifier);
  }
}

function timersOf(machine: Machine): Map<number, Timeout> {
  return belonging(machine, 'timers', () => new Map<number, Timeout>());
}

/** What `setImmediate` gives to a program. */
class Immediate {
  private readonly machine: Machine;
  private readonly event: EventId;
  private referenced = true;
  private pending = true;

  constructor(machine: Machine, callback: Callback, args: unknown[]) {
    validateFunction(callback, 'callback');
    const context = captureContext('Immediate');
    this.machine = machine;
    machine.references++;
    this.event = machine.after(LOOP_TURN, () => {
      this.settle();
      inContext(context, () => callback(...args));
    });
  }

  ref(): this {
    if (!this.referenced && this.pending) this.machine.references++;
    this.referenced = true;
    return this;
  }

  unref(): this {
    if (this.referenced && this.pending) this.machine.references--;
    this.referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  clear(): void {
    if (!this.pending) return;
    this.machine.cancel(this.event);
    this.settle();
  }

  [Symbol.dispose ?? Symbol('dispose')](): void {
    this.clear();
  }

  private settle(): void {
    this.pending = false;
    if (this.referenced) this.machine.references--;
  }
}

function setTimeout(callback: Callback, delay?: unknown, ...args: unknown[]): unknown {
  const { machine } = running;
  if (machine === undefined) return pristine.setTimeout(callback, delay as number, ...args);
  return new Timeout(machine, callback, delay, args, false);
}

function setInterval(callback: Callback, delay?: unknown, ...args: unknown[]): unknown {
  const { machine } = running;
  if (machine === undefined) return pristine.setInterval(callback, delay as number, ...args);
  return new Timeout(machine, callback, delay, args, true);
}

function clearTimeout(timer: unknown): void {
  if (timer instanceof Timeout) timer.close();
  else if (running.machine === undefined) pristine.clearTimeout(timer as NodeJS.Timeout);
  else if (typeof timer === 'number' || typeof timer === 'string')
    timersOf(running.machine).get(Number(timer))?.close();
}

function setImmediate(callback: Callback, ...args: unknown[]): unknown {
  const { machine } = running;
  if (machine === undefined) return pristine.setImmediate(callback, ...args);
  return new Immediate(machine, callback, args);
}

function clearImmediate(immediate: unknown): void {
  if (immediate instanceof Immediate) immediate.clear();
  else if (running.machine === undefined) pristine.clearImmediate(immediate as NodeJS.Immediate);
}

/** The timer of a socket's timeout, which does not keep its program alive. */
function setUnrefTimeout(callback: Callback, delay: number): unknown {
  return new Timeout(machineOf('a socket timeout'), callback, delay, [], false, false);
}

/** The same as Node.js 24 asks for it, with an argument for the callback. */
function reuseOrCreateUnrefTimeout(
  _old: unknown,
  callback: Callback,
  delay: number,
  argument: unknown,
): unknown {
  return new Timeout(machineOf('a socket timeout'), callback, delay, [argument], false, false);
}

const FUNCTIONS = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval: clearTimeout,
  setImmediate,
  clearImmediate,
};

/** Puts virtual timers in place of Node's, for programs and for Node's own modules, which must not have loaded yet. */
export function installTimers(): void {
  const promises = timersPromises(FUNCTIONS);
  replace(setTimeout, promisify.custom, promises.setTimeout);
  replace(setImmediate, promisify.custom, promises.setImmediate);
  const timers = internal<object>('timers');
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    replace(globalThis, name, run);
    replace(timers, name, run);
  }
  const original = internal<object>('timers/promises');
  for (const [name, run] of Object.entries(promises)) replace(original, name, run);
  const inside = internal<object>('internal/timers');
  replace(inside, 'setUnrefTimeout', setUnrefTimeout);
  replace(inside, 'reuseOrCreateUnrefTimeout', reuseOrCreateUnrefTimeout);
}
