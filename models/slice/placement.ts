// Placement: which nodes a slice gets.
import { closest } from 'fastest-levenshtein';
import { type RandomStream, stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { type Nodes, range } from '../node/nodes.ts';
import { distanceBetween } from '../topology/geography.ts';
import type { Coordinates } from '../topology/site.ts';
import type { Topology } from '../topology/topology.ts';
import type { SliceSpec } from './spec.ts';

/**
 * Chooses a slice's nodes, in the order of choice, each once.
 * @throws {TestbedError} where it asks for nodes that there are not
 */
export function place(slice: SliceSpec, topology: Topology, nodes: Nodes, seed: string): number[] {
  const spec = slice.place;
  const path = ['slices', slice.name, 'place'];
  if (spec.policy === 'all') return range(0, nodes.count);
  if (spec.policy === 'list') return listed(spec.list, nodes, path);
  if (spec.nodes > nodes.count) {
    throw new TestbedError(
      [...path, 'nodes'],
      `${spec.nodes}`,
      `at most ${nodes.count}, the testbed's nodes`,
    );
  }
  if (spec.policy === 'near') return nearest(spec.near, topology, nodes, path).slice(0, spec.nodes);
  const random = stream(seed, 'placement', slice.name);
  const order =
    spec.policy === 'random'
      ? random.shuffle(range(0, nodes.count))
      : spread(spec.nodes, topology, nodes, random);
  return order.slice(0, spec.nodes);
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

/** All nodes, those first that have the shortest path to a site, or, by great circle, to a point. */
function nearest(place: string, topology: Topology, nodes: Nodes, path: readonly string[]): number[] {
  const distance = distanceTo(place, topology, path);
  const bySite = topology.sites.map((_, site) => distance(site));
  return range(0, nodes.count).sort((a, b) => bySite[nodes.siteOf[a]] - bySite[nodes.siteOf[b]] || a - b);
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
 */
function spread(count: number, topology: Topology, nodes: Nodes, random: RandomStream): number[] {
  const sites = farthestFirst(Math.min(count, topology.sites.length), topology, random);
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < count; rank++) {
    for (const site of sites) {
      const node = nodes.firstOf[site] + rank;
      if (node < nodes.firstOf[site + 1]) chosen.push(node);
    }
  }
  return chosen;
}

function farthestFirst(count: number, topology: Topology, random: RandomStream): number[] {
  const total = topology.sites.length;
  if (count === total) return random.shuffle(range(0, total));
  const gap = new Float64Array(total).fill(Infinity);
  const chosen: number[] = [];
  for (let next = random.integer(total); chosen.length < count; next = indexOfLargest(gap)) {
    chosen.push(next);
    for (let site = 0; site < total; site++) {
      if (gap[site] >= 0) gap[site] = Math.min(gap[site], topology.paths.delay(next, site));
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
