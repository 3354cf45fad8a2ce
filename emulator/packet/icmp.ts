// Errors that routers report (RFC 792, RFC 4443): when they may, and the packets in which they do.
import { checksum, ICMP, ICMPV6 } from './checksum.ts';
import {
  IPV4_HEADER,
  ipv4FragmentOffset,
  ipv4HeaderLength,
  ipv4Protocol,
  ipv4Source,
  writeIpv4,
} from './ipv4.ts';
import { IPV6_HEADER, ipv6NextHeader, ipv6PseudoHeader, ipv6Source, writeIpv6 } from './ipv6.ts';

/** A type of ICMP and a code, of the two protocols. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly type6: number;
  readonly code6: number;
}

export const NET_UNREACHABLE: IcmpError = { type: 3, code: 0, type6: 1, code6: 0 };
export const HOST_UNREACHABLE: IcmpError = { type: 3, code: 1, type6: 1, code6: 3 };
export const TIME_EXCEEDED: IcmpError = { type: 11, code: 0, type6: 3, code6: 0 };

const ICMP_HEADER = 8;
/** As much as an error may have altogether: RFC 1812, section 4.3.2.3; RFC 4443, section 2.4 (c). */
const LARGEST = 576;
const LARGEST6 = 1280;
/** The largest packet that the two functions below write. */
export const LARGEST_ERROR = LARGEST6;

/** Whether an error may be reported about a packet: not about a later fragment or another error (RFC 1812, 4.3.2.7). */
export function mayReport(bytes: Uint8Array, at: number): boolean {
  if (ipv4FragmentOffset(bytes, at) > 0) return false;
  return ipv4Protocol(bytes, at) !== ICMP || isQuery(bytes[at + ipv4HeaderLength(bytes, at)]);
}

/** Echo, timestamp, information and address mask, with their replies; router discovery. All others report errors. */
function isQuery(type: number): boolean {
  return type === 0 || (type >= 8 && type <= 10) || (type >= 13 && type <= 18);
}

/** The same of a packet of IPv6 (RFC 4443, section 2.4 (e)): errors have types below 128. */
export function mayReport6(bytes: Uint8Array, at: number): boolean {
  return ipv6NextHeader(bytes, at) !== ICMPV6 || bytes[at + IPV6_HEADER] >= 128;
}

/**
 * Writes the packet in which a router reports an error about another, to its sender.
 * @param into where to, `LARGEST_ERROR` bytes from `to` on
 * @param router the router's address, as a 32-bit number
 * @returns its length
 */
export function writeIcmpError(
  into: Uint8Array,
  to: number,
  error: IcmpError,
  router: number,
  packet: Uint8Array,
  at: number,
  length: number,
): number {
  const quoted = Math.min(length, LARGEST - IPV4_HEADER - ICMP_HEADER);
  const total = IPV4_HEADER + ICMP_HEADER + quoted;
  writeIpv4(into, to, total, ICMP, router, ipv4Source(packet, at));
  writeMessage(into, to + IPV4_HEADER, error.type, error.code, packet, at, quoted, 0);
  return total;
}

/** The same for IPv6. @param router the router's address, 16 bytes */
export function writeIcmp6Error(
  into: Uint8Array,
  to: number,
  error: IcmpError,
  router: Uint8Array,
  packet: Uint8Array,
  at: number,
  length: number,
): number {
  const quoted = Math.min(length, LARGEST6 - IPV6_HEADER - ICMP_HEADER);
  const payload = ICMP_HEADER + quoted;
  writeIpv6(into, to, payload, ICMPV6, router, packet, ipv6Source(at));
  const pseudo = ipv6PseudoHeader(into, to, payload, ICMPV6);
  writeMessage(into, to + IPV6_HEADER, error.type6, error.code6, packet, at, quoted, pseudo);
  return IPV6_HEADER + payload;
}

function writeMessage(
  into: Uint8Array,
  to: number,
  type: number,
  code: number,
  packet: Uint8Array,
  at: number,
  quoted: number,
  pseudo: number,
): void {
  into.fill(0, to, to + ICMP_HEADER);
  into[to] = type;
  into[to + 1] = code;
  for (let i = 0; i < quoted; i++) into[to + ICMP_HEADER + i] = packet[at + i];
  const sum = checksum(into, to, ICMP_HEADER + quoted, pseudo);
  into[to + 2] = sum >>> 8;
  into[to + 3] = sum & 0xff;
}
