// What a topology is like: round trips, triangles, nearest neighbours and inflation, as plain figures.
import { type RandomStream, stream } from '../../sim/random.ts';
import { MILLISECOND } from '../../sim/time.ts';
import { distanceBetween, LIGHT } from './geography.ts';
import { type Topology, TopologyError } from './topology.ts';

export interface TopologyStatistics {
  readonly sites: number;
  readonly nodes: number;
  /** How many unordered pairs of sites the figures rest on: all of them up to EXACT_SITES sites, else a sample. */
  readonly pairs: number;
  /** Quantiles of the round trip between two sites, ms. */
  readonly rtt: Readonly<Record<'p1' | 'p5' | 'p25' | 'p50' | 'p75' | 'p95' | 'p99', number>>;
  /** Absent below three sites. */
  readonly triangles?: TriangleShares;
  /** Quantiles over sites of the round trip to the nearest other site, ms. */
  readonly nearest: Readonly<Record<'p5' | 'p50' | 'p95', number>>;
  /** Absent where no pair of at least 100 km has coordinates. */
  readonly inflation?: Inflation;
  /** Spearman's rank correlation of distance and round trip over pairs, -1..1; absent below two pairs with coordinates. */
  readonly correlation?: number;
}

/**
 * Shares, 0..1, of triangles of three sites whose longest side is over the sum of the other two: at all, by more than
 * 10 % and by more than 50 % of that sum. At most one side of a triangle can be, so a share of sides is a third of this.
 */
export interface TriangleShares {
  readonly any: number;
  readonly by10: number;
  readonly by50: number;
  readonly sampled: boolean;
}

/** Round trip over 2 d / c, d the great-circle distance and c the speed of light in vacuum. */
export interface Inflation {
  /** Over pairs of d >= 500 km; absent where there is none. */
  readonly far?: Readonly<Record<'p5' | 'p25' | 'p50' | 'p75' | 'p95', number>>;
  /** Medians by distance class, from <= d < to in km; a class without a pair is left out. */
  readonly classes: readonly DistanceClass[];
}

export interface DistanceClass {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly median: number;
}

/** Up to here every pair and triangle is counted: 4.5 million triangles take a fraction of a second. */
export const EXACT_SITES = 300;

const FAR = 500;

/** Bounds of the distance classes, km. Nothing on Earth is farther apart than half its girth, 20 040 km. */
const BOUNDS = [100, 500, 1000, 2000, 4000, 8000, 12000, 20040];

type Pair = readonly [a: number, b: number];

/**
 * Describes a topology by site, whatever number of nodes each has.
 * @param options.pairs how many pairs, and how many triangles, to draw above EXACT_SITES sites, >= 1; 200 000 by default.
 *   The draw is the same for the same number of sites.
 * @throws TopologyError below two sites
 */
export function describeTopology(topology: Topology, options: { pairs?: number } = {}): TopologyStatistics {
  const { sites, paths } = topology;
  const size = sites.length;
  if (size < 2) {
    throw new TopologyError(`found ${size} site${size === 1 ? '' : 's'}, expected at least 2 to describe`);
  }
  const draws = options.pairs ?? 200_000;
  if (!Number.isSafeInteger(draws) || draws < 1) {
    throw new RangeError(`pairs is ${draws}, expected an integer >= 1`);
  }
  const rtt = (a: number, b: number): number => (paths.delay(a, b) + paths.delay(b, a)) / MILLISECOND;
  const exact = size <= EXACT_SITES;
  const random = stream('topology statistics', size);
  const pairs = exact ? allPairs(size) : drawPairs(size, draws, random);
  const triangles =
    size < 3 ? undefined : exact ? allTriangles(size, rtt) : drawTriangles(size, draws, rtt, random);
  const located = locatedPairs(topology, pairs, rtt);
  const inflation = describeInflation(located);
  return {
    sites: size,
    nodes: sites.reduce((sum, site) => sum + site.nodes, 0),
    pairs: pairs.length,
    rtt: quantiles(
      pairs.map(([a, b]) => rtt(a, b)),
      { p1: 0.01, p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95, p99: 0.99 },
    ),
    ...(triangles ? { triangles } : {}),
    nearest: quantiles(nearestRtts(size, rtt, random), { p5: 0.05, p50: 0.5, p95: 0.95 }),
    ...(inflation ? { inflation } : {}),
    ...(located.distances.length > 1
      ? { correlation: rankCorrelation(located.distances, located.rtts) }
      : {}),
  };
}

function allPairs(size: number): Pair[] {
  const pairs: Pair[] = [];
  for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) pairs.push([a, b]);
  return pairs;
}

function drawPairs(size: number, draws: number, random: RandomStream): Pair[] {
  return Array.from({ length: draws }, () => {
    const a = random.integer(size);
    return [a, (a + 1 + random.integer(size - 1)) % size];
  });
}

type Rtt = (a: number, b: number) => number;

/** Counts triangles by how far the longest side is over the sum of the other two. */
class TriangleCount {
  private total = 0;
  private any = 0;
  private by10 = 0;
  private by50 = 0;

