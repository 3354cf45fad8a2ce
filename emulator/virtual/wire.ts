// Simulated packets as bytes, with true headers and checksums, for captures: what a real network would carry in their place.
import { addressBytes } from '../packet/address.ts';
import { adjust, checksum, TCP, UDP } from '../packet/checksum.ts';
import { writeIcmp6Error, writeIcmpError } from '../packet/icmp.ts';
import { writeIpv4 } from '../packet/ipv4.ts';
import { ipv6PseudoHeader, writeIpv6 } from '../packet/ipv6.ts';
import { type Address, formatAddress, isIpv6 } from './transport/addresses.ts';
import {
  Datagram,
  FRAGMENT_HEADER,
  Fragment,
  IPV4_HEADER,
  IPV6_HEADER,
  type Packet,
  type PortUnreachable,
  RST,
  Segment,
  SYN,
  TCP_HEADER,
  UDP_HEADER,
  WINDOW_SCALE,
} from './transport/packet.ts';

/** The next header of IPv6 that announces a fragment's. */
const FRAGMENT = 44;
const MORE_FRAGMENTS = 0x2000;
const PORT_UNREACHABLE = { type: 3, code: 3, type6: 1, code6: 4 };

/** The whole packet, from its IP header on: as many bytes as the fabric was told. */
export function wireBytes(packet: Packet): Uint8Array {
  if (packet instanceof Segment) return segmentBytes(packet);
  if (packet instanceof Datagram) return datagramBytes(packet);
  return packet instanceof Fragment ? fragmentBytes(packet) : unreachableBytes(packet);
}

function segmentBytes(segment: Segment): Uint8Array {
  const { flags, window, optionBytes } = segment;
  const [bytes, at] = withIp(segment, TCP, segment.bytes);
  putWord(bytes, at, segment.sourcePort);
  putWord(bytes, at + 2, segment.destinationPort);
  putLong(bytes, at + 4, segment.sequence);
  putLong(bytes, at + 8, segment.acknowledgment);
  bytes[at + 12] = ((TCP_HEADER + optionBytes) / 4) << 4;
  bytes[at + 13] = flags;
  const unit = (flags & (SYN | RST)) !== 0 ? 1 : 2 ** WINDOW_SCALE;
  putWord(bytes, at + 14, Math.min(Math.ceil(window / unit), 0xffff));
  bytes.set(optionsOf(segment), at + TCP_HEADER);
  bytes.set(segment.data.subarray(segment.from, segment.to), at + TCP_HEADER + optionBytes);
  return withChecksum(bytes, at, TCP, at + 16);
}

/** In words of four bytes, filled up with no-operations (1) where an option is shorter. */
function optionsOf({ flags, mss, sack, optionBytes }: Segment): Uint8Array {
  const options = new Uint8Array(optionBytes);
  if ((flags & SYN) !== 0) {
    // Largest segment; selective acknowledgments permitted; window scale.
    options.set([2, 4, mss >>> 8, mss & 0xff, 1, 1, 4, 2, 1, 3, 3, WINDOW_SCALE]);
  } else if (sack) {
    options.set([1, 1, 5, 2 + 4 * sack.length]);
    for (const [index, sequence] of sack.entries()) putLong(options, 4 + 4 * index, sequence);
  }
  return options;
}

function datagramBytes(datagram: Datagram): Uint8Array {
  const [bytes, at] = withIp(datagram, UDP, datagram.bytes);
  putWord(bytes, at, datagram.sourcePort);
  putWord(bytes, at + 2, datagram.destinationPort);
  putWord(bytes, at + 4, UDP_HEADER + datagram.payload.length);
  bytes.set(datagram.payload, at + UDP_HEADER);
  withChecksum(bytes, at, UDP, at + 6);
  // Zero means that there is no checksum (RFC 768).
  if (bytes[at + 6] === 0 && bytes[at + 7] === 0) putWord(bytes, at + 6, 0xffff);
  return bytes;
}

function fragmentBytes(fragment: Fragment): Uint8Array {
  const { whole, identification, from, to, last } = fragment;
  const ipv6 = isIpv6(whole.destination);
  const content = datagramBytes(whole).subarray(ipv6 ? IPV6_HEADER : IPV4_HEADER);
  const [bytes, at] = withIp(fragment, ipv6 ? FRAGMENT : UDP, fragment.bytes);
  if (ipv6) {
    bytes[at] = UDP;
    putWord(bytes, at + 2, from | (last ? 0 : 1));
    putLong(bytes, at + 4, identification);
    bytes.set(content.subarray(from, to), at + FRAGMENT_HEADER);
  } else {
    changeWord(bytes, 4, identification);
    changeWord(bytes, 6, from / 8 + (last ? 0 : MORE_FRAGMENTS));
    bytes.set(content.subarray(from, to), at);
  }
  return bytes;
}

function unreachableBytes(packet: PortUnreachable): Uint8Array {
  const { source, cause } = packet;
  const bytes = new Uint8Array(packet.bytes);
  const quoted = datagramBytes(cause);
  if (isIpv6(source)) {
    writeIcmp6Error(bytes, 0, PORT_UNREACHABLE, ipv6Bytes(source), quoted, 0, quoted.length);
  } else writeIcmpError(bytes, 0, PORT_UNREACHABLE, source, quoted, 0, quoted.length);
  return bytes;
}

/** Bytes for a packet, its IP header in place. @returns them, and where the header ends */
function withIp(
  { source, destination }: { readonly source: Address; readonly destination: Address },
  protocol: number,
  length: number,
): [bytes: Uint8Array, at: number] {
  const bytes = new Uint8Array(length);
  if (isIpv6(destination)) {
    writeIpv6(bytes, 0, length - IPV6_HEADER, protocol, ipv6Bytes(source), ipv6Bytes(destination), 0);
    return [bytes, IPV6_HEADER];
  }
  writeIpv4(bytes, 0, length, protocol, source, destination);
  return [bytes, IPV4_HEADER];
}

/** Puts the checksum of UDP or TCP, that of IP's pseudo-header with it, into its place. */
function withChecksum(bytes: Uint8Array, at: number, protocol: number, place: number): Uint8Array {
  const length = bytes.length - at;
  const pseudo =
    at === IPV6_HEADER
      ? ipv6PseudoHeader(bytes, 0, length, protocol)
      : ipv4PseudoHeader(bytes, length, protocol);
  putWord(bytes, place, checksum(bytes, at, length, pseudo));
  return bytes;
}

function ipv4PseudoHeader(bytes: Uint8Array, length: number, protocol: number): number {
  let total = length + protocol;
  for (let at = 12; at < IPV4_HEADER; at += 2) total += bytes[at] * 256 + bytes[at + 1];
  return total;
}

function ipv6Bytes(address: Address): Uint8Array {
  return addressBytes(formatAddress(address, 'IPv6'));
}

/** Changes a word of an IPv4 header, and its checksum with it. */
function changeWord(bytes: Uint8Array, at: number, value: number): void {
  const before = bytes[at] * 256 + bytes[at + 1];
  putWord(bytes, at, value);
  putWord(bytes, 10, adjust(bytes[10] * 256 + bytes[11], before, value));
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** @param value taken modulo 2^32 */
function putLong(bytes: Uint8Array, at: number, value: number): void {
  putWord(bytes, at, value >>> 16);
  putWord(bytes, at + 2, value >>> 0);
}
