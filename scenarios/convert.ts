// From the resolved document to the scenario: texts with units become numbers in base units.
import type { AccessSpec, CapSpec, NetworkSpec, SiteLinkSpec } from '../models/network/spec.ts';
import type { GroupSpec } from '../models/node/groups.ts';
import type { Readiness, RunSpec, SliceSpec, TransfersRun } from '../models/slice/spec.ts';
import type { TopologySpec } from '../models/topology/topology.ts';
import { fraction, given, rate, size, sizeLaw, sure, type Text, time, timeLaw } from './checked.ts';
import { bordersOf, transportOf } from './convert-borders.ts';
import { anyFaultOf } from './convert-fault.ts';
import { claimOf, demandOf } from './convert-machines.ts';
import { placementOf } from './convert-place.ts';
import { subsystemsOf } from './convert-subsystems.ts';
import { expectationOf, readExpectation } from './expectation.ts';
import { protocolOptions, readOptions } from './protocol-options.ts';
import type { ResolvedDocument } from './resolve.ts';
import { isCommand, isService, isTransfers } from './run-kind.ts';
import type { FidelitySpec, Scenario } from './scenario.ts';

function topologyOf(topology: ResolvedDocument['topology']): TopologySpec {
  if ('planetlab' in topology) return { kind: 'planetlab', ...topology.planetlab };
  if ('generate' in topology) return { kind: 'generate', ...topology.generate };
  const files = topology.import;
  return 'matrix' in files
    ? { kind: 'matrix', file: files.matrix }
    : { kind: 'edges', file: files.edges, servers: files.servers };
}

type SiteLinkDocument = NonNullable<ResolvedDocument['network']['site']>;

function accessOf({ up, down, queue, sharing, root }: ResolvedDocument['network']['access']): AccessSpec {
  return {
    up: rate(up),
    down: rate(down),
    queue: time(queue),
    ...(sharing === 'shares' && { sharing }),
    ...(root && { root: { share: root.share, rate: rate(root.rate) } }),
  };
}

function siteLinkOf({ up, down, queue, own }: SiteLinkDocument): SiteLinkSpec {
  const ownRate = (value: Text | undefined) => (value === undefined ? 0 : rate(value));
  return {
    up: rate(up),
    down: rate(down),
    queue: time(queue),
    own: { up: ownRate(own.up), down: ownRate(own.down), packet: size(own.packet) },
  };
}

function networkOf(network: ResolvedDocument['network']): NetworkSpec {
  const { grain, access, site, variation, jitter, loss, duplicate, corrupt, reorder } = network;
  return {
    grain,
    access: accessOf(access),
    ...(site && { site: siteLinkOf(site) }),
    ...(variation !== 'none' && { variation }),
    jitter: time(jitter),
    loss: { rate: fraction(loss.rate), burst: loss.burst },
    duplicate: fraction(duplicate),
    corrupt: fraction(corrupt),
    reorder: { rate: fraction(reorder.rate), by: time(reorder.by) },
  };
}

type ResolvedSlice = ResolvedDocument['slices'][string];

type ProgramDocument = Extract<ResolvedSlice['run'], { restart: string }>;

type TransfersDocument = Extract<ResolvedSlice['run'], { transfers: object }>;

function readinessOf(ready: ProgramDocument['ready']): Readiness {
  if (ready === undefined) return { kind: 'started' };
  if ('port' in ready) return { kind: 'port', port: ready.port, within: time(ready.within) };
  if ('line' in ready) return { kind: 'line', line: ready.line, within: time(ready.within) };
  return { kind: 'time', time: time(ready.time) };
}

function transfersOf({ transfers, contacts }: TransfersDocument): TransfersRun {
  const options = { bytes: sizeLaw(transfers.bytes), every: timeLaw(transfers.every) };
  return { kind: 'transfers', options, ...(contacts !== undefined && { contacts }) };
}

function runOf(run: ResolvedSlice['run']): RunSpec {
  if (isService(run)) return { kind: 'service', ...run, ready: readinessOf(run.ready) };
  if (isCommand(run)) return { kind: 'command', ...run, ready: readinessOf(run.ready) };
  if (isTransfers(run)) return transfersOf(run);
  const { protocol, contacts } = run;
  const options = readOptions(protocolOptions[protocol]!, run);
  return { kind: 'protocol', protocol, options, ...(contacts !== undefined && { contacts }) };
}

function capsOf({ uplink, burst, queue, share, reserve, daily }: ResolvedSlice['caps']): CapSpec {
  return {
    uplink: rate(uplink),
    burst: size(burst),
    queue: time(queue),
    ...(share !== undefined && { share }),
    ...given('reserve', reserve, rate),
    ...given('daily', daily, size),
  };
}

function sliceOf(
  name: string,
  { place, caps, clock, transport, demand, run, start }: ResolvedSlice,
): SliceSpec {
  const { cpu = Infinity, memory, raw } = caps;
  const claim = claimOf(caps);
  return {
    name,
    place: placementOf(place),
    caps: capsOf(caps),
    share: { cpu, memory: memory === undefined ? Infinity : size(memory) },
    ...(raw !== undefined && { raw }),
    ...(claim && { claim }),
    ...given('demand', demand, demandOf),
    clock: { skew: time(clock.skew), drift: fraction(clock.drift) },
    transport: transportOf(transport),
    run: runOf(run),
    startOver: time(start.over),
  };
}

function fidelityOf({ lateness, drops, utilisation, waiting }: ResolvedDocument['fidelity']): FidelitySpec {
  return {
    lateness: time(lateness),
    drops: fraction(drops),
    utilisation: fraction(utilisation),
    waiting: fraction(waiting),
  };
}

const groupsOf = (groups: NonNullable<ResolvedDocument['groups']>): GroupSpec[] =>
  Object.entries(groups).map(([name, { of, into }]) => ({ name, of, into }));

/** The scenario that a resolved document describes. */
export function convert(document: ResolvedDocument): Scenario {
  const { name, about, seed, duration, warmup, sample, topology, network, slices } = document;
  const { fidelity, faults, expect } = document;
  return {
    name,
    about,
    seed: String(seed),
    duration: time(duration),
    warmup: time(warmup),
    sample: time(sample),
    topology: topologyOf(topology),
    network: networkOf(network),
    slices: Object.entries(slices).map(([name, slice]) => sliceOf(name, slice)),
    fidelity: fidelityOf(fidelity),
    subsystems: subsystemsOf(document),
    faults: faults.map(anyFaultOf),
    ...(document.borders && { borders: bordersOf(document.borders) }),
    ...(document.admission && { admission: document.admission }),
    ...(document.groups && { groups: groupsOf(document.groups) }),
    expect: expect.flatMap(line => expectationOf(sure(readExpectation(line)), undefined) ?? []),
  };
}
