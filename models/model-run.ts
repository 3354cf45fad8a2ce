// A run in `model` mode: a testbed's slivers on simulated hosts, its faults, and a clock that is moved from outside.
import { type AnyProtocol, catalogue } from '../protocols/catalogue.ts';
import type { ProtocolDefinition } from '../protocols/definition.ts';
import type { Meter } from '../protocols/port.ts';
import { stream } from '../sim/random.ts';
import { type EventKind, Simulation } from '../sim/simulation.ts';
import type { Nanoseconds } from '../sim/time.ts';
import { injectFaults, type Victims } from './faults/inject.ts';
import { clocksOf } from './host/clocks.ts';
import { SliceDirectory } from './host/directory.ts';
import { furnish, type HostRoom, SimulatedHost } from './host/simulated-host.ts';
import { Hosts } from './network/hosts.ts';
import { capsOf } from './network/token-buckets.ts';
import { modelledRun } from './slice/modelled-run.ts';
import { capSpecsOf, clockErrorsOf, sliversOf } from './slivers.ts';
import type { PlacedSlice, Testbed } from './testbed.ts';

/** A sliver: one slice's host on one node, and what it runs. */
interface Sliver {
  readonly host: SimulatedHost<unknown>;
  readonly node: number;
  readonly slice: RunningSlice;
  /** Whether its slice has reached its start; it then comes back with its node. */
  started: boolean;
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
export class ModelRun implements Victims {
  readonly sim = new Simulation();
  readonly testbed: Testbed;

  private readonly protocols: Readonly<Record<string, AnyProtocol>>;
  private readonly slivers: Sliver[] = [];
  private readonly sliversOf: Sliver[][];
  /** By slice. */
  private readonly directories: ReadonlyMap<string, SliceDirectory>;
  private readonly room: HostRoom;
  private readonly start: EventKind<Sliver>;
  /** Nodes that stand still, all their slivers with them. */
  private readonly paused = new Set<number>();

  /**
   * @param testbed is this run's own: running changes it
   * @param meters gives each slice, and the network, the meter under whose prefix it reports
   * @param protocols what slices may run, by name; an onlooker puts observed ones here
   */
  constructor(testbed: Testbed, meters: (prefix: string) => Meter, protocols = catalogue) {
    this.testbed = testbed;
    this.protocols = protocols;
    this.sliversOf = testbed.nodes.names.map(() => []);
    this.start = this.sim.kind<Sliver>('start', (_host, sliver) => this.startSliver(sliver));
    const { slices, network, seed } = testbed;
    const slivers = sliversOf(testbed);
    const hosts = new Hosts<unknown>(slivers.nodeOf);
    const caps = capsOf(capSpecsOf(slivers));
    const clocks = clocksOf(clockErrorsOf(slivers, seed));
    this.room = furnish(this.sim, hosts, network, caps, meters('network'), seed, clocks);
    this.directories = new Map(slices.map(({ spec }) => [spec.name, new SliceDirectory()]));
    for (const slice of slices) this.addSlice(slice, meters(slice.spec.name));
    injectFaults(testbed.faults, this.sim, testbed.network, this);
  }

  /** Slivers, that is, hosts with an address. */
  get hosts(): number {
    return this.slivers.length;
  }

  /** Nodes that are up. */
  get nodesUp(): number {
    return this.testbed.nodes.up.reduce((sum, up) => sum + up, 0);
  }

  /** Name of the host at an address; that of none: the testbed itself. */
  hostName(address: number): string {
    return this.slivers[address]?.host.name ?? 'testbed';
  }

  /** @returns whether `until` was reached; false where `limit` events ran before */
  advance(until: Nanoseconds, limit = Infinity): boolean {
    return this.sim.run(until, limit);
  }

  /** A node stops at once, and all slivers on it. Without effect on one that is down. */
  crash(node: number): void {
    if (!this.testbed.nodes.up[node]) return;
    this.testbed.nodes.up[node] = 0;
    this.paused.delete(node);
    for (const sliver of this.sliversOf[node]) sliver.host.crash();
  }

  /** A node comes back, and its slivers start anew. Without effect on one that is up. */
  restart(node: number): void {
    if (this.testbed.nodes.up[node]) return;
    this.testbed.nodes.up[node] = 1;
    for (const sliver of this.sliversOf[node]) if (sliver.started) this.boot(sliver);
  }

  /** A node stands still, and all slivers on it. Without effect on one that is down or does so already. */
  pause(node: number): void {
    if (!this.testbed.nodes.up[node] || this.paused.has(node)) return;
    this.paused.add(node);
    for (const sliver of this.sliversOf[node]) sliver.host.pause();
  }

  /** A node goes on; slivers whose start came meanwhile start now. Without effect on one that does not stand still. */
  resume(node: number): void {
    if (!this.paused.delete(node)) return;
    for (const sliver of this.sliversOf[node]) {
      if (this.room.hosts.isUp(sliver.host.address)) sliver.host.resume();
      else if (sliver.started) this.boot(sliver);
    }
  }

  /** A node's time of day jumps. Protocols measure by the monotonic clock, which does not. */
  jumpClock(node: number, by: Nanoseconds): void {
    for (const { host } of this.sliversOf[node]) this.room.clocks.jump(host.address, by);
  }

  /** What the time of day is at a host, as if the run had started at 0 of it. */
  timeOfDay(address: number): Nanoseconds {
    return this.room.clocks.realtime(address, this.sim.now);
  }

  private addSlice(placed: PlacedSlice, meter: Meter): void {
    const { spec } = placed;
    const run = modelledRun(spec);
    const definition = this.protocols[run.protocol];
    const directory = this.directories.get(spec.name)!;
    const contacts = this.directories.get(run.contacts ?? spec.name)!;
    const slice = { definition, options: run.options, directory, contacts, meter };
    for (const [index, node] of placed.nodes.entries()) {
      const name = placed.hosts[index];
      const host = new SimulatedHost(this.room, this.slivers.length, name, definition.codec);
      const sliver = { host, node, slice, started: false };
      this.slivers.push(sliver);
      this.sliversOf[node].push(sliver);
      const at = Math.round(stream(this.testbed.seed, name, 'start').uniform() * spec.startOver);
      this.sim.post(at, this.start, host.address, sliver);
    }
  }

  private startSliver(sliver: Sliver): void {
    sliver.started = true;
    if (this.testbed.nodes.up[sliver.node] && !this.paused.has(sliver.node)) this.boot(sliver);
  }

  private boot({ host, slice }: Sliver): void {
    const view = slice.contacts.seenBy(host.address);
    host.boot(slice.definition.create(host, slice.options, view, slice.meter));
    slice.directory.list(host.address);
  }
}
