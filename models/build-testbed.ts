// Builds a testbed from what a scenario says, and refuses what cannot be.
import { TestbedError } from './error.ts';
import { scheduleFaults } from './faults/schedule.ts';
import { Network } from './network/network.ts';
import type { NetworkSpec } from './network/spec.ts';
import { checkCpuReserves } from './node/admission.ts';
import { readTraceFor } from './node/cpu-demand.ts';
import { dealGroups } from './node/groups.ts';
import { Nodes } from './node/nodes.ts';
import { gatesOf, placeBorders } from './reach/build.ts';
import { daemons } from './reach/spec.ts';
import { checkAdmission } from './slice/admission.ts';
import { checkReserves, claimsOf } from './slice/claims.ts';
import { place } from './slice/placement.ts';
import type { SliceSpec } from './slice/spec.ts';
import type { TestbedSpec } from './spec.ts';
import { checkSubsystems } from './subsystems.ts';
import type { PlacedSlice, Testbed } from './testbed.ts';
import { buildTopology } from './topology/build.ts';
import type { Topology } from './topology/topology.ts';

/** As many nodes, or slivers, as a testbed may have: each may have an event pending, and the event queue holds 2^24. */
export const MOST_HOSTS = 10_000_000;

/**
 * Builds a testbed. The same spec always gives the same one.
 * @throws {TopologyError} where the topology cannot be
 * @throws {TestbedError} where a slice or fault asks for what the topology does not have
 */
export function buildTestbed(spec: TestbedSpec): Testbed {
  const { topology, warnings } = buildTopology(spec.topology, spec.seed);
  const nodes = new Nodes(topology.sites);
  nodes.groups = dealGroups(spec.groups ?? [], nodes, spec.seed);
  const slices = spec.slices.map(slice => placeSlice(slice, topology, nodes, spec.seed));
  // Before anything of that size is made.
  const hostCount = countSlivers(slices);
  const { admission = {} } = spec;
  checkAdmission(slices, nodes, admission);
  checkReserves(slices, nodes.names, spec.network.access);
  checkCpuReserves(spec.subsystems?.machines, slices, nodes.names);
  checkCpuTraces(slices);
  checkGrain(slices, spec.network.grain);
  const borders = spec.borders ?? [];
  const borderOf = placeBorders(borders, nodes, spec.seed);
  const neighbours = {
    transportOf: slices.flatMap(({ spec, nodes }) => nodes.map(() => spec.transport ?? daemons)),
    nodeOf: slices.flatMap(({ nodes }) => nodes),
  };
  const attachment = {
    gates: gatesOf(borders, borderOf, nodes, neighbours),
    siteOf: nodes.siteOf,
    senders: slices.flatMap(({ hosts }) => hosts),
    siteNames: topology.sites.map(({ name }) => name),
    nodeNames: nodes.names,
    claims: slices.flatMap(claimsOf),
  };
  const testbed: Testbed = {
    seed: spec.seed,
    topology,
    nodes,
    network: new Network(attachment, topology.paths, spec.network, spec.seed),
    slices,
    admission,
    borders: { specs: borders, of: borderOf },
    hostCount,
    faults: scheduleFaults(spec.faults, nodes, spec.seed, spec.duration ?? Infinity),
    subsystems: spec.subsystems ?? {},
    warnings,
  };
  checkSubsystems(testbed);
  return testbed;
}

/** @throws {TestbedError} where transfers are to be modelled message by message */
function checkGrain(slices: readonly PlacedSlice[], grain: NetworkSpec['grain']): void {
  if (grain === 'flow' || slices.every(({ spec }) => spec.run.kind !== 'transfers')) return;
  throw new TestbedError(['network', 'grain'], grain, 'flow, where a slice makes transfers');
}

/** The run reads them again. @throws {TestbedError} at the first that is none, or too small */
function checkCpuTraces(slices: readonly PlacedSlice[]): void {
  for (const { spec, nodes } of slices) {
    const cpu = spec.demand?.cpu;
    if (cpu?.kind === 'trace') readTraceFor(spec.name, cpu.trace, nodes.length);
  }
}

/** @throws {TestbedError} at the first slice that is one too many */
function countSlivers(slices: readonly PlacedSlice[]): number {
  let slivers = 0;
  for (const { spec, nodes } of slices) {
    slivers += nodes.length;
    if (slivers <= MOST_HOSTS) continue;
    const found = `${nodes.length} slivers, ${slivers} with those of the slices before it`;
    throw new TestbedError(['slices', spec.name], found, `at most ${MOST_HOSTS} in all`);
  }
  return slivers;
}

function placeSlice(spec: SliceSpec, topology: Topology, nodes: Nodes, seed: string): PlacedSlice {
  const placed = place(spec, topology, nodes, seed);
  return { spec, nodes: placed, hosts: placed.map(node => `${spec.name}@${nodes.names[node]}`) };
}
