// A testbed as a scenario describes it, with every default filled in and every quantity in base units:
// nanoseconds, bytes, bit/s, fractions.
import type { FaultSpec } from './faults/spec.ts';
import type { NetworkSpec } from './network/spec.ts';
import type { SliceSpec } from './slice/spec.ts';
import type { TopologySpec } from './topology/topology.ts';

/** What acts by itself in a run, by its key; what is left out has no part in it. Mode `model` alone. */
// biome-ignore lint/suspicious/noEmptyInterface: each subsystem has its key here
export interface SubsystemSpecs {}

export interface TestbedSpec {
  /** Any text or number; every random draw of a run follows from it. */
  readonly seed: string;
  readonly topology: TopologySpec;
  readonly network: NetworkSpec;
  readonly slices: readonly SliceSpec[];
  readonly faults: readonly FaultSpec[];
  readonly subsystems?: SubsystemSpecs;
}
