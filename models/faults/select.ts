// Selection: the nodes that a fault's selector means on a given testbed.
import { closest } from 'fastest-levenshtein';
import type { RandomStream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import type { Groupings } from '../node/groups.ts';
import { type Nodes, range } from '../node/nodes.ts';
import type { Site } from '../topology/site.ts';
import type { Amount, Selector } from './spec.ts';

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
    case 'sites':
      return nodesOf(
        nodes,
        node => nodes.siteOf[node],
        choose(selector.amount, nodes.sites.length, 'sites', random, place),
      );
    case 'groups': {
      const { of, into } = groupings(selector.of, nodes, place);
      return nodesOf(
        nodes,
        node => of[node],
        choose(selector.amount, into, `${selector.of} groups`, random, place),
      );
    }
    case 'group': {
      const { of, into } = groupings(selector.of, nodes, place);
      const { number } = selector;
      if (number > into)
        throw new TestbedError(place, `group ${number}`, `at most ${into}, the ${selector.of} groups`);
      return nodesOf(nodes, node => of[node], new Set([number - 1]));
    }
    case 'name': {
      const found = nodes.named(selector.name);
      if (found) return found;
      throw new TestbedError(place, `"${selector.name}"`, 'a node or site', nodes.nearestName(selector.name));
    }
    case 'class':
      return selectSites('class', selector.class, nodes, place);
    case 'region':
      return selectSites('region', selector.region, nodes, place);
    case 'country':
      return selectSites('country', selector.country, nodes, place);
  }
}

/** Chooses among so many, each once. @throws {TestbedError} where more are asked for */
function choose(amount: Amount, of: number, what: string, random: RandomStream, place: Place): Set<number> {
  const count = 'count' in amount ? amount.count : Math.round(amount.fraction * of);
  if (count > of) throw new TestbedError(place, `${count} ${what}`, `at most ${of}, the testbed's ${what}`);
  return new Set(random.shuffle(range(0, of)).slice(0, count));
}

/** The nodes of which a part is among those chosen. */
const nodesOf = (nodes: Nodes, partOf: (node: number) => number, chosen: ReadonlySet<number>): number[] =>
  range(0, nodes.count).filter(node => chosen.has(partOf(node)));

/** @throws {TestbedError} where there are no such groups */
function groupings(kind: string, nodes: Nodes, place: Place): Groupings {
  const found = nodes.groups.get(kind);
  if (found) return found;
  const known = [...nodes.groups.keys()];
  const expected =
    known.length > 0
      ? `groups of a kind that there is: ${known.join(', ')}`
      : 'groups that the key groups describes: there are none';
  throw new TestbedError(
    place,
    `${kind} groups`,
    expected,
    known.length > 0 ? closest(kind, known) : undefined,
  );
}

function sample(count: number, nodes: Nodes, random: RandomStream): number[] {
  return random.shuffle(range(0, nodes.count)).slice(0, count);
}

function selectSites(
  key: 'class' | 'region' | 'country',
  value: string,
  nodes: Nodes,
  place: Place,
): number[] {
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
