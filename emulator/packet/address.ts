// Addresses as bytes in network order, from how people write them.
import { isIPv4, isIPv6 } from 'node:net';

/**
 * @param text an IPv4 address (4 bytes), or an IPv6 one (16 bytes) without a zone
 * @throws {RangeError} where it is neither
 */
export function addressBytes(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) throw new RangeError(`${text} is no address`);
  const [head, tail] = text.split('::').map(groups);
  const zeros = tail ? 8 - head.length - tail.length : 0;
  const words = [...head, ...new Array<number>(zeros).fill(0), ...(tail ?? [])];
  return Uint8Array.from(words.flatMap(word => [word >>> 8, word & 0xff]));
}

/** The 16-bit words of a part of an IPv6 address, which may end in an IPv4 address. */
function groups(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap(group => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a, b, c, d] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
