// What Kademlia nodes say to each other: the paper's four RPCs, and the replies to them.
import type { NodeRef } from '../node-ref.ts';

/** What every message bears: a uint32 that a request and its reply share, and who sends it. */
interface Head {
  rpc: number;
  /** The sender's identifier. */
  id: number;
}

export type KademliaRequest =
  /** PING. Answered by `ok`. */
  | (Head & { type: 'ping' })
  /** FIND_NODE: which nodes closest to `key` do you know? */
  | (Head & { type: 'find-node'; key: number })
  /** FIND_VALUE: the value under `key`, or else as FIND_NODE. */
  | (Head & { type: 'find-value'; key: number })
  /** STORE for `ttl` milliseconds from now. Answered by `ok`. */
  | (Head & { type: 'store'; key: number; ttl: number; value: Uint8Array });

export type KademliaReply =
  | (Head & { type: 'ok' })
  /** The k closest to the key that the sender knows, in no order. */
  | (Head & { type: 'nodes'; nodes: readonly NodeRef[] })
  /** `ttl` milliseconds are left to the value. */
  | (Head & { type: 'value'; ttl: number; value: Uint8Array });

export type KademliaMessage = KademliaRequest | KademliaReply;
