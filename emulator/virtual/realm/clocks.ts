// Clocks: Date, performance and process.hrtime show the time of the host whose code runs.
import type { MarkOptions, MeasureOptions } from 'node:perf_hooks';
import { internal, replace } from './internals.ts';
import { pristine } from './pristine.ts';
import { running } from './running.ts';

const RealDate = pristine.Date;

function wall(): number {
  return running.machine === undefined ? pristine.dateNow() : running.machine.clock.wall();
}

/**
 * Date with another now. Dates are real ones: the prototype is that of the original, so `instanceof`, subclasses and
 * structured clones are as ever.
 */
function VirtualDate(this: unknown, ...args: unknown[]): unknown {
  if (new.target === undefined) return new RealDate(wall()).toString();
  const given = args.length === 0 ? [wall()] : args;
  const made = (new.target as unknown) === VirtualDate ? RealDate : new.target;
  return Reflect.construct(RealDate, given, made);
}

/** Milliseconds since the program started. */
function sinceStart(): number {
  const { machine } = running;
  if (machine === undefined) return pristine.now();
  return (machine.clock.read() - machine.startedAt) / 1e6;
}

function hrtime(earlier?: readonly [number, number]): [number, number] {
  const { machine } = running;
  if (machine === undefined) return pristine.hrtime(earlier as [number, number]);
  const now = machine.clock.read();
  const seconds = Math.floor(now / 1e9);
  const nanoseconds = now - seconds * 1e9;
  if (earlier === undefined) return [seconds, nanoseconds];
  const difference = nanoseconds - earlier[1];
  const borrow = difference < 0 ? 1 : 0;
  return [seconds - earlier[0] - borrow, difference + borrow * 1e9];
}

hrtime.bigint = (): bigint => {
  const { machine } = running;
  return machine === undefined ? pristine.hrtime.bigint() : BigInt(machine.clock.read());
};

/** The time that `process.hrtime` of programs shows. */
export const virtualHrtime = hrtime;

function installDate(): void {
  const { parse, UTC, prototype: datePrototype } = RealDate;
  Object.defineProperty(VirtualDate, 'prototype', { value: datePrototype });
  Object.defineProperty(VirtualDate, 'name', { value: 'Date' });
  Object.defineProperty(VirtualDate, 'length', { value: RealDate.length });
  for (const [name, value] of Object.entries({ now: wall, parse, UTC }))
    Object.defineProperty(VirtualDate, name, { value, writable: true, configurable: true });
  replace(datePrototype, 'constructor', VirtualDate);
  replace(globalThis, 'Date', VirtualDate);
  // Formatting without an argument means now.
  const { prototype } = Intl.DateTimeFormat;
  const getter = Object.getOwnPropertyDescriptor(prototype, 'format')!.get!;
  Object.defineProperty(prototype, 'format', {
    configurable: true,
    get(this: Intl.DateTimeFormat) {
      const format = getter.call(this) as (date?: number | Date) => string;
      return (date?: number | Date) => format(date ?? wall());
    },
  });
  const toParts = prototype.formatToParts;
  replace(prototype, 'formatToParts', function (this: Intl.DateTimeFormat, date?: number | Date) {
    return toParts.call(this, date ?? wall());
  });
}

function installPerformance(): void {
  const { performance } = globalThis;
  const prototype = Object.getPrototypeOf(performance) as object;
  const originalOrigin = performance.timeOrigin;
  const mark = performance.mark.bind(performance);
  replace(performance, 'now', sinceStart);
  Object.defineProperty(performance, 'timeOrigin', {
    configurable: true,
    get: () => (running.machine === undefined ? originalOrigin : wall() - sinceStart()),
  });
  replace(prototype, 'mark', (name: string, options: MarkOptions = {}) =>
    mark(name, { ...options, startTime: options.startTime ?? sinceStart() }),
  );
  installMeasure(prototype);
  const idle = { idle: 0, active: 0, utilization: 0 };
  const utilization = performance.eventLoopUtilization.bind(performance);
  replace(prototype, 'eventLoopUtilization', (...args: never[]) =>
    running.machine === undefined ? utilization(...args) : { ...idle },
  );
}

/** A measure whose ends are left out begins with the program and ends now. */
function installMeasure(prototype: object): void {
  const { performance } = globalThis;
  const measure = performance.measure.bind(performance);
  const virtual = (name: string, startOrOptions?: string | MeasureOptions, endMark?: string) => {
    const given = typeof startOrOptions === 'object' ? startOrOptions : { start: startOrOptions };
    const { start = 0, end = endMark, duration, ...rest } = given;
    const options = {
      ...rest,
      start,
      ...(duration === undefined ? { end: end ?? sinceStart() } : { duration }),
    };
    return running.machine === undefined
      ? measure(name, startOrOptions as string, endMark)
      : measure(name, options as MeasureOptions);
  };
  replace(prototype, 'measure', virtual);
}

let second = Number.NaN;
let secondText = '';

/** What http headers say: most requests of a second come from hosts whose clocks agree. */
function utcDate(): string {
  const now = Math.floor(wall() / 1000);
  if (now !== second) {
    second = now;
    secondText = new RealDate(now * 1000).toUTCString();
  }
  return secondText;
}

/** Puts the hosts' clocks in place of the machine's. */
export function installClocks(): void {
  installDate();
  installPerformance();
  replace(internal<object>('internal/http'), 'utcDate', utcDate);
  installStamps();
}

/** Events and files note when they were made; an event's time is that of the first look at it. */
function installStamps(): void {
  const looked = new WeakMap<object, number>();
  Object.defineProperty(Event.prototype, 'timeStamp', {
    configurable: true,
    enumerable: true,
    get(this: Event) {
      const time = looked.get(this) ?? sinceStart();
      looked.set(this, time);
      return time;
    },
  });
  const buffer = internal<{ File?: new (...args: unknown[]) => object }>('buffer');
  if (buffer.File === undefined) return;
  const File = new Proxy(buffer.File, {
    construct: (target, [bits, name, options], newTarget) =>
      Reflect.construct(target, [bits, name, { lastModified: wall(), ...(options as object) }], newTarget),
  });
  replace(buffer, 'File', File);
  replace(globalThis, 'File', File);
}
