// What hosts say to each other about identities that move.
import type { Address } from '../port.ts';

/** An identity is a uint48; its sequence number, a uint32, counts its hand-overs and orders what is said of its place. */
export type Registration = {
  type: 'register';
  rpc: number;
  identity: number;
  sequence: number;
  lifetime: number;
};

/** What a correspondent sends to an identity. */
export interface Packet {
  readonly type: 'packet';
  /** uint32; with `origin` it tells a packet from all others. */
  readonly number: number;
  readonly origin: Address;
  readonly identity: number;
  /** Times that it was passed on, uint8. */
  readonly hops: number;
  readonly body: Uint8Array;
}

/** Signalling that is answered. */
export type Request =
  /** From an attachment point to the rendezvous: here is the identity, for so many milliseconds (uint32). */
  | Registration
  /** From the old attachment point to the new one: the identity comes. Answered by `arrived`. */
  | { type: 'arrive'; rpc: number; identity: number; sequence: number };

export type Reply =
  | { type: 'registered'; rpc: number }
  /** The rendezvous knows of a later place. */
  | { type: 'refused'; rpc: number }
  | { type: 'arrived'; rpc: number };

/** Signalling that is not. Both go from an attachment point to the origin of a packet that came straight to it. */
export type Correction =
  | { type: 'moved'; identity: number; to: Address }
  /** Nobody knows here where it is. */
  | { type: 'gone'; identity: number };

/** How attachment points find each other and correspondents find identities: what radio and the DNS do elsewhere. */
export type Enquiry =
  /** Here is an attachment point, for so many milliseconds (uint32). Answered by `points`. */
  | { type: 'announce'; rpc: number; lifetime: number }
  /** Answered by `names`. */
  | { type: 'list'; rpc: number };

export type Found =
  | { type: 'points'; rpc: number; points: readonly Address[] }
  | { type: 'names'; rpc: number; identities: readonly number[] };

/** From the attachment point that an identity is at, straight to the packet's origin. */
export interface Receipt {
  readonly type: 'receipt';
  readonly number: number;
  readonly identity: number;
  readonly sequence: number;
}

/** A correspondent measures the direct path to an attachment point. */
export type Probe = { type: 'probe'; rpc: number; body: Uint8Array };
export type Probed = { type: 'probed'; rpc: number };

export type MobilityMessage =
  | Request
  | Reply
  | Correction
  | Enquiry
  | Found
  | Packet
  | Receipt
  | Probe
  | Probed;
