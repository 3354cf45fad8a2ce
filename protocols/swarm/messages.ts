// What the members of a swarm say to each other.
import type { Address, Nanoseconds } from '../port.ts';

/** How the sender stands to the addressee. Every message between neighbours says it, so that none of them must arrive. */
export interface Standing {
  /** The sender will not upload to the addressee. */
  readonly choking: boolean;
  /** The addressee has pieces that the sender wants. */
  readonly interested: boolean;
}

/** How the file is cut, in bytes. */
export interface Cut {
  readonly file: number;
  readonly piece: number;
  readonly block: number;
}

/** A request; `rpc` is a uint32 that the reply bears too. */
export type SwarmRequest =
  /** The sender is a member: which others are there? Answered by `members`. */
  | { type: 'announce'; rpc: number }
  /** Be neighbours, or: are you still there? Answered by `welcome` or `refuse`. */
  | ({ type: 'hello'; rpc: number; cut: Cut; have: Uint8Array } & Standing);

export type SwarmReply =
  | { type: 'members'; rpc: number; members: readonly Address[] }
  | ({ type: 'welcome'; rpc: number; have: Uint8Array } & Standing)
  | { type: 'refuse'; rpc: number };

/** What only neighbours say to each other. */
export type NeighbourMessage =
  /** Choke, unchoke, interested, not interested. */
  | ({ type: 'status' } & Standing)
  /** The pieces that the sender has, the first in the highest bit of the first byte. */
  | ({ type: 'bitfield'; have: Uint8Array } & Standing)
  | ({ type: 'have'; piece: number } & Standing)
  /**
   * All blocks that the sender wants of the addressee, in the order in which it wants them: a block that is no longer named
   * is cancelled. `echo` is the number of the block that has just arrived; 0: none has. `took` is the time by the sender's
   * clock less that block's `sent`.
   */
  | ({ type: 'request'; echo: number; took: number; blocks: readonly number[] } & Standing)
  /**
   * `number` tells it from others sent to this neighbour, `sent` is the time by the sender's clock in microseconds modulo 2^32,
   * `queued` how many of the blocks that the addressee wants are still to be sent.
   */
  | ({
      type: 'block';
      number: number;
      sent: number;
      block: number;
      queued: number;
      bytes: number;
    } & Standing);

/** A clock's reading as messages bear it: in microseconds, modulo 2^32. */
export const stampOf = (now: Nanoseconds): number => Math.floor(now / 1000) % 2 ** 32;

export type SwarmMessage =
  | SwarmRequest
  | SwarmReply
  | NeighbourMessage
  /** The sender is no neighbour of the addressee, or no longer. */
  | { type: 'bye' };
