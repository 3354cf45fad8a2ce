// The ring: identifiers modulo 2^48, exact in a double, and intervals of them.
import { createHash } from 'node:crypto';
import type { Address } from '../port.ts';

/** Bits of an identifier. The paper's m; less than SHA-1's 160, so that an identifier is a plain number. */
export const BITS = 48;

/** Points of the ring. */
export const RING = 2 ** BITS;

/** The point of an address: the first 48 bits of the SHA-1 hash of its text. */
export function idOf(address: Address): number {
  return createHash('sha1')
    .update(String(address))
    .digest()
    .readUIntBE(0, BITS / 8);
}

/** A point of the ring, uniformly, to all its 48 bits. @param random uniform in [0, 1) */
export function randomId(random: () => number): number {
  const high = Math.floor(random() * 2 ** 24);
  return high * 2 ** 24 + Math.floor(random() * 2 ** 24);
}

/** Clockwise distance from `from` to `to`: 0 .. 2^48 - 1. */
export function distance(from: number, to: number): number {
  return to >= from ? to - from : to - from + RING;
}

/** Whether `id` lies in (from, to); where from = to, everywhere but there. */
export function between(id: number, from: number, to: number): boolean {
  const reach = distance(from, id);
  return reach > 0 && (from === to || reach < distance(from, to));
}

/** Whether `id` lies in (from, to]; where from = to, that is the whole ring. */
export function betweenOrAt(id: number, from: number, to: number): boolean {
  return id === to || between(id, from, to);
}

/** Where finger `index` (0 .. 47) of a node starts: 2^index past it. */
export function fingerStart(id: number, index: number): number {
  const start = id + 2 ** index;
  return start < RING ? start : start - RING;
}
