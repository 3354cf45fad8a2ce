// What a scenario says of slices that people ask for in the course of a run, and of how they are admitted and placed.
import type { Law } from '../../sim/law.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Selector } from '../faults/spec.ts';

export const POLICIES = ['random', 'spread', 'least-loaded', 'two-choices'] as const;
export type Policy = (typeof POLICIES)[number];

export const CONTROLS = ['best-effort', 'reservations'] as const;

export interface RequestsSpec {
  /** Time between two requests. */
  readonly every: Law;
  /** Nodes of a slice: always so many, or a share of those that it may take, drawn for each. */
  readonly size: { readonly nodes: number } | { readonly share: Law };
  /** What each sliver of a slice wants of its node's CPU, drawn for each slice: a fraction. */
  readonly load: Law;
  /** The nodes that slices may take. */
  readonly among: Selector;
  /** Share of the requests that name the nodes that they need; the others take any. */
  readonly particular: number;
  readonly policy: Policy;
  /** How long what is known of nodes stands until it is brought up to date; 0: it always is. */
  readonly stale: Nanoseconds;
  /** Length of the first lease. */
  readonly lease: Law;
  readonly renewal: {
    /** Probability that an owner renews, each time. */
    readonly chance: number;
    /** How long before its end a lease is renewed. */
    readonly before: Nanoseconds;
    /** How long from then it runs, > `before`. */
    readonly ahead: Nanoseconds;
  };
  /** From when a node goes down until a sliver of a slice that takes any is put on another. Undefined: it waits. */
  readonly move?: Law;
  /** Whether all are admitted and share what there is, or as many as have all that they ask for. */
  readonly control: (typeof CONTROLS)[number];
  /** Share of a node's CPU that may be reserved, in (0, 1]. */
  readonly reservable: number;
  /** What else loads each node: a fraction of its CPU that is drawn anew from time to time. */
  readonly background?: { readonly level: Law; readonly every: Law };
  /** How often all slivers are looked at for what they get. */
  readonly review: Nanoseconds;
}
