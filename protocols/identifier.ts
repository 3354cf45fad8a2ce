// Identifiers: points that nodes and keys share, short enough to be exact in a double.
import { createHash } from 'node:crypto';
import type { Address } from './port.ts';

/** Bits of an identifier: less than the 160 of SHA-1, so that it is a plain number. */
export const BITS = 48;

/** The identifier of an address: the first 48 bits of the SHA-1 hash of its text. */
export function idOf(address: Address): number {
  return createHash('sha1')
    .update(String(address))
    .digest()
    .readUIntBE(0, BITS / 8);
}

/** An identifier, uniformly, to all its 48 bits. @param random uniform in [0, 1) */
export function randomId(random: () => number): number {
  const high = Math.floor(random() * 2 ** 24);
  return high * 2 ** 24 + Math.floor(random() * 2 ** 24);
}
