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
      /** There are two groups, and messages from the second to the first pass. */
      readonly oneWay?: true;
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
    }
  /**
   * The nodes selected stand still: nothing runs on them and nothing is answered, while what arrives waits, up to what
   * the receive buffer holds. A crash ends it; of several such faults on one node the last to end does.
   */
  | {
      readonly kind: 'pause';
      readonly at: Nanoseconds;
      readonly nodes: Selector;
      readonly for?: Nanoseconds;
    }
  /** The clocks of the nodes selected jump: forward, or, where `by` is negative, back. */
  | {
      readonly kind: 'clock';
      readonly at: Nanoseconds;
      readonly nodes: Selector;
      readonly by: Nanoseconds;
    }
  /**
   * The access links of the nodes selected lose a fraction of the messages in each direction. Several such faults on one
   * node strike independently of each other.
   */
  | {
      readonly kind: 'lossy';
      readonly at: Nanoseconds;
      readonly nodes: Selector;
      /** In (0, 1]. */
      readonly rate: number;
      readonly for?: Nanoseconds;
    };
