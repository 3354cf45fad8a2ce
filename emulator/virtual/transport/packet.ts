// Packets: what the fabric carries between simulated hosts, as objects that know their size on the wire.
import { type Address, isIpv6 } from './addresses.ts';

/** Bytes of headers. */
export const IPV4_HEADER = 20;
export const IPV6_HEADER = 40;
export const FRAGMENT_HEADER = 8;
export const UDP_HEADER = 8;
export const TCP_HEADER = 20;
export const ICMP_HEADER = 8;

/** Bytes of an IP packet that a link between hosts carries, and that a host passes to itself: all that IPv4 can tell. */
export const MTU = 1500;
export const LOOPBACK_MTU = 65535;

export function ipHeader(destination: Address): number {
  return isIpv6(destination) ? IPV6_HEADER : IPV4_HEADER;
}

/** A UDP datagram, whatever its size. */
export class Datagram {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;

  constructor(
    source: Address,
    destination: Address,
    sourcePort: number,
    destinationPort: number,
    payload: Uint8Array,
  ) {
    this.source = source;
    this.destination = destination;
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
    this.payload = payload;
  }

  /** On the wire. */
  get bytes(): number {
    return ipHeader(this.destination) + UDP_HEADER + this.payload.length;
  }
}

/** A part of a datagram that was too large for the wire. */
export class Fragment {
  readonly whole: Datagram;
  /** Of all datagrams between two hosts that are on their way, this one. */
  readonly identification: number;
  /** Where the part begins and ends, in bytes of the datagram with its UDP header. */
  readonly from: number;
  readonly to: number;

  constructor(whole: Datagram, identification: number, from: number, to: number) {
    this.whole = whole;
    this.identification = identification;
    this.from = from;
    this.to = to;
  }

  get source(): Address {
    return this.whole.source;
  }

  get destination(): Address {
    return this.whole.destination;
  }

  get last(): boolean {
    return this.to === UDP_HEADER + this.whole.payload.length;
  }

  get bytes(): number {
    const { destination } = this.whole;
    return ipHeader(destination) + (isIpv6(destination) ? FRAGMENT_HEADER : 0) + this.to - this.from;
  }
}

/** ICMP or ICMPv6: nobody has the port that a datagram was for. */
export class PortUnreachable {
  readonly source: Address;
  readonly destination: Address;
  readonly cause: Datagram;

  constructor(source: Address, cause: Datagram) {
    this.source = source;
    this.destination = cause.source;
    this.cause = cause;
  }

  /** Bytes of the datagram that it quotes: as many as fit into the packet that every link carries (RFC 1812, 4443). */
  get quoted(): number {
    const whole = isIpv6(this.destination) ? 1280 : 576;
    return Math.min(this.cause.bytes, whole - ipHeader(this.destination) - ICMP_HEADER);
  }

  get bytes(): number {
    return ipHeader(this.destination) + ICMP_HEADER + this.quoted;
  }
}

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** A window's unit on the wire, but in a SYN, is 2^7 bytes: enough for Linux's largest receive buffer. */
export const WINDOW_SCALE = 7;

/** Ports as a connection has them. */
export interface Ends {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const NOTHING = new Uint8Array(0);

/**
 * A TCP segment. Sequence numbers are not wrapped at 2^32: they count on, so that no arithmetic in circles is needed and no
 * old segment can be taken for a new one.
 */
export class Segment {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  /** Bytes that the sender of the segment is ready to receive. */
  readonly window: number;
  /** The payload is `data` from `from` to `to`. */
  readonly data: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** In a SYN: the largest payload that its sender takes; else 0. */
  readonly mss: number;
  /** Selective acknowledgments: the first and the one after the last sequence number of each block. */
  readonly sack: readonly number[] | undefined;

  constructor(
    ends: Ends,
    sequence: number,
    acknowledgment: number,
    flags: number,
    window: number,
    data: Uint8Array = NOTHING,
    from = 0,
    to = 0,
    mss = 0,
    sack: readonly number[] | undefined = undefined,
  ) {
    this.source = ends.source;
    this.destination = ends.destination;
    this.sourcePort = ends.sourcePort;
    this.destinationPort = ends.destinationPort;
    this.sequence = sequence;
    this.acknowledgment = acknowledgment;
    this.flags = flags;
    this.window = window;
    this.data = data;
    this.from = from;
    this.to = to;
    this.mss = mss;
    this.sack = sack;
  }

  /** Bytes of payload. */
  get length(): number {
    return this.to - this.from;
  }

  /** The sequence number after the segment's last: SYN and FIN take one each. */
  get end(): number {
    return this.sequence + this.to - this.from + ((this.flags & SYN) >> 1) + (this.flags & FIN);
  }

  /** Options: MSS, SACK permitted and window scale in a SYN; SACK blocks. Padded to words. */
  get optionBytes(): number {
    if ((this.flags & SYN) !== 0) return 12;
    return this.sack === undefined ? 0 : 4 + 4 * this.sack.length;
  }

  get bytes(): number {
    return ipHeader(this.destination) + TCP_HEADER + this.optionBytes + this.to - this.from;
  }
}

/** What the fabric carries. Packets never change, so that a duplicate may be the same object again. */
export type Packet = Datagram | Fragment | PortUnreachable | Segment;
