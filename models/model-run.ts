// A run in `model` mode: a testbed's slivers on simulated hosts, its faults, and a clock that is moved from outside.
import { type AnyProtocol, catalogue } from '../protocols/catalogue.ts';
import type { ProtocolDefinition } from '../protocols/definition.ts';
import type { Meter } from '../protocols/port.ts';
import { stream } from '../sim/random.ts';
import { type EventKind, Simulation } from '../sim/simulation.ts';
import type { Nanoseconds } from '../sim/time.ts';
import type { MachineFault } from './faults/event.ts';
import { injectFaults, type Victims } from './faults/inject.ts';
import { clocksOf } from './host/clocks.ts';
import { SliceDirectory } from './host/directory.ts';
import { furnish, type HostRoom, SimulatedHost } from './host/simulated-host.ts';
import { Flows } from './network/flow/flows.ts';
import { type Endpoint, Hosts } from './network/hosts.ts';
import { capsOf } from './network/token-buckets.ts';
import { modelledRun } from './slice/modelled-run.ts';
import type { ProtocolRun, TransfersRun } from './slice/spec.ts';
import { transfersOver } from './slice/transfers.ts';
import { capSpecsOf, clockErrorsOf, hostsByNode, type Slivers, sliversOf } from './slivers.ts';
import type { Instruments, Stage, Subsystem } from './subsystem.ts';
import { foundSubsystems } from './subsystems.ts';
import type { PlacedSlice, Testbed } from './testbed.ts';

/** A sliver: one slice's host on one node, and what it runs. */
interface Sliver {
  readonly host: SimulatedHost<unknown>;
  readonly node: number;
  readonly slice: RunningSlice;
  /** Whether it is to run; it then comes back with its node. */
  wanted: boolean;
}

interface RunningSlice {
  readonly definition: ProtocolDefinition;
  readonly options: object;
  /** Lists its own members. */
  readonly directory: SliceDirectory;
  /** Lists those that its members know from the start. */
  readonly contacts: SliceDirectory;
  readonly meter: Meter;
}

/** Runs a testbed's models. Nothing happens but in `advance`. */
export class ModelRun implements Victims, Stage {
  readonly sim = new Simulation();
  readonly testbed: Testbed;
  readonly slivers: Slivers;
  readonly instruments: Instruments;

  private readonly protocols: Readonly<Record<string, AnyProtocol>>;
  private readonly running: Sliver[] = [];
  private readonly hostsByNode: readonly (readonly number[])[];
  private readonly subsystems: readonly Subsystem[];
  /** By slice. */
  private readonly directories: ReadonlyMap<string, SliceDirectory>;
  private readonly room: HostRoom;
  /** Undefined where the network's grain is the message: then no slice makes transfers. */
  private readonly flows: Flows | undefined;
  private readonly start: EventKind<undefined>;
  /** Nodes that stand still, all their slivers with them. */
  private readonly paused = new Set<number>();

  /**
   * @param testbed is this run's own: running changes it
   * @param instruments each slice reports under its name, the testbed under names such as `network`
   * @param protocols what slices may run, by name; an onlooker puts observed ones here
   */
  constructor(testbed: Testbed, instruments: Instruments, protocols = catalogue) {
    this.testbed = testbed;
    this.instruments = instruments;
    this.protocols = protocols;
    this.slivers = sliversOf(testbed);
    this.hostsByNode = hostsByNode(this.slivers, testbed);
    this.start = this.sim.kind<undefined>('start', host => this.reachStart(host));
    const { slices, network, seed } = testbed;
    const { slivers } = this;
    const hosts = new Hosts<unknown>(slivers.nodeOf);
    const caps = capsOf(capSpecsOf(slivers));
    const clocks = clocksOf(clockErrorsOf(slivers, seed));
    const [meter, siteMeter] = ['network', 'site'].map(prefix => instruments.meter(prefix));
    this.room = furnish(this.sim, hosts, network, caps, meter, seed, clocks, siteMeter);
    if (network.spec.grain === 'flow') {
      this.flows = new Flows(this.sim, network, hosts, capSpecsOf(slivers));
    }
    this.directories = new Map(slices.map(({ spec }) => [spec.name, new SliceDirectory()]));
    for (const slice of slices) this.addSlice(slice, instruments.meter(slice.spec.name));
    instruments.gauge('nodes.up', () => this.nodesUp);
    this.subsystems = foundSubsystems(testbed.subsystems, this);
    injectFaults(testbed.faults, this.sim, testbed.network, this);
  }

  /** Slivers, that is, hosts with an address. */
  get hosts(): number {
    return this.running.length;
  }

  /** Nodes that are up. */
  get nodesUp(): number {
    return this.testbed.nodes.up.reduce((sum, up) => sum + up, 0);
  }

  hostsOn(node: number): readonly number[] {
    return this.hostsByNode[node];
  }

  /** Name of the host at an address; that of none: the testbed itself. */
  hostName(address: number): string {
    return this.running[address]?.host.name ?? 'testbed';
  }

  /** @returns whether `until` was reached; false where `limit` events ran before */
  advance(until: Nanoseconds, limit = Infinity): boolean {
    return this.sim.run(until, limit);
  }

