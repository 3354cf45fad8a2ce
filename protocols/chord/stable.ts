// The ring as it is once all has settled: for starting from there rather than waiting for it.
import type { NodeRef } from './messages.ts';
import { BITS, betweenOrAt, fingerStart } from './ring.ts';
import type { ChordState } from './routing.ts';

/** The nodes in order of the ring, from the lowest identifier. */
export function inRingOrder(nodes: readonly NodeRef[]): NodeRef[] {
  return [...nodes].sort((a, b) => a.id - b.id);
}

/** The index of the key's successor in `ring`, which is in ring order and not empty. O(log N). */
export function successorIndex(ring: readonly NodeRef[], key: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ring[middle].id < key) low = middle + 1;
    else high = middle;
  }
  return low === ring.length ? 0 : low;
}

/**
 * The state of node `index` of a stable ring: true neighbours, every finger right.
 * @param ring in ring order, identifiers distinct
 * @param length r of the successor list, >= 1
 */
export function stableState(ring: readonly NodeRef[], index: number, length: number): ChordState {
  const size = ring.length;
  const self = ring[index];
  const successor = ring[(index + 1) % size];
  const successors: NodeRef[] = [successor];
  for (let i = 2; i <= length && i < size; i++) successors.push(ring[(index + i) % size]);
  const fingers: NodeRef[] = [];
  for (let finger = BITS - 1; finger >= 0 && size > 1; finger--) {
    const start = fingerStart(self.id, finger);
    if (betweenOrAt(start, self.id, successor.id)) break;
    fingers.push(ring[successorIndex(ring, start)]);
  }
  return { predecessor: size > 1 ? ring[(index + size - 1) % size] : null, successors, fingers };
}
