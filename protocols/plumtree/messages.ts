// What the hosts of a broadcast tree say to each other: HyParView's messages, Plumtree's over it, and receipts.
import type { Address } from '../port.ts';

/** A request; `rpc` is a uint32 that the answer bears too. */
export type OverlayRequest =
  /** JOIN: the sender is new, the addressee its contact. */
  | { type: 'join'; rpc: number }
  /** NEIGHBOR: take the sender into the active view; at high priority another has to make room. */
  | { type: 'neighbor'; rpc: number; high: boolean }
  /** Are you there, and am I in your active view? `recent` are ids of messages that the sender has. */
  | { type: 'probe'; rpc: number; recent: readonly number[] };

export type OverlayMessage =
  | OverlayRequest
  /** To any request: whether the sender is in the active view now. */
  | { type: 'answer'; rpc: number; accepted: boolean }
  /** FORWARDJOIN, on a random walk of `ttl` further steps. */
  | { type: 'forward-join'; node: Address; ttl: number }
  /** DISCONNECT: the sender has dropped the addressee from its active view. */
  | { type: 'disconnect' }
  /** SHUFFLE, on a random walk. `nodes` are of the origin's views. */
  | { type: 'shuffle'; origin: Address; ttl: number; nodes: readonly Address[] }
  | { type: 'shuffle-reply'; nodes: readonly Address[] };

export type TreeMessage =
  /** `id` is a uint48, `round` (uint16) the hops so far, `age` (uint32) the milliseconds that it has waited at hosts. */
  | { type: 'gossip'; id: number; publisher: Address; round: number; age: number; body: Uint8Array }
  | { type: 'ihave'; id: number; round: number }
  /** Send me `id`, if you have it, and what comes from now on. */
  | { type: 'graft'; id: number }
  | { type: 'prune' };

/** To the publisher of `id`: the sender has received it for the first time. */
export type ReceiptMessage = { type: 'heard'; id: number };

export type PlumtreeMessage = OverlayMessage | TreeMessage | ReceiptMessage;