  crash(node: number): void {
    if (!this.testbed.nodes.up[node]) return;
    this.testbed.nodes.up[node] = 0;
    this.paused.delete(node);
    for (const host of this.hostsByNode[node]) this.halt(host);
    for (const subsystem of this.subsystems) subsystem.nodeDown?.(node);
  }

  restart(node: number): void {
    if (this.testbed.nodes.up[node]) return;
    this.testbed.nodes.up[node] = 1;
    for (const host of this.hostsByNode[node]) if (this.running[host].wanted) this.mayBoot(host);
    for (const subsystem of this.subsystems) subsystem.nodeUp?.(node);
  }

  recover(node: number): void {
    if (this.testbed.nodes.up[node]) return;
    if (this.subsystems.every(subsystem => subsystem.mayRestart?.(node) !== false)) this.restart(node);
  }

  /** A node stands still, and all slivers on it. Without effect on one that is down or does so already. */
  pause(node: number): void {
    if (!this.testbed.nodes.up[node] || this.paused.has(node)) return;
    this.paused.add(node);
    for (const host of this.hostsByNode[node]) this.running[host].host.pause();
    for (const subsystem of this.subsystems) subsystem.nodePaused?.(node, true);
  }

  /** A node goes on; slivers whose start came meanwhile start now. Without effect on one that does not stand still. */
  resume(node: number): void {
    if (!this.paused.delete(node)) return;
    for (const address of this.hostsByNode[node]) {
      const sliver = this.running[address];
      if (this.room.hosts.isUp(address)) sliver.host.resume();
      else if (sliver.wanted) this.mayBoot(address);
    }
    for (const subsystem of this.subsystems) subsystem.nodePaused?.(node, false);
  }

  /** A node's time of day jumps. Protocols measure by the monotonic clock, which does not. */
  jumpClock(node: number, by: Nanoseconds): void {
    for (const host of this.hostsByNode[node]) this.room.clocks.jump(host, by);
  }

  /** What the time of day is at a host, as if the run had started at 0 of it. */
  timeOfDay(address: number): Nanoseconds {
    return this.room.clocks.realtime(address, this.sim.now);
  }

  startSliver(host: number): void {
    const sliver = this.running[host];
    if (sliver.wanted) return;
    sliver.wanted = true;
    if (this.canBoot(sliver)) this.mayBoot(host);
  }

  stopSliver(host: number): void {
    const sliver = this.running[host];
    sliver.wanted = false;
    this.halt(host);
  }

  bootSliver(host: number): void {
    const sliver = this.running[host];
    if (sliver.wanted && this.canBoot(sliver) && !this.room.hosts.isUp(host)) this.boot(sliver);
  }

  afflict(fault: MachineFault): void {
    for (const subsystem of this.subsystems) subsystem.afflict?.(fault);
  }

  private halt(host: number): void {
    this.running[host].host.crash();
    this.flows?.hostDown(host);
    for (const subsystem of this.subsystems) subsystem.sliverDown?.(host);
  }

  private canBoot({ node }: Sliver): boolean {
    return this.testbed.nodes.up[node] === 1 && !this.paused.has(node);
  }

  private mayBoot(host: number): void {
    if (this.subsystems.every(subsystem => subsystem.mayBoot?.(host) !== false))
      this.boot(this.running[host]);
  }

  private addSlice(placed: PlacedSlice, meter: Meter): void {
    const { spec } = placed;
    const run = modelledRun(spec);
    const definition = this.definitionOf(run);
    const directory = this.directories.get(spec.name)!;
    const contacts = this.directories.get(run.contacts ?? spec.name)!;
    const slice = { definition, options: run.options, directory, contacts, meter };
    for (const [index, node] of placed.nodes.entries()) {
      const name = placed.hosts[index];
      const host = new SimulatedHost(this.room, this.running.length, name, definition.codec);
      const sliver = { host, node, slice, wanted: false };
      this.running.push(sliver);
      const at = Math.round(stream(this.testbed.seed, name, 'start').uniform() * spec.startOver);
      this.sim.post(at, this.start, host.address, undefined);
    }
  }

  private definitionOf(run: ProtocolRun | TransfersRun): ProtocolDefinition {
    if (run.kind === 'protocol') return this.protocols[run.protocol];
    return transfersOver(this.flows!, this.testbed.seed) as ProtocolDefinition;
  }

  private reachStart(host: number): void {
    if (this.subsystems.every(subsystem => subsystem.mayStart?.(host) !== false)) this.startSliver(host);
  }

  private boot({ host, slice }: Sliver): void {
    const view = slice.contacts.seenBy(host.address);
    const protocol = slice.definition.create(host, slice.options, view, slice.meter);
    let receiver: Endpoint<unknown> = protocol;
    for (const subsystem of this.subsystems)
      receiver = subsystem.receiverFor?.(host.address, receiver) ?? receiver;
    host.boot(protocol, receiver);
    slice.directory.list(host.address);
    for (const subsystem of this.subsystems) subsystem.sliverUp?.(host.address);
  }
}
