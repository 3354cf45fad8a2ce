// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.

/** IPv4 protocol numbers and IPv6 next headers. */
export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMPV6 = 58;

/**
 * Adds the words of a stretch of bytes to a sum, an odd last byte being the high one of its word. The result may be
 * added to further; `fold` makes a checksum of it.
 * @param bytes at most 64 KiB at a time and a few times over, so that the sum is exact in 32 bits
 */
export function sum(bytes: Uint8Array, at: number, length: number, start = 0): number {
  const end = at + (length & ~1);
  let total = start;
  for (let i = at; i < end; i += 2) total += (bytes[i] << 8) | bytes[i + 1];
  if (length & 1) total += bytes[end] << 8;
  return total;
}

/** The ones' complement sum of 16 bits that a sum comes to. */
export function fold(total: number): number {
  let folded = (total & 0xffff) + Math.floor(total / 0x10000);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

/** @returns the checksum of bytes in which the checksum's own field is 0, or 0 where it is in place and right */
export function checksum(bytes: Uint8Array, at: number, length: number, start = 0): number {
  return ~fold(sum(bytes, at, length, start)) & 0xffff;
}

/** A checksum after one 16-bit word that it covers has changed (RFC 1624, equation 3). */
export function adjust(checksum: number, before: number, after: number): number {
  return ~fold((~checksum & 0xffff) + (~before & 0xffff) + after) & 0xffff;
}
