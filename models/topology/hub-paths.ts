// Paths of generated topologies: from a site to a hub, over the backbone, from a hub to a site.
import { type RandomStream, stream } from '../../sim/random.ts';
import { MILLISECOND, type Nanoseconds } from '../../sim/time.ts';
import {
  type Backbone,
  type Carrier,
  hubs,
  type MeetingPoints,
  meetingPoints,
  shortestWays,
} from './backbone.ts';
import { distanceBetween, LIGHT } from './geography.ts';
import { SAME_SITE_DELAY } from './import-matrix.ts';
import { normalQuantile } from './normal-quantile.ts';
import { draw, mix, pairKey } from './pair-hash.ts';
import { MatrixPaths } from './paths.ts';
import type { Coordinates, SiteClass } from './site.ts';
import type { Paths, Routes } from './topology.ts';

/** What the paths need to know of a site. */
export interface Place {
  readonly name: string;
  readonly coordinates: Coordinates;
  /** `edge` where left out: a site on a research network. */
  readonly class?: SiteClass;
}

/** What is drawn for a site, each in [0, 1): the share of all sites that have less of it. */
export interface SiteDraws {
  /** Which of the near hubs the second uplink leads to. */
  readonly second: number;
  /** How long the uplinks are for their great circle. */
  readonly stretch: number;
  readonly lastMile: number;
}

/** Delay of light in fibre of refractive index 1.468, ns per km. */
const FIBRE = (1.468 / LIGHT) * 1e9;

// The figures below and the stretch of the backbone's links are fitted together, by search, to the inflation, round
// trips and triangle violations that WonderNetwork measured between 246 cities, at their places, and to those that Zhu et
// al. measured on PlanetLab (IEEE/ACM Trans. Networking 25(2), 2017). docs/topology.md tells how near they come.

/** Length of a site's way to a hub, by the great circle: the median over sites, and sigma of its log; at least 1. */
const ACCESS_STRETCH = 1.39;
const ACCESS_SIGMA = 0.46;

/** One-way delay from a site's nodes to its regional network: the median over sites, and sigma of its log. */
const LAST_MILE: Nanoseconds = 0.23 * MILLISECOND;
const LAST_MILE_SIGMA = 0.54;

/** A site's second uplink leads to one of so many hubs that come after the nearest, unless that is so many km farther. */
const SECOND_CHOICES = 3;
const SECOND_REACH = 1750;

/** Share of destinations toward which a site takes its second uplink. */
const SECOND_SHARE = 0.36;

/** Share of pairs of sites overseas whose networks meet in North America or Europe only. */
const MEETING_SHARE = 0.48;

/** Share of those pairs that meet on the farther of these continents: of two research networks, and of others. */
const FAR_MEETING_SHARE: Readonly<Record<Carrier, number>> = { research: 0.18, commercial: 0 };

/** What a pair's own way within the hubs adds, in the mean over pairs, as a share of the path. */
const PAIR_EXCESS = 0.0215;

/** As many routers as traceroute looks for by default. */
const MOST_HOPS = 30;

/** Up to so many sites all delays are worked out beforehand: those of 2000 sites fill 32 MB. */
const MATRIX_SITES = 2000;

const SIZE = hubs.length;

/** A backbone's ways in ns, and those over meeting points. */
interface Ways {
  readonly next: Uint8Array;
  readonly delays: Float64Array;
  readonly meetings: MeetingPoints;
  /** Share of pairs overseas that meet far. */
  readonly farShare: number;
}

/**
 * Symmetric paths between sites whose coordinates are known: the last miles at both ends, the way to a hub at each, and
 * a way over the backbone between the hubs, all of them fibre. What makes them longer than the great circle is ways that
 * many pairs share, so some triangles are violated, but far fewer than noise drawn for each pair would violate:
 *
 * - A site has two uplinks, to the hub nearest to it and to another one near. Toward most sites it takes the first, toward
 *   the others the second, whether that is shorter or not: routes follow contracts more than distance, which is where most
 *   of the Internet's detours come from (Spring, Mahajan and Anderson, "The Causes of Path Inflation", SIGCOMM 2003).
 *   Sites that share their nearest hub meet there.
 * - Between two edge sites the way is that of research networks; else any link is taken.
 * - Sites on continents other than North America and Europe often meet on those, research networks at times on the
 *   farther one: where both have a partner, not where it is on the way.
 *
 * Routers stand where the hubs are. Every draw belongs to one site, by its name or place in the order, or to one pair: another
 * site more or less changes no other path. Memory is in proportion to the number of sites, and `delay` allocates nothing.
 */
