// Routing tables as they are once all has settled: for starting from there rather than waiting for it.
import { BITS } from '../identifier.ts';
import type { NodeRef } from '../node-ref.ts';
import { distance } from './xor.ts';

/** The nodes in order of their identifiers, as `stableBuckets` takes them. */
export function inIdOrder(nodes: readonly NodeRef[]): NodeRef[] {
  return [...nodes].sort((a, b) => a.id - b.id);
}

/**
 * The k-buckets of node `index` of a stable network: every one holds all nodes in its range, or k of them by chance.
 * @param nodes in order of their identifiers, which are distinct
 * @param random uniform in [0, 1)
 */
export function stableBuckets(
  nodes: readonly NodeRef[],
  index: number,
  k: number,
  random: () => number,
): NodeRef[][] {
  const buckets: NodeRef[][] = [];
  const self = nodes[index].id;
  for (let bucket = 0; bucket < BITS; bucket++) {
    // The range of a bucket is a run of identifiers: those that share the bits above, differ in this one.
    const start = distance(self, 2 ** bucket);
    const low = start - (start % 2 ** bucket);
    const from = firstAt(nodes, low);
    buckets.push(sample(nodes, from, firstAt(nodes, low + 2 ** bucket), k, random));
  }
  return buckets;
}

/** The nodes closest to a key, the closest first: all are looked at. */
export function trueClosest(nodes: readonly NodeRef[], key: number, count: number): NodeRef[] {
  const distances = Float64Array.from(nodes, ({ id }) => distance(id, key)).sort();
  const last = distances[Math.min(count, distances.length) - 1];
  return nodes
    .filter(({ id }) => distance(id, key) <= last)
    .sort((a, b) => distance(a.id, key) - distance(b.id, key));
}

function firstAt(nodes: readonly NodeRef[], id: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nodes[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `count` of the nodes from..to-1, or all of them, by chance and in any order. */
function sample(
  nodes: readonly NodeRef[],
  from: number,
  to: number,
  count: number,
  random: () => number,
): NodeRef[] {
  if (to - from <= count) return nodes.slice(from, to);
  const drawn = new Set<NodeRef>();
  while (drawn.size < count) drawn.add(nodes[from + Math.floor(random() * (to - from))]);
  return [...drawn];
}
