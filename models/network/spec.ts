// What a scenario says of its network, in base units.
import type { Nanoseconds } from '../../sim/time.ts';

/** A node's link to the network. `Infinity` bit/s: no serialisation, no queue. */
export interface AccessSpec {
  /** bit/s, > 0 */
  readonly up: number;
  readonly down: number;
  /** How long a message may wait for the link before the queue's tail drops it, in nanoseconds. */
  readonly queue: Nanoseconds;
  /** Slivers of a node share its uplink by reserves and shares; first come, first served where left out. */
  readonly sharing?: 'shares';
  /** The traffic of each node itself; none where left out. With `shares` alone. */
  readonly root?: RootSpec;
}

/** What a node sends by itself, as for its management: Poisson packets that share its uplink with those of slivers. */
export interface RootSpec {
  /** Beside those of the slivers, > 0. */
  readonly share: number;
  /** bit/s, >= 0 and finite */
  readonly rate: number;
}

/** The link of a site to the world, which its nodes share with everything else at the site. */
export interface SiteLinkSpec {
  /** bit/s, > 0, `Infinity` for no serialisation */
  readonly up: number;
  readonly down: number;
  /** How long a message may wait for the link before the queue's tail drops it, in nanoseconds. */
  readonly queue: Nanoseconds;
  readonly own: OwnTrafficSpec;
}

/** What a site's other machines send and receive: Poisson packets of one size. */
export interface OwnTrafficSpec {
  /** bit/s, >= 0 and finite */
  readonly up: number;
  readonly down: number;
  /** Bytes of a packet, >= 1. */
  readonly packet: number;
}

/** Random loss. `burst` is the mean number of messages lost in a row (1: independent). */
export interface LossSpec {
  /** Long-run fraction of messages lost, in [0, 1). */
  readonly rate: number;
  readonly burst: number;
}

/** Messages held back on their path, so that later ones overtake them. */
export interface ReorderSpec {
  /** Fraction of messages, in [0, 1). */
  readonly rate: number;
  /** How long each is held back, in nanoseconds, > 0. */
  readonly by: Nanoseconds;
}

export interface NetworkSpec {
  /** Whether bulk transfers move as flows; messages are messages in either. */
  readonly grain: 'message' | 'flow';
  readonly access: AccessSpec;
  /** None where left out: the nodes of a site share nothing. */
  readonly site?: SiteLinkSpec;
  /** How paths vary in time; not at all where left out. */
  readonly variation?: 'planetlab';
  /** Mean of the exponentially distributed extra one-way delay of each message, in nanoseconds; 0: none. */
  readonly jitter: Nanoseconds;
  readonly loss: LossSpec;
  /** Fraction of messages that arrive twice, in [0, 1]; none where left out. */
  readonly duplicate?: number;
  /** Fraction of messages whose bits are damaged, in [0, 1); none where left out. */
  readonly corrupt?: number;
  readonly reorder?: ReorderSpec;
}

/** What a sliver may send: a token bucket, and its part of the node's uplink. */
export interface CapSpec {
  /** bit/s; `Infinity`: no cap */
  readonly uplink: number;
  /** Bytes that may leave at once after a silence. */
  readonly burst: number;
  /** How long a message may wait for tokens before it is dropped, in nanoseconds. */
  readonly queue: Nanoseconds;
  /** Weight among the slivers of a node where they share its uplink, > 0; 1 where left out. */
  readonly share?: number;
  /** bit/s of the node's uplink that are the sliver's own whenever it has something to send; none where left out. */
  readonly reserve?: number;
  /** Bytes a day (see daily-bytes.ts); no limit where left out. */
  readonly daily?: number;
}
