// A run that has ended, whatever its mode: what is shown, kept and judged of it.
import type { Fidelity } from '../results/fidelity.ts';
import type { Parts } from '../results/publish.ts';
import type { Recorder } from '../results/recorder.ts';
import type { Nanoseconds } from '../sim/time.ts';
import type { Looked } from './lookout.ts';

export type Mode = 'model' | 'virtual' | 'emulate';

export const MODES: readonly Mode[] = ['model', 'virtual', 'emulate'];

export interface Finished {
  readonly mode: Mode;
  readonly recorder: Recorder;
  /** Over all events; empty in `emulate`, where no two runs are the same. */
  readonly digest: string;
  /** How far the run's clock came. */
  readonly now: Nanoseconds;
  readonly events: number;
  readonly hosts: number;
  readonly wallSeconds: number;
  /** True where it was stopped before its end, be it by the user's wish. */
  readonly partial: boolean;
  readonly fidelity?: Fidelity;
  /** Further files of the run directory: hosts' logs, captures. */
  readonly attachments?: Parts;
  /** Gives up the attachments, where nobody will take them. */
  readonly discard?: () => void;
}

/** What a run tells while it is going, and asks. */
export interface Watch {
  progress(now: Nanoseconds, events: number): void;
  /** Whether to stop. */
  readonly interrupted: boolean;
  readonly close?: Close;
  /** Told of each answer to a ping: who asked, who answered, both as indices of hosts, and the round trip. */
  readonly answered?: (asker: number, answerer: number, rtt: Nanoseconds) => void;
}

/** How a run is to be looked at, where one looks closer than at its results. */
export interface Close {
  /** Ends the run at this time, though the scenario goes on. */
  readonly until?: Nanoseconds;
  /** Hosts whose doings are traced, and whose packets are kept; by index. */
  readonly looked: Looked;
  /** Whether a debugger is waited for, and time stands still at its breakpoints. */
  readonly inspect: boolean;
  /** The command that runs this very run once more, for reports. */
  readonly command: string;
}

export const unwatched: Watch = { progress: () => undefined, interrupted: false };
