// What a scenario says of a slice: where it is placed, what it may use and what runs in it.
import type { Nanoseconds } from '../../sim/time.ts';

export type PlacementSpec =
  | { readonly policy: 'all' }
  | { readonly policy: 'spread' | 'random'; readonly nodes: number }
  /** The nodes with the smallest delay to a site, or, by great circle, to a point. */
  | { readonly policy: 'near'; readonly nodes: number; readonly near: string }
  | { readonly policy: 'list'; readonly list: readonly string[] };

/** A token bucket on what a sliver sends. */
export interface CapSpec {
  /** bit/s; `Infinity`: no cap */
  readonly uplink: number;
  /** Bytes that may leave at once after a silence. */
  readonly burst: number;
  /** How long a message may wait for tokens before it is dropped, in nanoseconds. */
  readonly queue: Nanoseconds;
}

export interface RunSpec {
  /** A name in the catalogue of protocols. */
  readonly protocol: string;
  /** Complete option values, as the protocol's own options describe them. */
  readonly options: object;
}

export interface SliceSpec {
  readonly name: string;
  readonly place: PlacementSpec;
  readonly caps: CapSpec;
  readonly run: RunSpec;
  /** Slivers start at random times, uniform over this span from the start of the run. */
  readonly startOver: Nanoseconds;
}
