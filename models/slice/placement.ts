// Placement: which nodes a slice gets.
import { closest } from 'fastest-levenshtein';
import { type RandomStream, stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import type { Nodes } from '../node/nodes.ts';
import { distanceBetween } from '../topology/geography.ts';
import type { Coordinates } from '../topology/site.ts';
import type { Topology } from '../topology/topology.ts';
import type { PlacementSpec, SliceSpec } from './spec.ts';
import { type Clash, clashOf, eligibleNodes } from './vantage.ts';

/** How often a choice by chance is begun anew where nodes must not clash. */
const ATTEMPTS = 20;

/**
 * Chooses a slice's nodes, in the order of choice, each once.
 * @throws {TestbedError} where it asks for nodes that there are not, or that cannot be found
 */
export function place(slice: SliceSpec, topology: Topology, nodes: Nodes, seed: string): number[] {
  const spec = slice.place;
  const path = ['slices', slice.name, 'place'];
  if (spec.policy === 'list') return listed(spec.list, nodes, path);
  const eligible = eligibleNodes(spec, topology, nodes, stream(seed, 'placement', slice.name, 'where'), path);
  const count = spec.policy === 'all' ? eligible.length : spec.nodes;
  if (count > eligible.length) {
    const limit = eligible.length < nodes.count ? 'those that its restrictions leave' : "the testbed's nodes";
    throw new TestbedError([...path, 'nodes'], `${count}`, `at most ${eligible.length}, ${limit}`);
  }
  const clash = clashOf(spec, topology, nodes, path);
  const random = stream(seed, 'placement', slice.name);
  const order = () => orderOf(spec, clash ? undefined : count, eligible, topology, nodes, random, path);
  if (!clash) return order().slice(0, count);
  if (spec.policy === 'all') return compatible(order(), count, clash);
  return apart(order, count, clash, spec.policy === 'near' ? 1 : ATTEMPTS, path);
}

/** Eligible nodes in the order of the policy; all of them where no count is given, else the first of them. */
function orderOf(
  spec: Exclude<PlacementSpec, { policy: 'list' }>,
  count: number | undefined,
  eligible: readonly number[],
  topology: Topology,
  nodes: Nodes,
  random: RandomStream,
  path: readonly string[],
): number[] {
  switch (spec.policy) {
    case 'all':
      return [...eligible];
    case 'near':
      return nearest(spec.near, eligible, topology, nodes, path);
    case 'random':
      return random.shuffle([...eligible]);
    case 'spread':
      return spread(count, eligible, topology, nodes, random);
  }
}

/** The first nodes in their order that do not clash with those before them, up to a number. */
function compatible(order: readonly number[], count: number, clash: Clash): number[] {
  const chosen: number[] = [];
  for (const node of order) {
    if (chosen.length === count) break;
    if (!chosen.some(taken => clash(node, taken))) chosen.push(node);
  }
  return chosen;
}

/**
 * So many nodes that do not clash: greedily, in one order after another. Whether there are so many is a hard question
 * (that of independent sets), so that a failure says only how many were found.
 */
function apart(
  order: () => number[],
  count: number,
  clash: Clash,
  attempts: number,
  path: readonly string[],
): number[] {
  let most = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const chosen = compatible(order(), count, clash);
    if (chosen.length === count) return chosen;
    most = Math.max(most, chosen.length);
  }
  const expected = `at most ${most}: no more were found that may stand together`;
  throw new TestbedError([...path, 'nodes'], `${count}`, expected);
}

function listed(names: readonly string[], nodes: Nodes, path: readonly string[]): number[] {
  const chosen = new Set<number>();
  for (const [index, name] of names.entries()) {
    const found = nodes.named(name);
    if (!found) {
      const expected = 'the name of a node or site';
      throw new TestbedError([...path, 'nodes', index], `"${name}"`, expected, nodes.nearestName(name));
    }
    for (const node of found) chosen.add(node);
  }
  return [...chosen];
}

/** Those nodes first that have the shortest path to a site, or, by great circle, to a point. */
function nearest(
  place: string,
  eligible: readonly number[],
  topology: Topology,
  nodes: Nodes,
  path: readonly string[],
): number[] {
  const distance = distanceTo(place, topology, path);
  const bySite = topology.sites.map((_, site) => distance(site));
  return [...eligible].sort((a, b) => bySite[nodes.siteOf[a]] - bySite[nodes.siteOf[b]] || a - b);
}

/** How far a site is: in km from a point, in ns from a site. */
function distanceTo(place: string, topology: Topology, path: readonly string[]): (site: number) => number {
  const point = readPoint(place);
  if (point) return site => distanceBetween(coordinatesOf(topology, site, path), point);
  const names = topology.sites.map(site => site.name);
  const target = names.indexOf(place);
  if (target >= 0) return site => (site === target ? 0 : topology.paths.delay(target, site));
  const expected = 'the name of a site, or "latitude,longitude" in degrees';
  const suggestion = place.includes(',') ? undefined : closest(place, names);
  throw new TestbedError([...path, 'near'], `"${place}"`, expected, suggestion);
}

/** @returns undefined where the text is no point on the Earth */
function readPoint(text: string): Coordinates | undefined {
  const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return undefined;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

function coordinatesOf(topology: Topology, site: number, path: readonly string[]): Coordinates {
  const { coordinates, name } = topology.sites[site];
  if (coordinates) return coordinates;
  throw new TestbedError(
    [...path, 'near'],
    'a point on the map',
    `a site's name: "${name}" has no coordinates`,
  );
}

/**
 * Nodes that see the network from as many sides as possible: one at each site before a second at any, and the sites
 * farthest first, each the farthest by path delay from all before it (Gonzalez, Theor. Comput. Sci. 38, 1985). Where
 * every site gets a node, the sites come in random order.
 * @param count undefined: all that are eligible, the sites farthest first
 */
function spread(
  count: number | undefined,
  eligible: readonly number[],
  topology: Topology,
  nodes: Nodes,
  random: RandomStream,
): number[] {
  const bySite = new Map<number, number[]>();
  for (const node of eligible) {
    const own = bySite.get(nodes.siteOf[node]);
    if (own) own.push(node);
    else bySite.set(nodes.siteOf[node], [node]);
  }
  const sites = [...bySite.keys()];
  const order =
    count !== undefined && count >= sites.length
      ? random.shuffle(sites)
      : farthestFirst(sites, count ?? sites.length, topology, random);
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < (count ?? eligible.length); rank++) {
    for (const site of order) {
      const node = bySite.get(site)![rank];
      if (node !== undefined) chosen.push(node);
    }
  }
  return chosen;
}

function farthestFirst(
  sites: readonly number[],
  count: number,
  topology: Topology,
  random: RandomStream,
): number[] {
  const gap = new Float64Array(sites.length).fill(Infinity);
  const chosen: number[] = [];
  for (let next = random.integer(sites.length); chosen.length < count; next = indexOfLargest(gap)) {
    chosen.push(sites[next]);
    for (const [index, site] of sites.entries()) {
      if (gap[index] >= 0) gap[index] = Math.min(gap[index], topology.paths.delay(sites[next], site));
    }
    gap[next] = -1;
  }
  return chosen;
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}
