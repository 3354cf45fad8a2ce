// The ring: identifiers modulo 2^48, exact in a double, and intervals of them.
import { BITS } from '../identifier.ts';

export { BITS, idOf, randomId } from '../identifier.ts';

/** Points of the ring. */
export const RING = 2 ** BITS;

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
