// What the realm asks of the program that runs: one life of one host, from its start to its exit or crash.

import type { EventId } from '../../../sim/event-queue.ts';
import type { RandomStream } from '../../../sim/random.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { Family, Stack } from '../transport/stack.ts';

/** A clock as programs read it. */
export interface MachineClock {
  /** Nanoseconds since the host was switched on, by its own oscillator. */
  monotonic(): Nanoseconds;
  /** The same as the program reads it: one that waits by reading alone sees the time go on. */
  read(): Nanoseconds;
  /** Milliseconds since 1970, by its own idea of the time; whole ones. */
  wall(): number;
  /** How long, in true time, the host's oscillator takes for a span. */
  span(local: Nanoseconds): Nanoseconds;
}

/** What a name resolves to. */
export interface Names {
  /** @returns addresses, IPv4 before IPv6; none where nobody has the name */
  lookup(name: string, family: Family | undefined): readonly string[];
  /** @returns the names of an address, the host's own first */
  reverse(address: string): readonly string[];
  /** How long an answer takes. */
  readonly delay: Nanoseconds;
}

/** What a machine writes about itself where it is traced. */
export type TraceKind = 'datagram' | 'connection' | 'timer' | 'dns' | 'log' | 'program';

/** What outlives an event: an open socket, for instance. */
export interface Closable {
  /** The program has ended: its kernel closes what it has left open. */
  abandon(): void;
}

export interface Machine {
  readonly name: string;
  readonly index: number;
  /** True once the program has exited or its host has crashed: nothing that it has left behind counts. */
  readonly ended: boolean;
  readonly clock: MachineClock;
  /** What `clock.monotonic` said when the program started. */
  readonly startedAt: Nanoseconds;
  readonly stack: Stack;
  readonly names: Names;
  /** Random numbers: the program's own, and those of its cryptography. */
  readonly random: RandomStream;
  readonly entropy: RandomStream;
  /** What the program has put on its global object. */
  readonly globals: Map<PropertyKey, PropertyDescriptor>;
  /** Things of which each program has its own, such as an agent or a module that keeps state, by their keys. */
  readonly belongings: Map<string, unknown>;
  /** Modules of Node.js as the program gets them. */
  require(name: string): unknown;
  readonly process: object;
  readonly console: object;
  /** Undefined unless the host is traced. */
  readonly trace: ((kind: TraceKind, text: string) => void) | undefined;
  /** What keeps the program alive, counted. */
  references: number;
  readonly open: Set<Closable>;

  /** Calls `run` in an event of the machine's own, unless it has ended by then. */
  after(delay: Nanoseconds, run: () => void): EventId;
  cancel(id: EventId): void;
  /** The code has thrown, or a promise was rejected, and nobody has caught it. */
  uncaught(error: unknown, rejected?: Promise<unknown>): void;
  /** Node has something to remark on what the program does. */
  warned(warning: Error): void;
  /** The package, or the file of the service itself, that stands highest on a stack. */
  askedBy(stack: string): string | undefined;
}

/** A machine's own thing, made when it is first wanted. */
export function belonging<T>(machine: Machine, key: string, make: () => T): T {
  if (!machine.belongings.has(key)) machine.belongings.set(key, make());
  return machine.belongings.get(key) as T;
}
