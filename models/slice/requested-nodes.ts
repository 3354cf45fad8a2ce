// Requested nodes: those that slices which are asked for may take.
import { stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { select } from '../faults/select.ts';
import type { Nodes } from '../node/nodes.ts';
import type { RequestsSpec } from './requests-spec.ts';

/** @throws {TestbedError} where a selector names what is not there, or a slice is to have more nodes than there are */
export function requestedNodes({ among, size }: RequestsSpec, nodes: Nodes, seed: string): number[] {
  const found = select(among, nodes, stream(seed, 'requests', 'among'), ['requests', 'among']);
  if ('nodes' in size && size.nodes > found.length) {
    const expected = `at most ${found.length}, the nodes that slices may take`;
    throw new TestbedError(['requests', 'nodes'], `${size.nodes}`, expected);
  }
  return found;
}
