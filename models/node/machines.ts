// Machines: nodes as slices share them. Takes slivers in, starts them, feeds them, resets them, and breaks under them.
import type { Counter, Distribution } from '../../protocols/port.ts';
import { draw } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { type EventKind, NO_HOST } from '../../sim/simulation.ts';
import { SECOND } from '../../sim/time.ts';
import type { MachineFault } from '../faults/event.ts';
import { drawSpan } from '../faults/span.ts';
import type { Endpoint } from '../network/hosts.ts';
import type { Stage, Subsystem } from '../subsystem.ts';
import { admit, allotmentOf, type Lack } from './admission.ts';
import { Disks, type DiskUser } from './disks.ts';
import { Limping } from './limping.ts';
import { MachineGauges } from './machine-gauges.ts';
import { type Appetite, Memory, type Pool } from './memory.ts';
import { type MessageMeters, MessageWork } from './message-work.ts';
import { range } from './nodes.ts';
import { Processors } from './processors.ts';
import { type GrowthSpec, type MachinesSpec, usualClaim } from './spec.ts';
import { Starts } from './starts.ts';
import { Tenants } from './tenants.ts';

export class Machines implements Subsystem {
  private readonly spec: MachinesSpec;
  private readonly stage: Stage;
  private readonly lacks: readonly (Lack | undefined)[];
  private readonly processors: Processors;
  private readonly memory: Memory;
  private readonly disks: Disks;
  private readonly starts: Starts;
  private readonly tenants: Tenants;
  private readonly gauges: MachineGauges;
  private readonly limping = new Limping();
  private readonly up: Uint8Array;
  private readonly paused: Uint8Array;
  /** Nodes without a disk that works, and those of them that would be up. */
  private readonly broken: Uint8Array;
  private readonly owed: Uint8Array;
  private readonly lives: Map<number, RandomStream> = new Map();

  private readonly failing: EventKind<undefined>;
  private readonly replacing: EventKind<undefined>;
  private readonly resets: Counter;
  private readonly failures: Counter;
  private readonly lost: Counter;
  private readonly startTimes: Distribution;
  private readonly messageMeters: readonly MessageMeters[];

  /** @throws {TestbedError} where a trace is none */
  constructor(spec: MachinesSpec, stage: Stage) {
    this.spec = spec;
    this.stage = stage;
    const { sim, testbed, slivers, instruments } = stage;
    const { nodeOf, specs, names } = slivers;
    const nodes = testbed.nodes.count;
    const hostsOn = (node: number) => stage.hostsOn(node);
    this.up = new Uint8Array(names.length);
    this.paused = new Uint8Array(nodes);
    this.broken = new Uint8Array(nodes);
    this.owed = new Uint8Array(nodes);

    const diskUsers = this.diskUsers();
    this.lacks = admit(spec, nodes, slivers, host => diskUsers[host].level);
    const { cores, sharing, profile, work } = spec;
    const design = { cores, sharing, overhead: profile.overhead, leak: profile.leak };
    const users = specs.map(({ share, claim = usualClaim }) => ({ ...claim, cap: share.cpu }));
    this.processors = new Processors(sim, design, users, nodeOf, hostsOn, nodes, (host, byWant, byRate) =>
      this.gauges.cpuChanged(host, byWant, byRate),
    );
    this.memory = new Memory(sim, this.pools(), this.appetites(), host => this.reset(host));
    const meter = instruments.meter('machines');
    const [quota, full] = ['disk.quota', 'disk.full'].map(name => meter.counter(name));
    this.disks = new Disks(sim, spec.disk, diskUsers, nodeOf, hostsOn, nodes, {
      quota: () => quota.add(),
      full: () => full.add(),
    });
    this.starts = new Starts(
      sim,
      node => profile.start * this.disks.slowness(node),
      (host, took) => this.boot(host, took),
    );
    this.tenants = new Tenants(stage, cores, this.processors, this.disks);
    this.gauges = new MachineGauges(spec, stage, this.memory, this.disks, this.lacks);
    this.resets = meter.counter('resets');
    this.failures = meter.counter('disk.failures');
    this.lost = meter.counter('disk.lost');
    this.startTimes = meter.distribution('start', 'ns');
    const overflow = instruments.meter('network').counter('dropped.buffer');
    this.messageMeters =
      work + profile.packet === 0
        ? []
        : testbed.slices.flatMap(({ spec: { name }, nodes: placed }) => {
            const wait = instruments.meter(name).distribution('message.wait', 'ns');
            return placed.map(() => ({ wait, overflow }));
          });
    this.failing = sim.kind('disk-failure', (_host, _nothing, node) => this.wearOut(node));
    this.replacing = sim.kind('disk-replaced', (_host, _nothing, node) => this.replace(node));
    for (const node of range(0, nodes)) this.expectFailure(node);
  }

  nodeDown(node: number): void {
    this.paused[node] = 0;
    this.gauges.nodeChanged(-1);
  }

  nodeUp(node: number): void {
    this.setSpeed(node);
    this.gauges.nodeChanged(1);
  }

  nodePaused(node: number, paused: boolean): void {
    this.paused[node] = paused ? 1 : 0;
    this.setSpeed(node);
  }

