// Events of faults: what happens, one thing at a time.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Grouping } from '../network/cuts.ts';

/** One thing that happens. The events that begin and end one partition, slowness and such share their object. */
export type FaultEvent =
  | { readonly at: Nanoseconds; readonly kind: 'crash' | 'restart'; readonly node: number }
  | { readonly at: Nanoseconds; readonly kind: 'cut' | 'heal'; readonly grouping: Grouping }
  | { readonly at: Nanoseconds; readonly kind: 'slow' | 'mend'; readonly link: SlowLink }
  | { readonly at: Nanoseconds; readonly kind: 'lossy' | 'clean'; readonly link: LossyLink }
  | { readonly at: Nanoseconds; readonly kind: 'pause' | 'resume'; readonly pause: Pause }
  | { readonly at: Nanoseconds; readonly kind: 'jump'; readonly node: number; readonly by: Nanoseconds }
  | MachineFault;

/** What befalls machines, where they are modelled. */
export type MachineFault =
  | { readonly at: Nanoseconds; readonly kind: 'limp' | 'sound'; readonly limp: Limp }
  | { readonly at: Nanoseconds; readonly kind: 'disk' | 'replace'; readonly node: number };

/** Some nodes' working at a fraction, in (0, 1], of their CPU's and their disk's speed. */
export interface Limp {
  readonly nodes: readonly number[];
  readonly cpu: number;
  readonly disk: number;
}

/** What is wrong with some nodes' access links. */
export interface SlowLink {
  readonly nodes: readonly number[];
  /** bit/s; undefined: as before */
  readonly rate: number | undefined;
  /** Extra one-way delay, in nanoseconds. */
  readonly delay: Nanoseconds;
}

export interface LossyLink {
  readonly nodes: readonly number[];
  /** Fraction of messages lost in each direction, in (0, 1]. */
  readonly rate: number;
}

/** Some nodes' standing still. */
export interface Pause {
  readonly nodes: readonly number[];
}
