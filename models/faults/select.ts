// Selection: the nodes that a fault's selector means on a given testbed.
import { closest } from 'fastest-levenshtein';
import type { RandomStream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { type Nodes, range } from '../node/nodes.ts';
import type { Site } from '../topology/site.ts';
import type { Selector } from './spec.ts';

/** Where in the scenario a selector stands, for the error that it may deserve. */
export type Place = readonly (string | number)[];

/**
 * @param random decides where the selector leaves a choice
 * @throws {TestbedError} where it names what is not there, or more nodes than there are, or is `rest`, which only the
 *   groups beside it tell
 */
export function select(selector: Selector, nodes: Nodes, random: RandomStream, place: Place): number[] {
  switch (selector.kind) {
    case 'all':
      return range(0, nodes.count);
    case 'rest': {
      const expected = 'a selector of its own: rest stands in a partition, beside other groups';
      throw new TestbedError(place, 'rest', expected);
    }
    case 'fraction':
      return sample(Math.round(selector.fraction * nodes.count), nodes, random);
    case 'count':
      if (selector.count > nodes.count) {
        throw new TestbedError(
          place,
          `${selector.count} nodes`,
          `at most ${nodes.count}, the testbed's nodes`,
        );
      }
      return sample(selector.count, nodes, random);
    case 'name': {
      const found = nodes.named(selector.name);
      if (found) return found;
      throw new TestbedError(place, `"${selector.name}"`, 'a node or site', nodes.nearestName(selector.name));
    }
    case 'region':
    case 'country':
      return selectSites(
        selector.kind,
        selector.kind === 'region' ? selector.region : selector.country,
        nodes,
        place,
      );
  }
}

function sample(count: number, nodes: Nodes, random: RandomStream): number[] {
  return random.shuffle(range(0, nodes.count)).slice(0, count);
}

function selectSites(key: 'region' | 'country', value: string, nodes: Nodes, place: Place): number[] {
  const matches = (site: Site) => site[key] === value;
  const found = nodes.sites.flatMap((site, index) => (matches(site) ? nodes.ofSite(index) : []));
  if (found.length > 0) return found;
  const known = [...new Set(nodes.sites.flatMap(site => site[key] ?? []))].sort();
  const expected = known.length > 0 ? `one of ${known.join(', ')}` : `a name: this topology knows no ${key}`;
  throw new TestbedError(
    place,
    `${key} "${value}"`,
    expected,
    known.length > 0 ? closest(value, known) : undefined,
  );
}
