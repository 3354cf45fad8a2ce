// What a scenario says of machines: what a node is, what slivers may have of it, and what they ask of it.
import type { Law } from '../../sim/law.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export interface MachinesSpec {
  /** Processor cores of a node, > 0. */
  readonly cores: number;
  /** How slivers share them: by reserves and shares, all of it, or each its reservation and no more. */
  readonly sharing: 'shares' | 'reservations';
  /** Bytes. */
  readonly memory: number;
  /** Bytes; 0: none. */
  readonly swap: number;
  readonly disk: DiskSpec;
  readonly profile: OsProfile;
  /** CPU time that a sliver takes for a message that it receives. */
  readonly work: Nanoseconds;
}

export interface DiskSpec {
  /** Bytes. */
  readonly size: number;
  /** Bytes per second that it reads. */
  readonly rate: number;
  /** From a disk's beginning, or its replacement, until it fails. Undefined: never. */
  readonly failure?: Law;
  /** From its failure until another is in its place. */
  readonly repair: Law;
}

/** What a node's operating system makes of slivers. */
export interface OsProfile {
  /** From when a sliver is to run until it does; one after the other on a node. */
  readonly start: Nanoseconds;
  /** Bytes of memory that a sliver takes beside what its programs use. */
  readonly memory: number;
  /** Bytes of disk that a sliver takes beside its data. */
  readonly image: number;
  /** Bytes of memory that are set aside for a sliver; undefined: slivers share the node's. */
  readonly allotment?: number;
  /** CPU time for a message that a sliver receives, beside its own work for it. */
  readonly packet: Nanoseconds;
  /** Share of the CPU that is lost, in [0, 1). */
  readonly overhead: number;
  /** How far a neighbour's overload reaches a sliver, in [0, 1]: 0 not at all, 1 as if there were no slivers. */
  readonly leak: number;
}

/** What a sliver may have of its node. */
export interface MachineClaim {
  /** Weight among those that want more CPU than there is, > 0. */
  readonly share: number;
  /** Cores that are always its own, >= 0. */
  readonly reserve: number;
  /** Bytes of disk that it may take. */
  readonly disk: number;
}

/** As on PlanetLab: equal shares, no reserve, 10 GB (5 GB in 2004: A. Bavier et al., NSDI 2004). */
export const usualClaim: MachineClaim = { share: 1, reserve: 0, disk: 10e9 };

/** What a sliver's programs ask of its node, beside what its protocol does. */
export interface DemandSpec {
  readonly cpu?: CpuDemandSpec;
  readonly jobs?: JobsSpec;
  readonly memory?: GrowthSpec;
  readonly disk?: GrowthSpec;
}

/** A size that is drawn once for each sliver, and what is added to it while the sliver runs, in bytes per second. */
export interface GrowthSpec {
  readonly level: Law;
  readonly growth: number;
}

/** Pieces of work that come to a sliver and share its CPU. */
export interface JobsSpec {
  /** Between two of them. */
  readonly every: Law;
  /** CPU time of one, in nanoseconds. */
  readonly work: Law;
  /** Bytes that one reads from the node's disk before. */
  readonly read?: Law;
}

/** How much CPU a sliver wants in the course of time, in cores. */
export type CpuDemandSpec =
  | { readonly kind: 'constant'; readonly cores: number }
  /** As slivers of PlanetLab did, in samples of the node's whole CPU. */
  | { readonly kind: 'planetlab'; readonly every: Nanoseconds }
  /** As hosts of a trace did, in percent of the node's whole CPU. */
  | { readonly kind: 'trace'; readonly trace: string; readonly every: Nanoseconds }
  | { readonly kind: 'on-off'; readonly cores: number; readonly on: Law; readonly off: Law }
  /** Over a day of the sun at the node's site. */
  | {
      readonly kind: 'diurnal';
      readonly cores: number;
      readonly swing: number;
      readonly peak: Nanoseconds;
      readonly every: Nanoseconds;
    }
  | {
      readonly kind: 'crowd';
      readonly cores: number;
      readonly times: number;
      readonly at: Nanoseconds;
      readonly rise: Nanoseconds;
      readonly hold: Nanoseconds;
      readonly decay: Nanoseconds;
      readonly every: Nanoseconds;
    };
