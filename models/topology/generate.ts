// Generated topologies: PlanetLab as it stood in a year, or sites made up in its likeness.
import { TestbedError } from '../error.ts';
import { generatePaths, type Place, type SiteDraws } from './hub-paths.ts';
import { drawsOfSites, madeUpSites } from './made-up-sites.ts';
import { type PlanetlabSite, planetlabSites } from './planetlab-sites.ts';
import type { Site } from './site.ts';
import type { GenerateSpec, Topology, TopologySpec } from './topology.ts';

type Planetlab = Omit<Extract<TopologySpec, { kind: 'planetlab' }>, 'kind'>;

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
 * Sites made up, `site-1`, `site-2`, ..., with the paths between them.
 * @throws {TestbedError} where no class has a share
 */
export function generateSites(spec: GenerateSpec, seed: string): Topology {
  return topologyOf(madeUpSites(spec, seed), seed, drawsOfSites(seed));
}

function topologyOf(
  sites: readonly (Site & Place)[],
  seed: string,
  drawsOf?: (site: number) => SiteDraws,
): Topology {
  return { sites, paths: generatePaths(sites, seed, drawsOf) };
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
