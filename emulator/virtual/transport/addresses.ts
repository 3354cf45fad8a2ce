// Addresses as numbers, so that packets and sockets compare and look them up without text.
//
// An IPv4 address is its 32-bit number. An IPv6 address is 2^32 and what tells it from the others that mean anything here:
// 0 for `::`, 1 + index for a host's, 2^32 - 1 for `::1`.
import { IPV6_NETWORK, indexOfIpv4, ipv4Of, ipv6Of } from '../../host-plan.ts';

export type Family = 'IPv4' | 'IPv6';

/** An address as a number; see above. */
export type Address = number;

const IPV6 = 2 ** 32;

export const ANY_IPV4: Address = 0;
export const BROADCAST: Address = 0xffffffff;
export const LOOPBACK_IPV4: Address = 0x7f000001;
export const ANY_IPV6: Address = IPV6;
export const LOOPBACK_IPV6: Address = IPV6 + 0xffffffff;

/** The host of no address. */
export const NOWHERE = -1;

export function isIpv6(address: Address): boolean {
  return address >= IPV6;
}

/** `0.0.0.0` or `::`. */
export function isAny(address: Address): boolean {
  return address === ANY_IPV4 || address === ANY_IPV6;
}

/** 127.0.0.0/8 or `::1`. */
export function isLoopback(address: Address): boolean {
  return isIpv6(address) ? address === LOOPBACK_IPV6 : address >>> 24 === 127;
}

/** The address of a host in the family of another address. */
export function addressBeside(other: Address, host: number): Address {
  return isIpv6(other) ? IPV6 + 1 + host : 0x0a000001 + host;
}

/** @returns the index of the host that has the address, which may be one of no host; `NOWHERE` for other networks */
export function hostOf(address: Address): number {
  if (!isIpv6(address)) return indexOfIpv4(address) ?? NOWHERE;
  return address === LOOPBACK_IPV6 ? NOWHERE : address - IPV6 - 1;
}

/**
 * Reads numeric text; a zone (`%eth0`) is ignored, and `::ffff:a.b.c.d` is the IPv4 address.
 * @returns undefined for what is no address, and for IPv6 addresses that no network here has
 */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** @param family of the socket that shows it: an IPv6 socket shows an IPv4 address as `::ffff:a.b.c.d` */
export function formatAddress(address: Address, family: Family): string {
  if (!isIpv6(address)) {
    const text = indexOfIpv4(address) === undefined ? dotted(address) : ipv4Of(hostOf(address));
    return family === 'IPv4' ? text : address === ANY_IPV4 ? '::' : `::ffff:${text}`;
  }
  if (address === ANY_IPV6) return '::';
  return address === LOOPBACK_IPV6 ? '::1' : ipv6Of(hostOf(address));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 0xff).join('.');
}

function parseIpv4(text: string): Address | undefined {
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46 && digits > 0) {
      address = address * 256 + part;
      part = digits = 0;
      dots++;
    } else if (code >= 48 && code <= 57 && digits < 3) {
      part = part * 10 + code - 48;
      digits++;
    } else return undefined;
    if (part > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? address * 256 + part : undefined;
}

const HOSTS_PREFIX = groupsOf(IPV6_NETWORK.address)!.slice(0, IPV6_NETWORK.prefix / 16);

function parseIpv6(text: string): Address | undefined {
  const groups = groupsOf(text);
  if (!groups) return undefined;
  const [low, high] = [groups[7], groups[6]];
  const zeros = (count: number) => groups.slice(0, count).every(group => group === 0);
  if (zeros(7) && low <= 1) return low === 0 ? ANY_IPV6 : LOOPBACK_IPV6;
  if (zeros(5) && groups[5] === 0xffff) return high * 65536 + low;
  const ofHost = HOSTS_PREFIX.every((group, index) => groups[index] === group);
  const number = high * 65536 + low;
  const between = groups.slice(HOSTS_PREFIX.length, 6).every(group => group === 0);
  return ofHost && between && number > 0 && number <= 2 ** 24 ? IPV6 + number : undefined;
}

/** The eight groups of IPv6 text; undefined where it is none. */
function groupsOf(text: string): readonly number[] | undefined {
  const [plain] = text.split('%');
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(half => (half === '' ? [] : half.split(':').flatMap(parseGroup)));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = tail ? [...head, ...new Array<number>(missing).fill(0), ...tail] : head;
  return groups.some(Number.isNaN) ? undefined : groups;
}

function parseGroup(text: string): number[] {
  if (text.includes('.')) {
    const address = parseIpv4(text);
    return address === undefined ? [Number.NaN] : [address >>> 16, address & 0xffff];
  }
  return [/^[0-9a-fA-F]{1,4}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN];
}
