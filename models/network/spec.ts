// What a scenario says of its network, in base units.
import type { Nanoseconds } from '../../sim/time.ts';

/** A node's link to the network. `Infinity` bit/s: no serialisation, no queue. */
export interface AccessSpec {
  /** bit/s, > 0 */
  readonly up: number;
  readonly down: number;
  /** How long a message may wait for the link before the queue's tail drops it, in nanoseconds. */
  readonly queue: Nanoseconds;
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
  readonly grain: 'message';
  readonly access: AccessSpec;
  /** Mean of the exponentially distributed extra one-way delay of each message, in nanoseconds; 0: none. */
  readonly jitter: Nanoseconds;
  readonly loss: LossSpec;
  /** Fraction of messages that arrive twice, in [0, 1]; none where left out. */
  readonly duplicate?: number;
  /** Fraction of messages whose bits are damaged, in [0, 1); none where left out. */
  readonly corrupt?: number;
  readonly reorder?: ReorderSpec;
}

/** A token bucket on what a sliver sends. */
export interface CapSpec {
  /** bit/s; `Infinity`: no cap */
  readonly uplink: number;
  /** Bytes that may leave at once after a silence. */
  readonly burst: number;
  /** How long a message may wait for tokens before it is dropped, in nanoseconds. */
  readonly queue: Nanoseconds;
}
