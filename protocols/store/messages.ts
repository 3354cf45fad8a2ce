// What the hosts of a store say to each other: requests on a key, what is asked besides, replies, and notices.

import type { Address } from '../port.ts';
import type { Numbered } from '../rpc.ts';
import type { SwimMessage } from '../swim/messages.ts';

/** A host in one life of its disk: when it comes back empty, it is another member. `life` is 48 random bits. */
export interface Member {
  readonly address: Address;
  readonly life: number;
}

/** Who votes on a key. Each configuration but the first was decided by the one before; `epoch` counts them (uint32). */
export interface Configuration {
  readonly epoch: number;
  readonly members: readonly Member[];
}

/** Ordered by counter (uint32), then by tag: 48 random bits, drawn for each write. */
export interface Version {
  readonly counter: number;
  readonly tag: number;
}

/** Members of the next configuration, as proposed under a ballot (uint32). */
export interface Proposal {
  readonly ballot: number;
  readonly members: readonly Member[];
}

/** What a replica says of a key that it holds. */
export interface Entry {
  readonly key: number;
  readonly epoch: number;
  readonly version: Version;
}

/** To the member in `life`, as a voter of the configuration `epoch` of a key. */
interface Ballot {
  readonly rpc: number;
  readonly key: number;
  readonly epoch: number;
  readonly life: number;
}

/** Any may be answered by `moved` or `refused`. */
export type KeyRequest =
  /** Which version? Answered by `version`. */
  | ({ type: 'query' } & Ballot)
  /** Answered by `value`. */
  | ({ type: 'read' } & Ballot)
  /** As `read`, but also of a replica that has accepted a proposal. */
  | ({ type: 'fetch' } & Ballot)
  /** Answered by `ok`, also where a newer version is held. */
  | ({ type: 'write'; version: Version; value: Uint8Array } & Ballot)
  /** Phase 1 of Paxos on the next configuration. Answered by `promise` or `nack`. */
  | ({ type: 'prepare'; ballot: number } & Ballot)
  /** Phase 2. Answered by `version`, the last that this configuration will have seen of this member, or `nack`. */
  | ({ type: 'accept'; ballot: number; members: readonly Member[] } & Ballot)
  /** The configuration is in force, and this is what it begins with, or newer. Answered by `ok`. */
  | {
      type: 'install';
      rpc: number;
      key: number;
      config: Configuration;
      version: Version;
      value: Uint8Array;
    }
  /** As `install`, to a member that holds this version, or newer, from an earlier configuration. */
  | { type: 'renew'; rpc: number; key: number; config: Configuration; version: Version };

export type StoreRequest =
  | KeyRequest
  /** In which life are you? Answered by `life`. */
  | { type: 'greet'; rpc: number }
  /** Name an object that you write. Answered by `picked`. */
  | { type: 'pick'; rpc: number }
  /** What do you know of a key? Answered by `located`. */
  | { type: 'locate'; rpc: number; key: number }
  /** Sums over the entries that sender and receiver share, by key range; `life` is the sender's. Answered by `differ`. */
  | { type: 'sync'; rpc: number; life: number; sums: readonly number[] }
  /** Entries of ranges that differ. Answered by `needs`. */
  | { type: 'entries'; rpc: number; entries: readonly Entry[] };

export type Refusal =
  /** The host is in another life: this member has lost what it held, for good. */
  | 'gone'
  /** The configuration is not in force here yet. */
  | 'inactive'
  /** The member has accepted a proposal, and votes no more. */
  | 'sealed';

export type KeyReply =
  | { type: 'version'; rpc: number; version: Version }
  | { type: 'value'; rpc: number; version: Version; value: Uint8Array }
  | { type: 'ok'; rpc: number }
  | { type: 'promise'; rpc: number; accepted: Proposal | null }
  /** A higher ballot has been promised. */
  | { type: 'nack'; rpc: number; ballot: number }
  /** A later configuration is in force. */
  | { type: 'moved'; rpc: number; config: Configuration }
  | { type: 'refused'; rpc: number; why: Refusal };

export type StoreReply =
  | KeyReply
  | { type: 'life'; rpc: number; life: number }
  /** The newest version of it that was acknowledged. */
  | { type: 'picked'; rpc: number; object: { readonly key: number; readonly version: Version } | null }
  /** The latest configuration known, whether it is in force at the sender, and who follows the key on the ring. */
  | {
      type: 'located';
      rpc: number;
      config: Configuration | null;
      active: boolean;
      candidates: readonly Address[];
    }
  /** Bit i is set where range i differs; `life` is the sender's. */
  | { type: 'differ'; rpc: number; life: number; ranges: number }
  /** Keys of which the other has what the sender lacks. */
  | { type: 'needs'; rpc: number; keys: readonly number[] };

/** Not answered. */
export type StoreNotice =
  /** A configuration is in force; where `settled`, at so many members that no other copy is needed. */
  | { type: 'news'; key: number; config: Configuration; settled: boolean }
  | { type: 'membership'; message: SwimMessage };

export type StoreMessage = StoreRequest | StoreReply | StoreNotice;

/** A request that has not got its number yet. */
export type Unnumbered<Q extends Numbered> = Q extends Numbered ? Omit<Q, 'rpc'> : never;

export function isNewer(a: Version, b: Version): boolean {
  return a.counter !== b.counter ? a.counter > b.counter : a.tag > b.tag;
}

export function sameVersion(a: Version, b: Version): boolean {
  return a.counter === b.counter && a.tag === b.tag;
}

export function hasMember({ members }: Pick<Configuration, 'members'>, { address, life }: Member): boolean {
  return members.some(member => member.address === address && member.life === life);
}
