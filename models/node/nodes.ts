// The nodes of a testbed: their names, sites and whether they are up, in flat arrays.
import { closest } from 'fastest-levenshtein';
import type { Site } from '../topology/site.ts';
import type { Groups } from './groups.ts';

/** All nodes, in the order of their sites. Node k of site `princeton` is called `princeton-k`, counted from 1. */
export class Nodes {
  readonly names: readonly string[];
  readonly siteOf: Int32Array;
  readonly sites: readonly Site[];
  /** The first node of each site, and, last, the number of nodes. */
  readonly firstOf: Int32Array;
  readonly up: Uint8Array;
  /** By kind of group, who shares a fate with whom. */
  groups: Groups = new Map();

  private byName: Map<string, number> | undefined;

  constructor(sites: readonly Site[]) {
    this.sites = sites;
    this.firstOf = new Int32Array(sites.length + 1);
    const names: string[] = [];
    for (const [index, site] of sites.entries()) {
      for (let k = 1; k <= site.nodes; k++) names.push(`${site.name}-${k}`);
      this.firstOf[index + 1] = names.length;
    }
    this.names = names;
    this.siteOf = new Int32Array(names.length);
    for (let site = 0; site < sites.length; site++) {
      this.siteOf.fill(site, this.firstOf[site], this.firstOf[site + 1]);
    }
    this.up = new Uint8Array(names.length).fill(1);
  }

  get count(): number {
    return this.names.length;
  }

  /** The nodes of a site. */
  ofSite(site: number): number[] {
    return range(this.firstOf[site], this.firstOf[site + 1]);
  }

  /** The nodes that a name means: a node's own, or all of a site's; undefined where nothing is so called. */
  named(name: string): number[] | undefined {
    this.byName ??= new Map(this.names.map((node, index) => [node, index]));
    const node = this.byName.get(name);
    if (node !== undefined) return [node];
    const site = this.sites.findIndex(candidate => candidate.name === name);
    return site < 0 ? undefined : this.ofSite(site);
  }

  /** The name of a node or site that is nearest to a misspelt one. */
  nearestName(name: string): string {
    return closest(name, [...this.sites.map(site => site.name), ...this.names]);
  }
}

/** The integers from `start` up to but without `end`. */
export function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
