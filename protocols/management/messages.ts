// What nodes and authorities say to each other, and authorities among themselves.
import type { Address } from '../port.ts';

/** A place in the history of one authority's database. */
export interface Version {
  /** Which life of which authority, uint48; 0: none yet. */
  readonly authority: number;
  /** How many entries it had taken into its database, uint48. */
  readonly seq: number;
}

export const NO_VERSION: Version = { authority: 0, seq: 0 };

/** What one node is told of one slice. */
export interface SliverState {
  /** uint48 */
  readonly slice: number;
  /** When the authority that says so took it into its database. */
  readonly seq: number;
  /** Whether the slice is to have a sliver on the node. */
  readonly wanted: boolean;
  /** Milliseconds that its lease has left, uint48. */
  readonly left: number;
  readonly config: Uint8Array;
}

/** A part of what a node is to know, in order of `seq`. */
export interface Page {
  readonly authority: number;
  /** Nothing is left out of what came after it .. */
  readonly since: number;
  /** .. up to this. */
  readonly upto: number;
  /** The beginning of everything: what neither it nor the pages that follow name is not wanted. */
  readonly whole: boolean;
  /** There is more after `upto`. */
  readonly more: boolean;
  /** The last entry that concerns the node; 0: there is none. */
  readonly latest: number;
  readonly slivers: readonly SliverState[];
}

/** A change of the desired state, as authorities tell each other. */
export interface ChangeRecord {
  readonly kind: 'change';
  /** Lamport's clock, uint48: of two changes of a sliver the later holds .. */
  readonly clock: number;
  /** .. and of two at one time that of the authority, uint48, with the larger number. */
  readonly by: number;
  readonly slice: number;
  readonly wanted: boolean;
  /** Milliseconds that the lease has left, uint48. */
  readonly left: number;
  /** Milliseconds since it was made, uint48. */
  readonly age: number;
  readonly config: Uint8Array;
  readonly nodes: readonly Address[];
}

/** A node that has registered. */
export interface NodeRecord {
  readonly kind: 'node';
  readonly node: Address;
}

export type RecordOfFeed = ChangeRecord | NodeRecord;

/**
 * What a fetch asks for: what has changed since the version known, all slivers of the node, or what is left of an answer
 * that has come up to that version.
 */
export type Extent = 'news' | 'whole' | 'rest';

/** What every request of a registered node says of it: what it has heard of, and what it has carried out. */
export interface Standing {
  readonly known: Version;
  readonly applied: Version;
}

export type NodeRequest =
  /** Answered by `registered`. @param push whether changes are to be pushed to the sender from now on */
  | { type: 'register'; rpc: number; push: boolean }
  /** GetSlivers: answered by `slivers`. */
  | ({ type: 'fetch'; rpc: number; extent: Extent } & Standing)
  /** Answered by `ok`, as the next two are. */
  | ({ type: 'heartbeat'; rpc: number } & Standing)
  /** Something has been carried out. */
  | ({ type: 'applied'; rpc: number } & Standing)
  /** How many slivers run, and how many are still to be created, uint16 each. */
  | ({ type: 'report'; rpc: number; running: number; waiting: number } & Standing);

export type NodeReply =
  | { type: 'registered'; rpc: number; authority: number }
  /** The sender does not know the node: it has to register. In answer to a push: the node is another authority's. */
  | { type: 'unknown'; rpc: number }
  | ({ type: 'slivers'; rpc: number } & Page)
  /** `latest` as in a page. */
  | { type: 'ok'; rpc: number; authority: number; latest: number };

/** Answered by `ack` or `unknown`. */
export type PushRequest = { type: 'push'; rpc: number } & Page;
export type PushReply = { type: 'ack'; rpc: number; known: Version } | { type: 'unknown'; rpc: number };

/** From one authority to another, also without records as a sign of life. Answered by `fed`. */
export interface FeedRequest {
  readonly type: 'feed';
  readonly rpc: number;
  /** The sender, and the life of the receiver that it takes the records to be for; 0: it does not know. */
  readonly authority: number;
  readonly to: number;
  readonly upto: number;
  readonly more: boolean;
  readonly records: readonly RecordOfFeed[];
}
export interface FeedReply {
  readonly type: 'fed';
  readonly rpc: number;
  /** The life of the authority that has taken them over. */
  readonly authority: number;
}

export type ManagementMessage = NodeRequest | NodeReply | PushRequest | PushReply | FeedRequest | FeedReply;
