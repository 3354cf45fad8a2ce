// Groups of nodes that share a fate: a power supply, a vulnerability, their turn in an upgrade.
import { stream } from '../../sim/random.ts';

/** A kind of group, and how nodes are dealt to the groups of that kind. */
export interface GroupSpec {
  readonly name: string;
  /** Whether each node is dealt by itself, or all nodes of a site together. */
  readonly of: 'sites' | 'nodes';
  /** How many groups, >= 1. */
  readonly into: number;
}

/** By kind of group, the group of each node, 0 .. into - 1. */
export type Groups = ReadonlyMap<string, Groupings>;

export interface Groupings {
  readonly into: number;
  readonly of: Int32Array;
}

/**
 * Deals nodes to groups, each as likely as any other. A draw is named by its node or site, so that one more changes no
 * other's group.
 */
export function dealGroups(
  specs: readonly GroupSpec[],
  {
    names,
    siteOf,
    sites,
  }: { names: readonly string[]; siteOf: Int32Array; sites: readonly { name: string }[] },
  seed: string,
): Groups {
  return new Map(
    specs.map(({ name, of, into }) => {
      const dealt = (member: string) => stream(seed, 'group', name, member).integer(into);
      const bySite = of === 'sites' ? sites.map(site => dealt(site.name)) : undefined;
      const groups = names.map((node, index) => bySite?.[siteOf[index]] ?? dealt(node));
      return [name, { into, of: Int32Array.from(groups) }];
    }),
  );
}
