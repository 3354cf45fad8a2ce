// Generated topologies: PlanetLab as it stood in a year, or sites made up in its likeness.
import { stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { destination } from './geography.ts';
import { generatePaths, type Place } from './hub-paths.ts';
import { type PlanetlabSite, planetlabSites } from './planetlab-sites.ts';
import type { Site } from './site.ts';
import type { Topology, TopologySpec } from './topology.ts';

type Planetlab = Omit<Extract<TopologySpec, { kind: 'planetlab' }>, 'kind'>;
type Generate = Omit<Extract<TopologySpec, { kind: 'generate' }>, 'kind'>;

/** Mean distance, in km, of a made-up site from the site in whose likeness it is. */
const SCATTER = 30;

/**
 * PlanetLab's sites that had joined by the end of a year, or so many of them, the oldest first. `nodes` are dealt after
 * the table's numbers, at least one a site.
 * @throws {TestbedError} where that year had fewer sites, or there are more sites than nodes
 */
export function planetlabOf(spec: Planetlab, seed: string): Topology {
  const joined = planetlabSites.filter(site => site.joined <= spec.year);
  const { sites = joined.length } = spec;
  if (sites > joined.length) {
    throw new TestbedError(
      ['topology', 'planetlab', 'sites'],
      `${sites}`,
      `at most ${joined.length}, the sites that had joined by the end of ${spec.year}`,
    );
  }
  const chosen = joined.slice(0, sites);
  const nodes = dealNodes(chosen, spec.nodes);
  return topologyOf(
    chosen.map(({ institution: _, joined: __, ...site }, index) => ({ ...site, nodes: nodes[index] })),
    seed,
  );
}

/**
 * Sites made up, `site-1`, `site-2`, ..., each in the likeness of a site of PlanetLab drawn at random: its class, country
 * and region, some tens of km from its place. So the planet looks as PlanetLab saw it, at any number of sites.
 */
export function generateSites({ sites, nodesPerSite }: Generate, seed: string): Topology {
  return topologyOf(
    Array.from({ length: sites }, (_, index) => makeUp(`site-${index + 1}`, nodesPerSite, seed)),
    seed,
  );
}

function topologyOf(sites: readonly (Site & Place)[], seed: string): Topology {
  return { sites, paths: generatePaths(sites, seed) };
}

function makeUp(name: string, nodes: number, seed: string): Site & Place {
  const random = stream(seed, 'topology', name, 'place');
  const model = planetlabSites[random.integer(planetlabSites.length)];
  const { country, region, class: class_ } = model;
  const coordinates = destination(model.coordinates, random.uniform() * 360, random.exponential(SCATTER));
  return { name, class: class_, nodes, coordinates, country, region };
}

/**
 * How many nodes each site gets of so many in all: of fewer than the table has, one and a share of the rest after what the
 * table has beyond one; of more, a share after what the table has.
 */
function dealNodes(sites: readonly PlanetlabSite[], nodes: number | undefined): number[] {
  const weights = sites.map(site => site.nodes);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (nodes === undefined) return weights;
  if (nodes < sites.length) {
    throw new TestbedError(
      ['topology', 'planetlab', 'nodes'],
      `${nodes}`,
      `at least ${sites.length}, one for each site`,
    );
  }
  if (nodes >= total) return deal(nodes, weights);
  const more = deal(
    nodes - sites.length,
    weights.map(weight => weight - 1),
  );
  return more.map(count => count + 1);
}

/** Splits a whole number in proportion to weights, each share within one of its due, by rounding the running sum. */
function deal(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((before, weight) => before + weight, 0);
  let passed = 0;
  let dealt = 0;
  return weights.map(weight => {
    passed += weight;
    const upTo = Math.round((total * passed) / sum);
    const share = upTo - dealt;
    dealt = upTo;
    return share;
  });
}
