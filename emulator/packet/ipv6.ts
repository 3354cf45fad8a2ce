// The header of IPv6 (RFC 8200), read and changed in place: bytes, and where in them the header begins.
import { sum } from './checksum.ts';

export const IPV6_HEADER = 40;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;
const ADDRESS = 16;

/** Whether so many bytes are a whole packet with a header of this version. */
export function isIpv6(bytes: Uint8Array, at: number, length: number): boolean {
  return (
    length >= IPV6_HEADER && bytes[at] >>> 4 === 6 && IPV6_HEADER + ipv6PayloadLength(bytes, at) <= length
  );
}

/** Bytes behind the header; extension headers count as such. */
export function ipv6PayloadLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + PAYLOAD_LENGTH] << 8) | bytes[at + PAYLOAD_LENGTH + 1];
}

export function ipv6NextHeader(bytes: Uint8Array, at: number): number {
  return bytes[at + NEXT_HEADER];
}

export function hopLimit(bytes: Uint8Array, at: number): number {
  return bytes[at + HOP_LIMIT];
}

/** Takes hops off the hop limit, which must be more. */
export function decreaseHopLimit(bytes: Uint8Array, at: number, hops: number): void {
  bytes[at + HOP_LIMIT] -= hops;
}

/** Where the destination's address begins. */
export function ipv6Destination(at: number): number {
  return at + DESTINATION;
}

/** Where the source's address begins. */
export function ipv6Source(at: number): number {
  return at + SOURCE;
}

/** The sum of the pseudo-header that transport checksums begin with (RFC 8200, section 8.1). */
export function ipv6PseudoHeader(bytes: Uint8Array, at: number, length: number, protocol: number): number {
  return sum(bytes, at + SOURCE, 2 * ADDRESS, length + protocol);
}

/** Writes a header. The addresses are those of 16 bytes each that begin in `source` and `destination` at places. */
export function writeIpv6(
  bytes: Uint8Array,
  at: number,
  payload: number,
  protocol: number,
  source: Uint8Array,
  destination: Uint8Array,
  destinationAt: number,
): void {
  bytes.fill(0, at, at + PAYLOAD_LENGTH);
  bytes[at] = 0x60;
  bytes[at + PAYLOAD_LENGTH] = payload >>> 8;
  bytes[at + PAYLOAD_LENGTH + 1] = payload;
  bytes[at + NEXT_HEADER] = protocol;
  bytes[at + HOP_LIMIT] = 64;
  for (let i = 0; i < ADDRESS; i++) {
    bytes[at + SOURCE + i] = source[i];
    bytes[at + DESTINATION + i] = destination[destinationAt + i];
  }
}
