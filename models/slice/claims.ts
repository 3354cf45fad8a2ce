// Claims: what slivers have of their nodes' uplinks where those are shared, and whether a link can keep all of it.
import { TestbedError } from '../error.ts';
import type { Claim } from '../network/shared-uplinks.ts';
import type { AccessSpec } from '../network/spec.ts';
import type { SliceSpec } from './spec.ts';

interface Placed {
  readonly spec: SliceSpec;
  readonly nodes: readonly number[];
}

/** Each sliver's, in the order of the slice's nodes. */
export function claimsOf({ spec, nodes }: Placed): Claim[] {
  const { share = 1, reserve = 0 } = spec.caps;
  return nodes.map(() => ({ share, reserve }));
}

/** @throws {TestbedError} at the slice whose reserve is, on some node, the one too many */
export function checkReserves(
  slices: readonly Placed[],
  names: readonly string[],
  { up, sharing }: AccessSpec,
): void {
  if (sharing !== 'shares') return;
  const reserved = new Float64Array(names.length);
  for (const [index, { spec, nodes }] of slices.entries()) {
    const { reserve = 0 } = spec.caps;
    if (reserve === 0) continue;
    for (const node of nodes) {
      reserved[node] += reserve;
      if (reserved[node] <= up) continue;
      const others = slices
        .slice(0, index)
        .filter(other => (other.spec.caps.reserve ?? 0) > 0 && other.nodes.includes(node));
      const shown = [...others.map(other => other.spec.name), spec.name].join(', ');
      throw new TestbedError(
        ['slices', spec.name, 'caps', 'reserve'],
        `${reserved[node] / 1e6} Mbit/s reserved on the node ${names[node]} by the slices ${shown}`,
        `at most ${up / 1e6} Mbit/s in all, the rate of the node's uplink`,
      );
    }
  }
}
