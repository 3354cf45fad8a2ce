// What the main thread of an emulated run and its switch say to each other. Plain data: it passes between threads.
import type { Moment } from '../emulator/kernel/clock.ts';
import type { SwitchReport } from '../emulator/kernel/report.ts';
import type { Direction } from '../emulator/kernel/switch.ts';
import type { FaultEvent } from '../models/faults/event.ts';
import type { Parcel } from '../results/courier.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Nanoseconds } from '../sim/time.ts';

/** What the switch is made of. */
export interface SwitchPlan {
  readonly scenario: Scenario;
  readonly tunDescriptors: readonly number[];
  readonly offload: boolean;
  readonly bell: number;
}

export type ToSwitch =
  | { readonly kind: 'start'; readonly start: Moment }
  /** To be answered with what has been measured since the last time. */
  | { readonly kind: 'take' }
  /** Faults in order of time, their times counted from now. */
  | { readonly kind: 'faults'; readonly events: readonly FaultEvent[] }
  | { readonly kind: 'capture'; readonly host: number; readonly on: boolean }
  | { readonly kind: 'stop' };

export interface Packet {
  readonly kind: 'packet';
  readonly host: number;
  readonly direction: Direction;
  /** From the start of the run. */
  readonly time: Nanoseconds;
  readonly bytes: Uint8Array;
}

export interface Taken {
  readonly kind: 'taken';
  readonly parcel: Parcel | undefined;
  readonly report: SwitchReport;
  readonly events: number;
}

export type FromSwitch =
  | { readonly kind: 'built' | 'running' }
  | Taken
  /** A fault of a node that its programs must feel. */
  | { readonly kind: 'node'; readonly what: 'crash' | 'restart' | 'pause' | 'resume'; readonly node: number }
  | Packet;
