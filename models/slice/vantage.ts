// Restrictions of a placement: which nodes it may take at all, and which it may take together.
import { closest } from 'fastest-levenshtein';
import type { RandomStream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { type Place, select } from '../faults/select.ts';
import { type Nodes, range } from '../node/nodes.ts';
import type { Site } from '../topology/site.ts';
import type { Topology } from '../topology/topology.ts';
import type { Restrictions } from './spec.ts';

/** Whether a node may not be taken beside one that is taken already. */
export type Clash = (node: number, taken: number) => boolean;

/**
 * The nodes that a placement may take: those of every selector, near enough to where they must be near, and of known kind
 * where kinds must differ. In the order of the testbed.
 * @throws {TestbedError} where it names what is not there, or leaves no node
 */
export function eligibleNodes(
  { where = [], within, distinct }: Restrictions,
  topology: Topology,
  nodes: Nodes,
  random: RandomStream,
  path: Place,
): number[] {
  let left = range(0, nodes.count);
  for (const selector of where) {
    const selected = new Set(select(selector, nodes, random, [...path, 'where']));
    left = left.filter(node => selected.has(node));
  }
  if (left.length === 0) {
    throw new TestbedError(
      [...path, 'where'],
      'selectors that no node meets together',
      'such that some node does',
    );
  }
  if (within) {
    const site = siteOf(within.of, nodes, [...path, 'within', 'of']);
    left = left.filter(node => roundTrip(topology, site, nodes.siteOf[node]) <= within.rtt);
    if (left.length === 0) {
      const expected = `a round trip that some node has from ${within.of}`;
      throw new TestbedError([...path, 'within', 'rtt'], `${within.rtt / 1e6} ms`, expected);
    }
  }
  if (distinct === undefined) return left;
  const kind = kindOf(distinct, nodes, [...path, 'distinct']);
  return left.filter(node => kind(node) !== undefined);
}

/**
 * Which nodes clash with each other.
 * @returns undefined where any go together
 * @throws {TestbedError} where `distinct` is a kind that there is not
 */
export function clashOf(
  { apart, distinct }: Restrictions,
  topology: Topology,
  nodes: Nodes,
  path: Place,
): Clash | undefined {
  const near: Clash | undefined =
    apart === undefined ? undefined : (a, b) => roundTrip(topology, nodes.siteOf[a], nodes.siteOf[b]) < apart;
  if (distinct === undefined) return near;
  const kind = kindOf(distinct, nodes, [...path, 'distinct']);
  return (a, b) => kind(a) === kind(b) || (near?.(a, b) ?? false);
}

/** Of the paths between two sites, in nanoseconds; links count for nothing. */
const roundTrip = ({ paths }: Topology, a: number, b: number) => paths.delay(a, b) + paths.delay(b, a);

function siteOf(name: string, nodes: Nodes, place: Place): number {
  const found = nodes.named(name);
  if (found) return nodes.siteOf[found[0]];
  throw new TestbedError(place, `"${name}"`, 'the name of a node or site', nodes.nearestName(name));
}

const SITE_KINDS = ['country', 'region', 'class'] as const;

/** What tells nodes apart: their site, what is known of it, or the group of a kind that they are in. */
function kindOf(distinct: string, nodes: Nodes, place: Place): (node: number) => string | number | undefined {
  if (distinct === 'site') return node => nodes.siteOf[node];
  const known = SITE_KINDS.filter(key => nodes.sites.some((site: Site) => site[key] !== undefined));
  const key = known.find(name => name === distinct);
  if (key) return node => nodes.sites[nodes.siteOf[node]][key];
  const groups = nodes.groups.get(distinct);
  if (groups) return node => groups.of[node];
  const all = ['site', ...known, ...nodes.groups.keys()];
  throw new TestbedError(place, `"${distinct}"`, `one of ${all.join(', ')}`, closest(distinct, all));
}
