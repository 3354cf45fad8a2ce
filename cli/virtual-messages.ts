// What the main thread of a virtual run and the thread of its hosts say to each other. Plain data: it passes between threads.
import type { ServiceBundle } from '../emulator/service/bundle.ts';
import type { Parcel } from '../results/courier.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { EventChunk } from '../sim/event-log.ts';
import type { EventRecord } from '../sim/simulation.ts';
import type { Nanoseconds } from '../sim/time.ts';
import type { ProgramPlan } from './program-plans.ts';

/** What a virtual run is made of. */
export interface VirtualPlan {
  readonly scenario: Scenario;
  readonly services: readonly ServiceBundle[];
  /** The programs of the hosts, in their order, and the service that each is an instance of. */
  readonly programs: readonly ProgramPlan[];
  readonly serviceOf: readonly number[];
  /** What true clocks show at the start, in milliseconds since 1970. */
  readonly epoch: number;
  /** Where the run ends. */
  readonly until: Nanoseconds;
  /** Hosts whose doings are told, and whose packets. */
  readonly traced: readonly number[];
  readonly captured: readonly number[];
  /** Whether ping's answers are told. */
  readonly answers: boolean;
  /** Whether a debugger may hold the hosts for as long as it likes. */
  readonly debugged: boolean;
  /** Whether all events are told of, or the one with this number (from 0) is explained and ends the run. */
  readonly events?: 'told' | number;
  /** Set to 1 to have the run stop. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** One event in words, and where in the program it was asked for. */
export interface Explained {
  /** Undefined: the run has no event of this number. */
  readonly event: EventRecord | undefined;
  readonly stack: string;
}

export type FromVirtual =
  | { readonly kind: 'events'; readonly chunk: EventChunk }
  | { readonly kind: 'explained'; readonly explained: Explained }
  /** Virtual time does not work on this Node.js. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'progress'; readonly now: Nanoseconds; readonly events: number }
  /** A window of the time series ends, or the warm-up. */
  | {
      readonly kind: 'milestone';
      readonly now: Nanoseconds;
      readonly parcel: Parcel | undefined;
      readonly nodesUp: number;
    }
  /** What a program has printed, a line or more. */
  | { readonly kind: 'output'; readonly host: number; readonly text: string }
  /** A line of JSON that is no metric. */
  | { readonly kind: 'json'; readonly host: number; readonly line: string }
  /** A program has ended in a way that nobody asked for. */
  | { readonly kind: 'died'; readonly host: number; readonly time: Nanoseconds; readonly how: string }
  | { readonly kind: 'trace'; readonly host: number; readonly time: Nanoseconds; readonly text: string }
  | {
      readonly kind: 'packet';
      readonly host: number;
      readonly direction: 'in' | 'out';
      readonly time: Nanoseconds;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'ended';
      readonly now: Nanoseconds;
      readonly events: number;
      readonly digest: string;
      /** Why the run could not go on. */
      readonly failure: string | undefined;
    };