  mayRestart(node: number): boolean {
    if (!this.broken[node]) return true;
    this.owed[node] = 1;
    return false;
  }

  mayBoot(host: number): boolean {
    if (this.lacks[host] === undefined) this.starts.ask(this.stage.slivers.nodeOf[host], host);
    return false;
  }

  sliverUp(host: number): void {
    this.up[host] = 1;
    this.gauges.sliverChanged(1);
    this.memory.occupy(host);
    this.disks.open(host);
    this.tenants.sliverUp(host);
  }

  sliverDown(host: number): void {
    this.starts.drop(this.stage.slivers.nodeOf[host], host);
    if (!this.up[host]) return;
    this.up[host] = 0;
    this.gauges.sliverChanged(-1);
    this.tenants.sliverDown(host);
    this.processors.forget(host);
    this.memory.vacate(host);
    this.disks.close(host);
  }

  receiverFor(host: number, inner: Endpoint<unknown>): Endpoint<unknown> {
    const meters = this.messageMeters[host];
    if (meters === undefined) return inner;
    const work = this.spec.work + this.spec.profile.packet;
    return new MessageWork(this.stage.sim, this.processors, host, work, inner, meters);
  }

  afflict(fault: MachineFault): void {
    if ('limp' in fault) {
      if (fault.kind === 'limp') this.limping.begin(fault.limp);
      else this.limping.end(fault.limp);
      for (const node of fault.limp.nodes) this.setSpeed(node);
    } else if (fault.kind === 'disk') this.fail(fault.node);
    else this.replace(fault.node);
  }

  private setSpeed(node: number): void {
    this.processors.setSpeed(node, this.paused[node] ? 0 : this.limping.cpu(node));
    this.disks.setSpeed(node, this.limping.disk(node));
  }

  private boot(host: number, took: number): void {
    this.stage.bootSliver(host);
    if (this.up[host]) this.startTimes.record(took);
  }

  /** The sliver begins anew; what it has on disk stays. */
  private reset(host: number): void {
    this.resets.add();
    this.tenants.wasReset(host);
    this.stage.stopSliver(host);
    this.stage.startSliver(host);
  }

  private expectFailure(node: number): void {
    const { failure } = this.spec.disk;
    if (failure === undefined) return;
    const at = this.stage.sim.now + drawSpan(failure, this.luckOf(node));
    this.stage.sim.post(at, this.failing, NO_HOST, undefined, node);
  }

  /** A disk fails by the law; one that a fault has broken is as new when it fails. */
  private wearOut(node: number): void {
    const { sim } = this.stage;
    this.fail(node);
    sim.post(
      sim.now + drawSpan(this.spec.disk.repair, this.luckOf(node)),
      this.replacing,
      NO_HOST,
      undefined,
      node,
    );
    this.expectFailure(node);
  }

  private fail(node: number): void {
    const { stage, broken, owed } = this;
    this.failures.add();
    if (broken[node]) return;
    broken[node] = 1;
    owed[node] = stage.testbed.nodes.up[node];
    stage.crash(node);
    this.lost.add(Math.round(this.disks.wipe(node)));
  }

  private replace(node: number): void {
    this.broken[node] = 0;
    if (this.owed[node]) this.stage.recover(node);
    this.owed[node] = 0;
  }

  private luckOf(node: number): RandomStream {
    const { testbed } = this.stage;
    const luck = this.lives.get(node) ?? stream(testbed.seed, testbed.nodes.names[node], 'disk');
    this.lives.set(node, luck);
    return luck;
  }

  /** What is drawn once for a sliver is its own for good. */
  private drawn(host: number, what: string, spec: GrowthSpec | undefined): Appetite {
    if (spec === undefined) return { level: 0, slope: 0 };
    const { testbed, slivers } = this.stage;
    return {
      level: draw(spec.level, stream(testbed.seed, slivers.names[host], what)),
      slope: spec.growth / SECOND,
    };
  }

  private appetites(): Appetite[] {
    return this.stage.slivers.specs.map(({ demand }, host) => {
      const { level, slope } = this.drawn(host, 'memory', demand?.memory);
      return { level: level + this.spec.profile.memory, slope };
    });
  }

  private diskUsers(): DiskUser[] {
    const { image } = this.spec.profile;
    return this.stage.slivers.specs.map(({ demand, claim = usualClaim }, host) => {
      const { level, slope } = this.drawn(host, 'disk', demand?.disk);
      return { level: image + Math.min(level, claim.disk), slope, quota: image + claim.disk };
    });
  }

  /** A node's memory, or what is set aside of it for each sliver, with its part of the swap. */
  private pools(): Pool[] {
    const { spec, stage } = this;
    const { memory, swap, profile } = spec;
    const { allotment } = profile;
    if (allotment === undefined) {
      return range(0, stage.testbed.nodes.count)
        .map(node => ({ hosts: stage.hostsOn(node), memory, swap }))
        .filter(({ hosts }) => hosts.length > 0);
    }
    return stage.slivers.specs.map(({ share }, host) => {
      const own = allotmentOf(allotment, share.memory);
      return { hosts: [host], memory: own, swap: (swap * own) / memory };
    });
  }
}
