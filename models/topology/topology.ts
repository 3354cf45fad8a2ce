// A topology: sites, and the one-way delay of the path between any two of them.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Site } from './site.ts';

/** The paths between sites. Sites are named by their index. */
export interface Paths {
  /** One-way propagation delay in integer nanoseconds, finite and >= 0; `delay(i, i)` is that inside site i. */
  delay(from: number, to: number): Nanoseconds;
}

export interface Topology {
  readonly sites: readonly Site[];
  readonly paths: Paths;
}

/** What a scenario says of its topology. File names are as the reader resolved them: absolute. */
export type TopologySpec =
  | { readonly kind: 'planetlab'; readonly year: number; readonly sites?: number; readonly nodes?: number }
  | { readonly kind: 'generate'; readonly sites: number; readonly nodesPerSite: number }
  | { readonly kind: 'matrix'; readonly file: string }
  | { readonly kind: 'edges'; readonly file: string; readonly servers: string };

/** A topology that cannot be: impossible figures, or a file that does not hold what it should. Says where and what. */
export class TopologyError extends Error {
  override name = 'TopologyError';
}
