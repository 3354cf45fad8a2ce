// Choice: in which order slices that are asked for try nodes, by what is known of them.
import type { RandomStream } from '../../sim/random.ts';
import type { Policy } from './requests-spec.ts';

/** What a choice goes by. */
export interface Known {
  load(node: number): number;
  site(node: number): number;
}

/**
 * Tries nodes until so many are taken.
 * @param pool nodes, each once; is left in another order
 * @param take whether a node could be taken
 * @returns the nodes taken, fewer than `count` where there are not so many
 */
export function choose(
  policy: Policy,
  count: number,
  pool: number[],
  known: Known,
  random: RandomStream,
  take: (node: number) => boolean,
): number[] {
  const taken: number[] = [];
  for (const node of candidates(policy, pool, known, random)) {
    if (take(node)) taken.push(node);
    if (taken.length >= count) break;
  }
  return taken;
}

function candidates(policy: Policy, pool: number[], known: Known, random: RandomStream): Iterable<number> {
  switch (policy) {
    case 'random':
      return draws(pool, random);
    case 'two-choices':
      return betterOfTwo(pool, known, random);
    case 'spread':
      return bySites(random.shuffle(pool), known);
    case 'least-loaded': {
      // In random order among those of one load: the sort is stable.
      const shuffled = random.shuffle(pool);
      const loads = new Map(shuffled.map(node => [node, known.load(node)]));
      return shuffled.sort((a, b) => loads.get(a)! - loads.get(b)!);
    }
  }
}

function* draws(pool: number[], random: RandomStream): Generator<number> {
  while (pool.length > 0) yield drawOut(pool, random.integer(pool.length));
}

/** The less loaded of two that are drawn; the other goes back (M. Mitzenmacher, IEEE TPDS 12(10), 2001). */
function* betterOfTwo(pool: number[], known: Known, random: RandomStream): Generator<number> {
  while (pool.length > 1) {
    const one = random.integer(pool.length);
    let other = random.integer(pool.length - 1);
    if (other >= one) other++;
    yield drawOut(pool, known.load(pool[one]) <= known.load(pool[other]) ? one : other);
  }
  yield* pool.splice(0);
}

function drawOut(pool: number[], index: number): number {
  const node = pool[index];
  pool[index] = pool[pool.length - 1];
  pool.pop();
  return node;
}

/** One node of each site before a second of any. */
function* bySites(shuffled: readonly number[], known: Known): Generator<number> {
  const left = new Map<number, number[]>();
  for (const node of shuffled) {
    const site = known.site(node);
    const own = left.get(site);
    if (own) own.push(node);
    else left.set(site, [node]);
  }
  for (let rank = 0; left.size > 0; rank++) {
    for (const [site, own] of left) {
      if (rank < own.length) yield own[rank];
      else left.delete(site);
    }
  }
}
