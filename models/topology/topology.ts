// A topology: sites, and the one-way delay of the path between any two of them.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Site, SiteClass } from './site.ts';

/** The paths between sites. Sites are named by their index. */
export interface Paths {
  /** One-way propagation delay in integer nanoseconds, finite and >= 0; `delay(i, i)` is that inside site i. */
  delay(from: number, to: number): Nanoseconds;
  /** The routers on these paths, where the topology knows them. */
  readonly routes?: Routes;
}

/** The routers on the paths between sites. */
export interface Routes {
  /** How many there are from one site to another, at least 1; `hops(i, i)` is 0. */
  hops(from: number, to: number): number;
  /** One-way delay from the sender to router number `hop`, 1 .. `hops`, in integer nanoseconds; never falls with `hop`. */
  delayTo(from: number, to: number, hop: number): Nanoseconds;
}

export interface Topology {
  readonly sites: readonly Site[];
  readonly paths: Paths;
}

/** Sites to make up. */
export interface GenerateSpec {
  readonly sites: number;
  /** Each site's, or `planetlab`: drawn as they were counted on PlanetLab. */
  readonly nodesPerSite: number | 'planetlab';
  /** How many sites of each class there are to those of another, >= 0; PlanetLab's mix where left out. */
  readonly classes?: Readonly<Partial<Record<SiteClass, number>>>;
}

/** What a scenario says of its topology. File names are as the reader resolved them: absolute. */
export type TopologySpec =
  | { readonly kind: 'planetlab'; readonly year: number; readonly sites?: number; readonly nodes?: number }
  | ({ readonly kind: 'generate' } & GenerateSpec)
  | { readonly kind: 'matrix'; readonly file: string }
  | { readonly kind: 'edges'; readonly file: string; readonly servers: string };

/** A topology that cannot be: impossible figures, or a file that does not hold what it should. Says where and what. */
export class TopologyError extends Error {
  override name = 'TopologyError';
}
