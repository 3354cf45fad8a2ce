// The borders of a testbed: which nodes stand behind which, and the gates of a run.
import { stream } from '../../sim/random.ts';
import { TestbedError } from '../error.ts';
import { select } from '../faults/select.ts';
import { type Gate, Gates } from '../network/gates.ts';
import type { Nodes } from '../node/nodes.ts';
import { gateOf, type Neighbours } from './gates.ts';
import type { BorderSpec } from './spec.ts';

/** By node: the index of its border among those of the scenario; -1: it stands in the open. */
export type BorderOf = Int32Array;

/** @throws {TestbedError} where a border names what is not there, or a node stands behind two */
export function placeBorders(borders: readonly BorderSpec[], nodes: Nodes, seed: string): BorderOf {
  const borderOf = new Int32Array(nodes.count).fill(-1);
  for (const [index, { nodes: selector }] of borders.entries()) {
    const place = ['borders', index, 'nodes'];
    for (const node of select(selector, nodes, stream(seed, 'borders', index), place)) {
      if (borderOf[node] >= 0) {
        const found = `${nodes.names[node]}, which stands behind borders.${borderOf[node]} too`;
        throw new TestbedError(place, found, 'each node behind one border at most');
      }
      borderOf[node] = index;
    }
  }
  return borderOf;
}

/** @returns undefined where all nodes stand in the open */
export function gatesOf(
  borders: readonly BorderSpec[],
  borderOf: BorderOf,
  { siteOf }: Pick<Nodes, 'siteOf'>,
  hosts: Neighbours,
): Gates | undefined {
  if (borders.length === 0) return undefined;
  const made = new Map<string, Gate>();
  const gateOfNode = (node: number): Gate | undefined => {
    const border = borderOf[node];
    if (border < 0) return undefined;
    const key = `${border} ${siteOf[node]}`;
    const gate = made.get(key) ?? gateOf(borders[border].border, hosts);
    made.set(key, gate);
    return gate;
  };
  return new Gates(hosts.nodeOf.map(gateOfNode));
}
