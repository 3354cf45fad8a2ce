// What SWIM members say to each other. Whatever they say, they piggyback what they have heard of others.
import type { Address } from '../port.ts';

export type Status = 'alive' | 'suspect' | 'dead';

/** What is said of a member. `dead` is the paper's Confirm. */
export interface Update {
  readonly member: Address;
  readonly status: Status;
  /** uint32; only the member itself raises its own. */
  readonly incarnation: number;
}

export type SwimRequest =
  /** Answered by `ack`. */
  | { type: 'ping'; rpc: number; updates: readonly Update[] }
  /** Ping `target` for the sender, and pass its ack on. */
  | { type: 'ping-req'; rpc: number; target: Address; updates: readonly Update[] }
  /** The sender is a new member: which members are there, from number `from` on? Answered by `members`. */
  | { type: 'join'; rpc: number; from: number };

export type SwimReply =
  | { type: 'ack'; rpc: number; updates: readonly Update[] }
  /** A part of the list, and the length of the whole. */
  | { type: 'members'; rpc: number; total: number; updates: readonly Update[] };

export type SwimMessage = SwimRequest | SwimReply;
