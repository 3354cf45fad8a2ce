// A testbed as a scenario describes it, with every default filled in and every quantity in base units:
// nanoseconds, bytes, bit/s, fractions.
import type { Nanoseconds } from '../sim/time.ts';
import type { ChurnSpec, FaultSpec } from './faults/spec.ts';
import type { ManagementSpec } from './management/spec.ts';
import type { NetworkSpec } from './network/spec.ts';
import type { GroupSpec } from './node/groups.ts';
import type { MachinesSpec } from './node/spec.ts';
import type { BorderSpec } from './reach/spec.ts';
import type { AdmissionSpec } from './slice/admission.ts';
import type { RequestsSpec } from './slice/requests-spec.ts';
import type { SliceSpec } from './slice/spec.ts';
import type { FloodSpec, WormSpec } from './threats/spec.ts';
import type { TopologySpec } from './topology/topology.ts';

/** What acts by itself in a run, by its key; what is left out has no part in it. Mode `model` alone. */
export interface SubsystemSpecs {
  readonly worm?: WormSpec;
  readonly flood?: FloodSpec;
  readonly management?: ManagementSpec;
  readonly machines?: MachinesSpec;
  readonly requests?: RequestsSpec;
}

export interface TestbedSpec {
  /** Any text or number; every random draw of a run follows from it. */
  readonly seed: string;
  readonly topology: TopologySpec;
  readonly network: NetworkSpec;
  readonly slices: readonly SliceSpec[];
  /** Groups of nodes that share a fate; none where left out. */
  readonly groups?: readonly GroupSpec[];
  /** How many slivers there may be; no maxima where left out. */
  readonly admission?: AdmissionSpec;
  /** Firewalls, address translators and proxies; none where left out. */
  readonly borders?: readonly BorderSpec[];
  /** When the run ends; what recurs needs an end. */
  readonly duration?: Nanoseconds;
  readonly faults: readonly (FaultSpec | ChurnSpec)[];
  readonly subsystems?: SubsystemSpecs;
}
