// What Chord nodes say to each other: requests, and the replies to them.
import type { Address } from '../port.ts';

/** A node as others know it. */
export interface NodeRef {
  /** A point of the ring: an integer in 0 .. 2^48 - 1. */
  readonly id: number;
  readonly address: Address;
}

/** A request; `rpc` is a uint32 that the reply bears too. */
export type ChordRequest =
  /** Who owns `key`, or who is closer to it? `key` is a point of the ring. */
  | { type: 'find'; rpc: number; key: number }
  /** Who are your predecessor and your successors? */
  | { type: 'neighbours'; rpc: number }
  /** `node`, the sender, might be your predecessor. Answered by `ok`. */
  | { type: 'notify'; rpc: number; node: NodeRef }
  /** Are you there? Answered by `ok`. */
  | { type: 'alive'; rpc: number };

export type ChordReply =
  /** To `find`: the sender precedes the key, and `owner` is its successor. */
  | { type: 'found'; rpc: number; owner: NodeRef }
  /** To `find`: nodes between the sender and the key, the closest to the key first. */
  | { type: 'next'; rpc: number; candidates: readonly NodeRef[] }
  /** To `neighbours`. The successors are in order of the ring. */
  | { type: 'neighbours-are'; rpc: number; predecessor: NodeRef | null; successors: readonly NodeRef[] }
  | { type: 'ok'; rpc: number }
  /** To any request: the sender is not part of a ring yet. */
  | { type: 'refused'; rpc: number };

export type ChordMessage = ChordRequest | ChordReply;
