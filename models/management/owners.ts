// Owners: the sites that answer for slices.
import { TestbedError } from '../error.ts';
import type { Nodes } from '../node/nodes.ts';
import type { ManagementSpec } from './spec.ts';

/** By slice, the site that answers for it; -1 where none does. @throws {TestbedError} where there is no such slice or site */
export function ownersOf({ owners }: ManagementSpec, slices: readonly string[], nodes: Nodes): number[] {
  for (const [slice, site] of Object.entries(owners)) {
    const place = ['management', 'owners', slice];
    if (!slices.includes(slice)) throw new TestbedError(place, `"${slice}"`, `a slice: ${slices.join(', ')}`);
    if (nodes.sites.every(({ name }) => name !== site)) {
      throw new TestbedError(place, `"${site}"`, 'a site', nodes.nearestName(site));
    }
  }
  return slices.map(slice => nodes.sites.findIndex(({ name }) => name === owners[slice]));
}
