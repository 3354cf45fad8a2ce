// Whether a testbed has the sites, slices and groups that its management plane names.
import type { Testbed } from '../testbed.ts';
import { homeOf } from './authority.ts';
import { ownersOf } from './owners.ts';
import { wavesOf } from './rollout.ts';
import type { ManagementSpec } from './spec.ts';

/** @throws {TestbedError} at the first that it has not */
export function checkManagement(spec: ManagementSpec, { nodes, slices, seed }: Testbed): void {
  homeOf(spec.authority, nodes);
  ownersOf(
    spec,
    slices.map(slice => slice.spec.name),
    nodes,
  );
  if (spec.rollout) wavesOf(spec.rollout, nodes, seed);
}
