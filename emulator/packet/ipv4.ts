// The header of IPv4 (RFC 791), read and changed in place: bytes, and where in them the header begins.
import { adjust, checksum } from './checksum.ts';

export const IPV4_HEADER = 20;
const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function long(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Whether so many bytes are a whole packet with a header of this version. Its checksum is not looked at. */
export function isIpv4(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < IPV4_HEADER || bytes[at] >>> 4 !== 4) return false;
  const header = ipv4HeaderLength(bytes, at);
  const total = word(bytes, at + TOTAL_LENGTH);
  return header >= IPV4_HEADER && header <= total && total <= length;
}

/** Bytes of the header, options included. */
export function ipv4HeaderLength(bytes: Uint8Array, at: number): number {
  return (bytes[at] & 0xf) * 4;
}

export function ipv4Source(bytes: Uint8Array, at: number): number {
  return long(bytes, at + SOURCE);
}

export function ipv4Destination(bytes: Uint8Array, at: number): number {
  return long(bytes, at + DESTINATION);
}

export function ipv4Protocol(bytes: Uint8Array, at: number): number {
  return bytes[at + PROTOCOL];
}

export function ipv4Ttl(bytes: Uint8Array, at: number): number {
  return bytes[at + TTL];
}

/** Where in its datagram the packet's bytes belong; 0 for the first fragment and for what is no fragment. */
export function ipv4FragmentOffset(bytes: Uint8Array, at: number): number {
  return word(bytes, at + FRAGMENT) & 0x1fff;
}

/** Takes hops off the time to live, which must be more, and mends the checksum. */
export function decreaseTtl(bytes: Uint8Array, at: number, hops: number): void {
  const before = word(bytes, at + TTL);
  bytes[at + TTL] -= hops;
  const sum = adjust(word(bytes, at + CHECKSUM), before, word(bytes, at + TTL));
  bytes[at + CHECKSUM] = sum >>> 8;
  bytes[at + CHECKSUM + 1] = sum & 0xff;
}

/** Writes a header without options, of a packet that is not to be fragmented. Addresses are 32-bit numbers. */
export function writeIpv4(
  bytes: Uint8Array,
  at: number,
  total: number,
  protocol: number,
  source: number,
  destination: number,
): void {
  bytes.fill(0, at, at + IPV4_HEADER);
  bytes[at] = 0x45;
  putWord(bytes, at + TOTAL_LENGTH, total);
  bytes[at + FRAGMENT] = 0x40;
  bytes[at + TTL] = 64;
  bytes[at + PROTOCOL] = protocol;
  putWord(bytes, at + SOURCE, source >>> 16);
  putWord(bytes, at + SOURCE + 2, source);
  putWord(bytes, at + DESTINATION, destination >>> 16);
  putWord(bytes, at + DESTINATION + 2, destination);
  putWord(bytes, at + CHECKSUM, checksum(bytes, at, IPV4_HEADER));
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
