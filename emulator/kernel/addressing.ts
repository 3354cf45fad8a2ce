// Which host an address belongs to, and the addresses of the routers between hosts, which exist by these alone.

import { IPV6_NETWORK, indexOfIpv4 } from '../host-plan.ts';
import { addressBytes } from '../packet/address.ts';
import { ipv4Destination } from '../packet/ipv4.ts';
import { ipv6Destination } from '../packet/ipv6.ts';

/** An address that no router reports anything about: multicast, broadcast, a link's own. */
export const SILENT = -1;
/** An address outside the run's networks. */
export const ELSEWHERE = -2;
/** An address of the run's networks that can be of no host. */
export const NOBODY = 2 ** 24;

const NETWORK6 = addressBytes(IPV6_NETWORK.address);
const NETWORK6_BYTES = IPV6_NETWORK.prefix / 8;

/** The index that a packet's IPv4 destination numbers, which may be one of no host, or one of the negative answers. */
export function hostOfIpv4(bytes: Uint8Array, at: number): number {
  const address = ipv4Destination(bytes, at);
  const index = indexOfIpv4(address);
  if (index !== undefined) return index < 0 || index === 0xfffffe ? SILENT : index;
  // 224.0.0.0/3: multicast, reserved, broadcast; 0.0.0.0/8 and 169.254.0.0/16 leave no link (RFC 3927, RFC 6890).
  const local = address >>> 29 === 7 || address >>> 24 === 0 || address >>> 16 === 0xa9fe;
  return local ? SILENT : ELSEWHERE;
}

/** The same of an IPv6 destination. */
export function hostOfIpv6(bytes: Uint8Array, at: number): number {
  const start = ipv6Destination(at);
  // ff00::/8 is multicast, fe80::/10 leaves no link.
  if (bytes[start] === 0xff || (bytes[start] === 0xfe && bytes[start + 1] >>> 6 === 2)) return SILENT;
  for (let i = 0; i < NETWORK6_BYTES; i++) if (bytes[start + i] !== NETWORK6[i]) return ELSEWHERE;
  for (let i = NETWORK6_BYTES; i < 13; i++) if (bytes[start + i] !== 0) return NOBODY;
  const number = (bytes[start + 13] << 16) | (bytes[start + 14] << 8) | bytes[start + 15];
  return number === 0 ? NOBODY : number - 1;
}

// A router is known by the node that it is nearer to, and by how many hops it is from it: so the paths of one node share
// their first routers, and a path there and back has the same ones. 17 bits and 5 of 100.64.0.0/10 (RFC 6598).
const ROUTERS4 = 0x64400000;
const HOP_BITS = 5;
const NODE_MASK = 2 ** (22 - HOP_BITS) - 1;
const ROUTERS6 = addressBytes('fd70:6574:726a::');

/** @param distance hops from the node, 1 .. 31 */
export function routerIpv4(node: number, distance: number): number {
  return (ROUTERS4 | ((node & NODE_MASK) << HOP_BITS) | (distance & (2 ** HOP_BITS - 1))) >>> 0;
}

/** Writes a router's IPv6 address. @param into 16 bytes */
export function routerIpv6(into: Uint8Array, node: number, distance: number): void {
  into.set(ROUTERS6);
  into[9] = node >>> 16;
  into[10] = node >>> 8;
  into[11] = node;
  into[15] = distance;
}
