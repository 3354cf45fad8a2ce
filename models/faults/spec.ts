// What a scenario says of faults: what happens at a time, to whom.
import type { Law } from '../../sim/law.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Region, SiteClass } from '../topology/site.ts';

/** Which nodes: those of one of the terms. */
export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'count'; readonly count: number }
  /** All nodes of a fraction of the sites, or of so many. */
  | { readonly kind: 'sites'; readonly amount: Amount }
  /** All nodes of a fraction of the groups of a kind, or of so many: what shares a power supply, say. */
  | { readonly kind: 'groups'; readonly of: string; readonly amount: Amount }
  /** All nodes of one group of a kind, counted from 1. */
  | { readonly kind: 'group'; readonly of: string; readonly number: number }
  | { readonly kind: 'class'; readonly class: SiteClass }
  /** A node or a site by its name. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'region'; readonly region: Region }
  | { readonly kind: 'country'; readonly country: string }
  /** All that no other group of the partition names. */
  | { readonly kind: 'rest' };

/** How many: a fraction in (0, 1], or a number. */
export type Amount = { readonly fraction: number } | { readonly count: number };

/** How long, in nanoseconds: always the same, or drawn anew each time. */
export type Span = Nanoseconds | Law;

/** When a fault happens: once, or, where `every` is given, again and again, the first time so long after `at`. */
export interface Occurrence {
  readonly at: Span;
  readonly every?: Span;
}

/** A fault at a time. Whom it meets is chosen anew each time. */
export type FaultSpec = Occurrence & Effect;

export type Effect =
  /** Crashes the nodes selected, at times uniform over [at, at + over]; each restarts `restart` after its crash, if given. */
  | {
      readonly kind: 'crash';
      readonly nodes: Selector;
      readonly over: Nanoseconds;
      readonly restart?: Span;
    }
  | { readonly kind: 'restart'; readonly nodes: Selector }
  /** No message passes between sites of different groups; a site in no group is cut from none. */
  | {
      readonly kind: 'partition';
      readonly groups: readonly (readonly Selector[])[];
      /** There are two groups, and messages from the second to the first pass. */
      readonly oneWay?: true;
      readonly heal?: Span;
    }
  /**
   * The access links of the nodes selected fall to `rate` bit/s, if given, and gain `delay` one way, if given. Of several
   * such faults on one node the slowest rate holds, and the delays add up.
   */
  | {
      readonly kind: 'slow';
      readonly nodes: Selector;
      readonly rate?: number;
      readonly delay?: Nanoseconds;
      readonly for?: Span;
    }
  /**
   * The nodes selected stand still: nothing runs on them and nothing is answered, while what arrives waits, up to what
   * the receive buffer holds. A crash ends it; of several such faults on one node the last to end does.
   */
  | {
      readonly kind: 'pause';
      readonly nodes: Selector;
      readonly for?: Span;
    }
  /** The clocks of the nodes selected jump: forward, or, where `by` is negative, back. */
  | {
      readonly kind: 'clock';
      readonly nodes: Selector;
      readonly by: Nanoseconds;
    }
  /**
   * The access links of the nodes selected lose a fraction of the messages in each direction. Several such faults on one
   * node strike independently of each other.
   */
  | {
      readonly kind: 'lossy';
      readonly nodes: Selector;
      /** In (0, 1]. */
      readonly rate: number;
      readonly for?: Span;
    }
  /**
   * The access links of the nodes selected come and go: for spans of `up` they carry, for spans of `down` they lose
   * everything. Each node's begins up.
   */
  | {
      readonly kind: 'flap';
      readonly nodes: Selector;
      readonly up: Span;
      readonly down: Span;
      readonly for?: Span;
    }
  /**
   * The CPUs and the disks of the nodes selected work at a fraction, in (0, 1], of their speed, each if given. Of several
   * such faults on one node the slowest holds.
   */
  | {
      readonly kind: 'limp';
      readonly nodes: Selector;
      readonly cpu?: number;
      readonly disk?: number;
      readonly for?: Span;
    }
  /** The disks of the nodes selected fail: they go down, and what their slivers kept is lost. `repair` later they come up. */
  | { readonly kind: 'disk'; readonly nodes: Selector; readonly repair?: Span };

/** Nodes that come and go for as long as the run lasts. No node may be in two such faults. */
export type ChurnSpec = {
  readonly kind: 'churn';
  /** Before this time all are up. */
  readonly at: Nanoseconds;
  readonly nodes: Selector;
} & ChurnLaw;

export type ChurnLaw =
  /**
   * Up and down in turn, each node by itself. At the beginning each is in the state, and so far in it, as one finds it
   * that looks in at a random moment.
   */
  | {
      readonly up: Law;
      readonly down: Law;
      /** Swing of the day's cycle, in [0, 1): the nodes' clocks run at 1 + daily * sin(2 pi t / day). */
      readonly daily: number;
    }
  /** As hosts of a trace were seen to be up: a file in AVT form, plain or gzip. */
  | { readonly trace: string };
