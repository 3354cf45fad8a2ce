// The slivers of a testbed in one row: they are the hosts of a run, numbered slice after slice, node after node.
import { type Clock, clockOf } from './host/clocks.ts';
import type { CapSpec } from './network/spec.ts';
import type { SliceSpec } from './slice/spec.ts';
import type { Testbed } from './testbed.ts';

/** By host: its name `slice@node`, its node, its slice. */
export interface Slivers {
  readonly names: readonly string[];
  readonly nodeOf: readonly number[];
  readonly specs: readonly SliceSpec[];
}

export function sliversOf({ slices }: Pick<Testbed, 'slices'>): Slivers {
  return {
    names: slices.flatMap(({ hosts }) => hosts),
    nodeOf: slices.flatMap(({ nodes }) => nodes),
    specs: slices.flatMap(({ spec, nodes }) => nodes.map(() => spec)),
  };
}

/** What each host's slice lets it send. */
export const capSpecsOf = ({ specs }: Slivers): CapSpec[] => specs.map(({ caps }) => caps);

/** Each host's clock. */
export const clockErrorsOf = ({ specs, names }: Slivers, seed: string): Clock[] =>
  specs.map(({ clock }, host) => clockOf(clock, seed, names[host]));

/** The hosts on each node. */
export function hostsByNode({ nodeOf }: Slivers, { nodes }: Pick<Testbed, 'nodes'>): number[][] {
  const hostsOn: number[][] = nodes.names.map(() => []);
  for (const [host, node] of nodeOf.entries()) hostsOn[node].push(host);
  return hostsOn;
}
