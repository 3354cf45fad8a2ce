// Paths of generated topologies: from a site to a hub, over the backbone, from a hub to a site.
import { type RandomStream, stream } from '../../sim/random.ts';
import { MILLISECOND, type Nanoseconds } from '../../sim/time.ts';
import { backboneLengths, hubs } from './backbone.ts';
import { distanceBetween, LIGHT } from './geography.ts';
import { SAME_SITE_DELAY } from './import-matrix.ts';
import { MatrixPaths } from './paths.ts';
import type { Coordinates } from './site.ts';
import type { Paths } from './topology.ts';

/** What the paths need to know of a site. */
export interface Place {
  readonly name: string;
  readonly coordinates: Coordinates;
}

/** Delay of light in fibre of refractive index 1.468, ns per km. */
const FIBRE = (1.468 / LIGHT) * 1e9;

// The stretches and the share of second uplinks are fitted by hand: to the median inflation by distance that WonderNetwork
// measured between 246 cities, and to the round trips and triangle violations that Zhu et al. measured on PlanetLab
// (IEEE/ACM Trans. Networking 25(2), 2017). docs/topology.md tells how near they come.

/** Length of the way over a link of the backbone, by the great circle: cables follow roads, railways and coasts. */
const BACKBONE_STRETCH = 1.5;

/** The same of a site's way to a hub, over regional networks: the median over sites, and sigma of its log; at least 1. */
const ACCESS_STRETCH = 1.8;
const ACCESS_SIGMA = 0.35;

/** One-way delay from a site's nodes to its regional network: the median over sites, and sigma of its log. */
const LAST_MILE: Nanoseconds = 0.5 * MILLISECOND;
const LAST_MILE_SIGMA = 1;

/** A site's second uplink leads to one of so many hubs that come after the nearest. */
const SECOND_CHOICES = 4;

/** Share of destinations toward which a site takes its second uplink. */
const SECOND_SHARE = 0.3;

/** Up to so many sites all delays are worked out beforehand: those of 2000 sites fill 32 MB. */
const MATRIX_SITES = 2000;

/**
 * Symmetric paths between sites whose coordinates are known: the last miles at both ends, the way to a hub at each, and
 * the shortest way over the backbone between the hubs, all of them fibre.
 *
 * A site has two uplinks, to the hub nearest to it and to another one near. Toward most sites it takes the first, toward
 * the others the second, whether that is shorter or not: routes follow contracts more than distance, which is where most
 * of the Internet's detours come from (Spring, Mahajan and Anderson, "The Causes of Path Inflation", SIGCOMM 2003). So
 * paths are longer than the great circle because of ways that many pairs share, and some triangles are violated, but far
 * fewer than noise drawn for each pair would violate.
 *
 * Every draw belongs to one site, by its name, or to one pair: another site more or less changes no other path. Memory is
 * in proportion to the number of sites, and `delay` allocates nothing.
 */
export class HubPaths implements Paths {
  private readonly backbone: Float64Array;
  /** Two of each for every site: the hub to which the uplink leads, and the delay to it. */
  private readonly hubOf: Uint8Array;
  private readonly uplink: Float64Array;
  private readonly key: Uint32Array;

  /** @param sites their names are unique */
  constructor(sites: readonly Place[], seed: string) {
    this.backbone = backboneLengths().map(length => length * BACKBONE_STRETCH * FIBRE);
    this.hubOf = new Uint8Array(2 * sites.length);
    this.uplink = new Float64Array(2 * sites.length);
    this.key = new Uint32Array(sites.length);
    const distances = new Float64Array(hubs.length);
    sites.forEach(({ name, coordinates }, site) => {
      hubs.forEach((hub, index) => {
        distances[index] = distanceBetween(coordinates, hub.coordinates);
      });
      this.attach(site, distances, stream(seed, 'topology', name));
    });
  }

  delay(from: number, to: number): Nanoseconds {
    if (from === to) return SAME_SITE_DELAY;
    const out = 2 * from + this.choice(from, to);
    const back = 2 * to + this.choice(to, from);
    const between = this.backbone[this.hubOf[out] * hubs.length + this.hubOf[back]];
    // The sum of the uplinks first: in this order it is the same both ways, to the last bit.
    return Math.round(this.uplink[out] + this.uplink[back] + between);
  }

  private attach(site: number, distances: Float64Array, random: RandomStream): void {
    const near = nearest(distances, 1 + SECOND_CHOICES);
    const chosen = [near[0], near[1 + random.integer(SECOND_CHOICES)]];
    const stretch = Math.max(1, random.lognormal(Math.log(ACCESS_STRETCH), ACCESS_SIGMA));
    const lastMile = random.lognormal(Math.log(LAST_MILE), LAST_MILE_SIGMA);
    chosen.forEach((hub, index) => {
      this.hubOf[2 * site + index] = hub;
      this.uplink[2 * site + index] = lastMile + distances[hub] * stretch * FIBRE;
    });
    this.key[site] = random.integer(2 ** 32);
  }

  /** Which of its uplinks, 0 or 1, a site uses toward another: always the same, by a hash of the two sites' keys. */
  private choice(site: number, toward: number): number {
    return mix(this.key[site] ^ mix(this.key[toward])) < SECOND_SHARE * 2 ** 32 ? 1 : 0;
  }
}

/** The paths between sites, as a matrix where it is small. */
export function generatePaths(sites: readonly Place[], seed: string): Paths {
  const paths = new HubPaths(sites, seed);
  const size = sites.length;
  if (size > MATRIX_SITES) return paths;
  const delays = new Float64Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) delays[from * size + to] = paths.delay(from, to);
  }
  return new MatrixPaths(size, delays);
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

/** A bijection of 32 bits in which each bit of the input moves about half of the output's (MurmurHash3's finaliser). */
function mix(bits: number): number {
  let hash = bits ^ (bits >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