export class HubPaths implements Paths, Routes {
  private readonly research = waysOf('research');
  private readonly commercial = waysOf('commercial');
  /** Two of each for every site: the hub to which the uplink leads, and the delay to it. */
  private readonly hubOf: Uint8Array;
  private readonly uplink: Float64Array;
  private readonly key: Uint32Array;
  /** 1 where the site is on a research network. */
  private readonly onResearch: Uint8Array;

  /**
   * @param sites their names are unique
   * @param drawsOf what is drawn for a site, by its index; by its name where left out
   */
  constructor(sites: readonly Place[], seed: string, drawsOf?: (site: number) => SiteDraws) {
    this.hubOf = new Uint8Array(2 * sites.length);
    this.uplink = new Float64Array(2 * sites.length);
    this.key = new Uint32Array(sites.length);
    this.onResearch = Uint8Array.from(sites, ({ class: class_ = 'edge' }) => (class_ === 'edge' ? 1 : 0));
    const distances = new Float64Array(SIZE);
    sites.forEach(({ name, coordinates }, site) => {
      hubs.forEach((hub, index) => {
        distances[index] = distanceBetween(coordinates, hub.coordinates);
      });
      const random = stream(seed, 'topology', name);
      this.key[site] = random.integer(2 ** 32);
      this.attach(site, distances, drawsOf?.(site) ?? drawsFrom(random));
    });
  }

  delay(from: number, to: number): Nanoseconds {
    if (from === to) return SAME_SITE_DELAY;
    const out = this.wayOut(from, to);
    const back = this.wayOut(to, from);
    const ways = this.waysBetween(from, to);
    const meeting = this.meeting(from, to, out, back);
    const between =
      ways.delays[this.hubOf[out] * SIZE + meeting] + ways.delays[meeting * SIZE + this.hubOf[back]];
    // The sums of what lies at either end first: in this order it is the same both ways, to the last bit.
    return Math.round((this.uplink[out] + this.uplink[back] + between) * this.excess(from, to));
  }

  get routes(): Routes {
    return this;
  }

  /**
   * A router at the border of either site, and two in each hub on the way: where the path enters it and leaves it. Of a
   * way over more than fourteen hubs the last ones count as one link.
   */
  hops(from: number, to: number): number {
    if (from === to) return 0;
    const out = this.wayOut(from, to);
    const back = this.wayOut(to, from);
    const ways = this.waysBetween(from, to);
    const meeting = this.meeting(from, to, out, back);
    const [first, last] = [this.hubOf[out], this.hubOf[back]];
    return Math.min(MOST_HOPS, 2 + 2 * (1 + links(ways, first, meeting) + links(ways, meeting, last)));
  }

  /** The borders stand next to their sites, as far as two nodes of one site from each other. */
  delayTo(from: number, to: number, hop: number): Nanoseconds {
    const out = this.wayOut(from, to);
    const back = this.wayOut(to, from);
    const excess = this.excess(from, to);
    if (hop === 1) return Math.floor(Math.min(SAME_SITE_DELAY, this.uplink[out]));
    if (hop === this.hops(from, to)) {
      return this.delay(from, to) - Math.floor(Math.min(SAME_SITE_DELAY, this.uplink[back]));
    }
    const ways = this.waysBetween(from, to);
    const meeting = this.meeting(from, to, out, back);
    let hub = this.hubOf[out];
    let passed = this.uplink[out];
    let met = hub === meeting;
    for (let hubsPassed = 1; hubsPassed < hop >> 1; hubsPassed++) {
      const after = ways.next[hub * SIZE + (met ? this.hubOf[back] : meeting)];
      passed += ways.delays[hub * SIZE + after];
      hub = after;
      met ||= hub === meeting;
    }
    return Math.round(passed * excess);
  }