  add(x: number, y: number, z: number): void {
    const longest = Math.max(x, y, z);
    // Not x + y + z - longest, whose rounding would make a violation of an exact tie.
    const detour = longest === x ? y + z : longest === y ? x + z : x + y;
    this.total++;
    if (longest > detour) this.any++;
    if (longest > 1.1 * detour) this.by10++;
    if (longest > 1.5 * detour) this.by50++;
  }

  shares(sampled: boolean): TriangleShares {
    const { any, by10, by50, total } = this;
    return { any: any / total, by10: by10 / total, by50: by50 / total, sampled };
  }
}

function allTriangles(size: number, rtt: Rtt): TriangleShares {
  const count = new TriangleCount();
  const table = new Float64Array(size * size);
  for (const [a, b] of allPairs(size)) table[a * size + b] = rtt(a, b);
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const side = table[a * size + b];
      for (let c = b + 1; c < size; c++) count.add(side, table[a * size + c], table[b * size + c]);
    }
  }
  return count.shares(false);
}

function drawTriangles(size: number, draws: number, rtt: Rtt, random: RandomStream): TriangleShares {
  const count = new TriangleCount();
  for (let drawn = 0; drawn < draws; ) {
    const [a, b, c] = [random.integer(size), random.integer(size), random.integer(size)];
    if (a === b || b === c || c === a) continue;
    count.add(rtt(a, b), rtt(b, c), rtt(c, a));
    drawn++;
  }
  return count.shares(true);
}

/** The round trip to the nearest other site, of every site or, above EXACT_SITES, of as many drawn at random. */
function nearestRtts(size: number, rtt: Rtt, random: RandomStream): number[] {
  const sites = Array.from({ length: size }, (_, site) => site);
  const chosen = size <= EXACT_SITES ? sites : random.shuffle(sites.slice()).slice(0, EXACT_SITES);
  return chosen.map(site =>
    sites.reduce(
      (least, other) => (other === site ? least : Math.min(least, rtt(site, other))),
      Number.POSITIVE_INFINITY,
    ),
  );
}

/** Distances in km and round trips in ms of the pairs whose sites both have coordinates. */
interface Located {
  readonly distances: number[];
  readonly rtts: number[];
}

function locatedPairs({ sites }: Topology, pairs: readonly Pair[], rtt: Rtt): Located {
  const located: Located = { distances: [], rtts: [] };
  for (const [a, b] of pairs) {
    const from = sites[a].coordinates;
    const to = sites[b].coordinates;
    if (!from || !to) continue;
    located.distances.push(distanceBetween(from, to));
    located.rtts.push(rtt(a, b));
  }
  return located;
}

function describeInflation({ distances, rtts }: Located): Inflation | undefined {
  const far: number[] = [];
  const byClass = BOUNDS.slice(1).map((to, index) => ({ from: BOUNDS[index], to, sample: [] as number[] }));
  distances.forEach((distance, pair) => {
    const inflation = (rtts[pair] * (LIGHT / 1000)) / (2 * distance);
    if (distance >= FAR) far.push(inflation);
    byClass.find(bounds => distance >= bounds.from && distance < bounds.to)?.sample.push(inflation);
  });
  const classes = byClass
    .filter(({ sample }) => sample.length > 0)
    .map(({ from, to, sample }) => {
      return { from, to, pairs: sample.length, median: quantiles(sample, { p50: 0.5 }).p50 };
    });
  if (classes.length === 0) return undefined;
  if (far.length === 0) return { classes };
  return { far: quantiles(far, { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 }), classes };
}

/** Spearman's rho: Pearson's correlation of the ranks, equal figures sharing their mean rank. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const middle = (a.length + 1) / 2;
  const [ranksA, ranksB] = [ranks(a), ranks(b)];
  const sums = { ab: 0, aa: 0, bb: 0 };
  ranksA.forEach((rank, index) => {
    const [x, y] = [rank - middle, ranksB[index] - middle];
    sums.ab += x * y;
    sums.aa += x * x;
    sums.bb += y * y;
  });
  return sums.ab / Math.sqrt(sums.aa * sums.bb);
}

function ranks(figures: readonly number[]): Float64Array {
  const order = Uint32Array.from(figures, (_, index) => index).sort((i, j) => figures[i] - figures[j]);
  const result = new Float64Array(figures.length);
  for (let first = 0, after = 0; first < order.length; first = after) {
    while (after < order.length && figures[order[after]] === figures[order[first]]) after++;
    // Ranks count from 1: the mean of first + 1 .. after.
    for (let index = first; index < after; index++) result[order[index]] = (first + 1 + after) / 2;
  }
  return result;
}

/** Quantiles by linear interpolation between order statistics (Hyndman & Fan's type 7, 1996); the sample is not empty. */
function quantiles<P extends string>(
  sample: readonly number[],
  shares: Record<P, number>,
): Record<P, number> {
  const sorted = Float64Array.from(sample).sort();
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  };
  const entries = Object.entries<number>(shares).map(([name, share]) => [name, at(share)]);
  return Object.fromEntries(entries);
}
