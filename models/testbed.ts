// A testbed: sites, nodes, network and placed slices, built from what a scenario says and not yet running.
import type { FaultEvent } from './faults/event.ts';
import type { Network } from './network/network.ts';
import type { Nodes } from './node/nodes.ts';
import type { BorderOf } from './reach/build.ts';
import type { BorderSpec } from './reach/spec.ts';
import type { AdmissionSpec } from './slice/admission.ts';
import type { SliceSpec } from './slice/spec.ts';
import type { SubsystemSpecs } from './spec.ts';
import type { Topology } from './topology/topology.ts';

/** A slice and the nodes on which it has a sliver. */
export interface PlacedSlice {
  readonly spec: SliceSpec;
  readonly nodes: readonly number[];
  /** The name of the host on each of these nodes, `slice@node`. Addresses go in this order, slice after slice. */
  readonly hosts: readonly string[];
}

export interface Testbed {
  readonly seed: string;
  readonly topology: Topology;
  readonly nodes: Nodes;
  readonly network: Network;
  readonly slices: readonly PlacedSlice[];
  /** How many slivers the slices have in all, that is, hosts of a run. */
  readonly hostCount: number;
  readonly admission: AdmissionSpec;
  readonly borders: { readonly specs: readonly BorderSpec[]; readonly of: BorderOf };
  readonly faults: readonly FaultEvent[];
  readonly subsystems: SubsystemSpecs;
  /** What of an imported topology had to be left out or filled in. */
  readonly warnings: readonly string[];
}
