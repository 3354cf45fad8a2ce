// What Chord nodes say to each other: requests, and the replies to them.
import type { NodeRef } from '../node-ref.ts';
import type { Address } from '../port.ts';

export type { NodeRef } from '../node-ref.ts';

/** A request; `rpc` is a uint32 that the reply bears too. */
export type ChordRequest =
  /** Who owns `key`, or who is closer to it? `key` is a point of the ring. */
  | { type: 'find'; rpc: number; key: number }
  /** Who are your predecessor and your successors? */
  | { type: 'neighbours'; rpc: number }
  /** `node`, the sender, might be your predecessor. Answered by `ok`. */
  | { type: 'notify'; rpc: number; node: NodeRef }
  /** Are you there? Answered by `ok`. */
  | { type: 'alive'; rpc: number }
  /**
   * A recursive lookup, number `lookup` of `origin`, that `hops` nodes have passed on, the origin not counted. Answered by
   * `ok` at once, and to the origin by `routed` from the key's predecessor.
   */
  | { type: 'route'; rpc: number; key: number; origin: Address; lookup: number; hops: number };

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

/** To the origin of a recursive lookup, whose number `rpc` is: `by` precedes the key, and `owner` is its successor. */
export type ChordRouted = { type: 'routed'; rpc: number; owner: NodeRef; by: NodeRef; hops: number };

export type ChordMessage = ChordRequest | ChordReply | ChordRouted;
