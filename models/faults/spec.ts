// What a scenario says of faults: what happens at a time, to whom.
import type { Nanoseconds } from '../../sim/time.ts';

/** Which nodes: those of one of the terms. */
export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'count'; readonly count: number }
  /** A node or a site by its name. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'country'; readonly country: string }
  /** All that no other group of the partition names. */
  | { readonly kind: 'rest' };

export type FaultSpec =
  /** Crashes the nodes selected, at times uniform over [at, at + over]; each restarts `restart` after its crash, if given. */
  | {
      readonly kind: 'crash';
      readonly at: Nanoseconds;
      readonly nodes: Selector;
      readonly over: Nanoseconds;
      readonly restart?: Nanoseconds;
    }
  | { readonly kind: 'restart'; readonly at: Nanoseconds; readonly nodes: Selector }
  /** No message passes between sites of different groups; a site in no group is cut from none. */
  | {
      readonly kind: 'partition';
      readonly at: Nanoseconds;
      readonly groups: readonly (readonly Selector[])[];
      readonly heal?: Nanoseconds;
    }
  /**
   * The access links of the nodes selected fall to `rate` bit/s, if given, and gain `delay` one way, if given. Of several
   * such faults on one node the slowest rate holds, and the delays add up.
   */
  | {
      readonly kind: 'slow';
      readonly at: Nanoseconds;
      readonly nodes: Selector;
      readonly rate?: number;
      readonly delay?: Nanoseconds;
      readonly for?: Nanoseconds;
    };
