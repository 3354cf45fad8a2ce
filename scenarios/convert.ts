// From the resolved document to the scenario: texts with units become numbers in base units.
import type { FaultSpec, Selector } from '../models/faults/spec.ts';
import type { NetworkSpec } from '../models/network/spec.ts';
import type { PlacementSpec, Readiness, RunSpec, SliceSpec } from '../models/slice/spec.ts';
import type { TopologySpec } from '../models/topology/topology.ts';
import { type Expectation, readExpectation } from './expectation.ts';
import { protocolOptions, readOptions } from './protocol-schema.ts';
import type { ResolvedDocument } from './resolve.ts';
import { isCommand, isService } from './run-schema.ts';
import type { FidelitySpec, Scenario } from './scenario.ts';
import type { FaultDocument } from './schema.ts';
import { readPartition, readSelector } from './selector.ts';
import { subsystemsOf } from './subsystem-schema.ts';
import { Misread, readDuration, readFraction, readRate, readShift, readSize } from './units.ts';

/** What a reader made of a value that has been checked. */
function sure<T>(reading: T | Misread): T {
  if (reading instanceof Misread) throw new Error(`unchecked value: expected ${reading.expected}`);
  return reading;
}

type Text = string | number;
const time = (value: Text) => sure(readDuration(value));
const rate = (value: Text) => sure(readRate(value));
const fraction = (value: Text) => sure(readFraction(value));
const nodes = (value: string): Selector => sure(readSelector(value));

/** `{ [key]: read(value) }`, or nothing where the value was left out. */
function given<K extends string>(
  key: K,
  value: Text | undefined,
  read: (value: Text) => number,
): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: read(value) } as { [P in K]: number });
}

function topologyOf(topology: ResolvedDocument['topology']): TopologySpec {
  if ('planetlab' in topology) return { kind: 'planetlab', ...topology.planetlab };
  if ('generate' in topology) return { kind: 'generate', ...topology.generate };
  const files = topology.import;
  return 'matrix' in files
    ? { kind: 'matrix', file: files.matrix }
    : { kind: 'edges', file: files.edges, servers: files.servers };
}

function networkOf(network: ResolvedDocument['network']): NetworkSpec {
  const { grain, access, jitter, loss, duplicate, corrupt, reorder } = network;
  return {
    grain,
    access: { up: rate(access.up), down: rate(access.down), queue: time(access.queue) },
    jitter: time(jitter),
    loss: { rate: fraction(loss.rate), burst: loss.burst },
    duplicate: fraction(duplicate),
    corrupt: fraction(corrupt),
    reorder: { rate: fraction(reorder.rate), by: time(reorder.by) },
  };
}

type ResolvedSlice = ResolvedDocument['slices'][string];

function placementOf({ nodes, policy, near }: ResolvedSlice['place']): PlacementSpec {
  if (Array.isArray(nodes)) return { policy: 'list', list: nodes };
  if (typeof nodes === 'string') return { policy: 'all' };
  return near === undefined ? { policy: policy ?? 'spread', nodes } : { policy: 'near', nodes, near };
}

type ProgramDocument = Extract<ResolvedSlice['run'], { restart: string }>;

function readinessOf(ready: ProgramDocument['ready']): Readiness {
  if (ready === undefined) return { kind: 'started' };
  if ('port' in ready) return { kind: 'port', port: ready.port, within: time(ready.within) };
  if ('line' in ready) return { kind: 'line', line: ready.line, within: time(ready.within) };
  return { kind: 'time', time: time(ready.time) };
}

function runOf(run: ResolvedSlice['run']): RunSpec {
  if (isService(run)) return { kind: 'service', ...run, ready: readinessOf(run.ready) };
  if (isCommand(run)) return { kind: 'command', ...run, ready: readinessOf(run.ready) };
  const { protocol, contacts } = run;
  const options = readOptions(protocolOptions[protocol]!, run);
  return { kind: 'protocol', protocol, options, ...(contacts !== undefined && { contacts }) };
}

function sliceOf(name: string, { place, caps, clock, run, start }: ResolvedSlice): SliceSpec {
  const { cpu = Infinity, memory } = caps;
  return {
    name,
    place: placementOf(place),
    caps: { uplink: rate(caps.uplink), burst: sure(readSize(caps.burst)), queue: time(caps.queue) },
    share: { cpu, memory: memory === undefined ? Infinity : sure(readSize(memory)) },
    clock: { skew: time(clock.skew), drift: fraction(clock.drift) },
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

/** The fault that a checked document describes. */
export function faultOf(fault: FaultDocument): FaultSpec {
  const at = time(fault.at);
  if ('crash' in fault) {
    return {
      kind: 'crash',
      at,
      nodes: nodes(fault.crash),
      over: time(fault.over),
      ...given('restart', fault.restart, time),
    };
  }
  if ('partition' in fault) {
    return {
      kind: 'partition',
      at,
      ...sure(readPartition(fault.partition)),
      ...given('heal', fault.heal, time),
    };
  }
  if ('slow' in fault) {
    const { delay, for: span } = fault;
    const limits = {
      ...given('rate', fault.rate, rate),
      ...given('delay', delay, time),
      ...given('for', span, time),
    };
    return { kind: 'slow', at, nodes: nodes(fault.slow), ...limits };
  }
  if ('pause' in fault) {
    return { kind: 'pause', at, nodes: nodes(fault.pause), ...given('for', fault.for, time) };
  }
  if ('clock' in fault) {
    return { kind: 'clock', at, nodes: nodes(fault.clock), by: sure(readShift(fault.by)) };
  }
  if ('lossy' in fault) {
    const loss = { rate: fraction(fault.rate), ...given('for', fault.for, time) };
    return { kind: 'lossy', at, nodes: nodes(fault.lossy), ...loss };
  }
  return { kind: 'restart', at, nodes: nodes(fault.restart) };
}

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
    faults: faults.map(faultOf),
    expect: expect.map((line): Expectation => sure(readExpectation(line))),
  };
}