  private attach(site: number, distances: Float64Array, draws: SiteDraws): void {
    const near = nearest(distances, 1 + SECOND_CHOICES);
    const within = near.filter(hub => distances[hub] - distances[near[0]] <= SECOND_REACH);
    const second = near[1 + Math.floor(draws.second * SECOND_CHOICES)];
    const chosen = [near[0], within.includes(second) ? second : within[Math.min(1, within.length - 1)]];
    const stretch = Math.max(1, lognormal(draws.stretch, ACCESS_STRETCH, ACCESS_SIGMA));
    const lastMile = lognormal(draws.lastMile, LAST_MILE, LAST_MILE_SIGMA);
    chosen.forEach((hub, index) => {
      this.hubOf[2 * site + index] = hub;
      this.uplink[2 * site + index] = lastMile + distances[hub] * stretch * FIBRE;
    });
  }

  /** The uplink, of all, that a site uses toward another: always the same, by a hash of the two sites' keys. */
  private wayOut(site: number, toward: number): number {
    if (this.hubOf[2 * site] === this.hubOf[2 * toward]) return 2 * site;
    return 2 * site + (draw(mix(this.key[site] ^ mix(this.key[toward]))) < SECOND_SHARE ? 1 : 0);
  }

  private waysBetween(from: number, to: number): Ways {
    return this.onResearch[from] === 1 && this.onResearch[to] === 1 ? this.research : this.commercial;
  }

  /** The hub over which the way between the two uplinks' hubs goes; the first of them where it is the shortest way. */
  private meeting(from: number, to: number, out: number, back: number): number {
    const share = draw(mix(pairKey(this.key[from], this.key[to]))) / MEETING_SHARE;
    if (share >= 1) return this.hubOf[out];
    const { meetings, farShare } = this.waysBetween(from, to);
    const points = share < farShare ? meetings.far : meetings.near;
    return points[this.hubOf[out] * SIZE + this.hubOf[back]];
  }

  /** How much longer than its hubs and uplinks tell a pair's path is, >= 1: 1 and an exponentially distributed excess. */
  private excess(from: number, to: number): number {
    return 1 - PAIR_EXCESS * Math.log(1 - draw(pairKey(this.key[from], this.key[to])));
  }
}

const drawsFrom = (random: RandomStream): SiteDraws => ({
  second: random.uniform(),
  stretch: random.uniform(),
  lastMile: random.uniform(),
});

/** The paths between sites, as a matrix where it is small. */
export function generatePaths(
  sites: readonly Place[],
  seed: string,
  drawsOf?: (site: number) => SiteDraws,
): Paths {
  const paths = new HubPaths(sites, seed, drawsOf);
  const size = sites.length;
  if (size > MATRIX_SITES) return paths;
  const delays = new Float64Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) delays[from * size + to] = paths.delay(from, to);
  }
  return new MatrixPaths(size, delays, paths);
}

function waysOf(carrier: Carrier): Ways {
  const backbone: Backbone = shortestWays(carrier);
  // Both ways the mean of them, as sums of the same links in another order may differ in the last bit.
  const delays = backbone.lengths.map((length, cell) => {
    const reverse = backbone.lengths[(cell % SIZE) * SIZE + Math.floor(cell / SIZE)];
    return ((length + reverse) / 2) * FIBRE;
  });
  const farShare = FAR_MEETING_SHARE[carrier];
  return { next: backbone.next, delays, meetings: meetingPoints(backbone), farShare };
}

/** A lognormal's quantile, by its median and the sigma of its log. */
function lognormal(share: number, median: number, sigma: number): number {
  return median * Math.exp(sigma * normalQuantile(share));
}

function links({ next }: Ways, from: number, to: number): number {
  let count = 0;
  for (let hub = from; hub !== to; hub = next[hub * SIZE + to]) count++;
  return count;
}

/** The indices of the least of the figures, least first: `count` passes, which for a few beats sorting them. */
function nearest(figures: Float64Array, count: number): number[] {
  const chosen: number[] = [];
  while (chosen.length < count) {
    let best = -1;
    for (let index = 0; index < figures.length; index++) {
      if ((best < 0 || figures[index] < figures[best]) && !chosen.includes(index)) best = index;
    }
    chosen.push(best);
  }
  return chosen;
}
