// The management plane of a testbed: an authority, the nodes that hear from it, and what keeps them running.
import type { Unit } from '../../protocols/port.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { drawSpan } from '../faults/span.ts';
import type { Stage, Subsystem } from '../subsystem.ts';
import { Authority } from './authority.ts';
import { Changes } from './changes.ts';
import { Exchanges } from './exchanges.ts';
import { type Holdings, Leases } from './leases.ts';
import { BOOT_STATES } from './node-states.ts';
import { NodeStreams } from './node-streams.ts';
import { NodeWork } from './node-work.ts';
import { type Order, Orders } from './orders.ts';
import { ownersOf } from './owners.ts';
import { Rollout } from './rollout.ts';
import { SliverStates } from './sliver-states.ts';
import type { ManagementSpec } from './spec.ts';
import { type Standing, standings } from './standing.ts';
import { Upkeep, type World } from './upkeep.ts';

/** Slivers are held back until their node has heard of them and created them; nodes come back by the upkeep. */
export class Management implements Subsystem {
  private readonly spec: ManagementSpec;
  private readonly stage: Stage;
  private readonly authority: Authority;
  private readonly orders: Orders;
  private readonly exchanges: Exchanges;
  private readonly work: NodeWork;
  private readonly changes: Changes;
  private readonly slivers: SliverStates;
  private readonly upkeep: Upkeep;
  private readonly leases: Leases | undefined;
  private readonly rollout: Rollout | undefined;
  private readonly random: RandomStream;
  /** Changes that somebody wanted while there was no authority to take them. */
  private waiting: Nanoseconds[] = [];
  /** By slice: the site that answers for it, or -1. */
  private readonly ownerOf: readonly number[];
  /** By slice: its lease is over. */
  private readonly over: boolean[];
  /** By host: the index of its slice. */
  private readonly sliceOf: readonly number[];
  /** By host: its time to start has come. */
  private readonly begun: Uint8Array;
  /** Nodes that come up with an empty disk. */
  private readonly installed = new Set<number>();

  constructor(spec: ManagementSpec, stage: Stage) {
    const { sim, testbed, instruments } = stage;
    const { nodes, slices, seed } = testbed;
    const meter = instruments.meter('management');
    this.spec = spec;
    this.stage = stage;
    this.random = stream(seed, 'management', 'changes');
    this.authority = new Authority(spec.authority, stage, () => this.resume());
    this.orders = new Orders(nodes.count);
    this.exchanges = new Exchanges(spec, stage, this.authority, this.orders, (node, orders) =>
      this.work.take(node, orders),
    );
    this.work = new NodeWork(
      sim,
      nodes.count,
      spec.create,
      new NodeStreams(testbed, 'work'),
      order => this.takesTime(order),
      (node, order) => this.carryOut(node, order),
    );
    this.changes = new Changes(meter);
    this.slivers = new SliverStates(stage);
    const names = slices.map(slice => slice.spec.name);
    this.ownerOf = ownersOf(spec, names, nodes);
    this.over = names.map(() => false);
    this.begun = new Uint8Array(stage.slivers.names.length);
    const first = new Map(names.map((name, slice) => [name, slice]));
    this.sliceOf = stage.slivers.specs.map(({ name }) => first.get(name)!);
    this.upkeep = new Upkeep(spec, testbed);
    if (spec.lease) this.leases = new Leases(spec.lease, sim, names, seed, this.holdings(), meter);
    if (spec.rollout) {
      this.rollout = new Rollout(spec.rollout, stage, this.authority, this.upkeep, node =>
        this.order(node, { kind: 'image' }),
      );
    }
    const down = this.upkeep.enter(sim, this.world(), meter);
    this.gauges();
    sim.at(0, () => this.begin(down));
    if (spec.changes) this.changeLater();
  }

  nodeDown(node: number): void {
    this.upkeep.crashed(node);
    this.orders.take(node);
    this.exchanges.goDown(node);
    this.work.forget(node);
    this.changes.lost(node, this.stage.sim.now);
    this.rollout?.wentDown(node);
  }

  nodeUp(node: number): void {
    this.upkeep.restarted(node);
    const installed = this.installed.delete(node);
    for (const host of this.stage.hostsOn(node)) {
      if (!this.slivers.differs(host)) continue;
      this.slivers.miss(host);
      this.orders.add(node, { kind: 'sliver', host });
    }
    this.exchanges.comeUp(node);
    this.rollout?.cameUp(node, installed);
  }

  mayRestart(node: number): boolean {
    return this.upkeep.mayRestart(node);
  }

  /** Its time has come: the authority tells the node, which creates it. */
  mayStart(host: number): boolean {
    this.begun[host] = 1;
    this.ask(host);
    return false;
  }

  private begin(down: readonly number[]): void {
    const { stage, exchanges } = this;
    for (const node of down) stage.crash(node);
    for (const [node, up] of stage.testbed.nodes.up.entries()) {
      if (!up) continue;
      exchanges.join(node);
      exchanges.push(node);
    }
  }

  /** What the upkeep sees and does of the run. */
  private world(): World {
    const { stage, authority } = this;
    return {
      hears: node => authority.hears(node),
      watches: () => authority.up,
      wentDown: node => stage.crash(node),
      cameUp: (node, installed) => {
        if (installed) {
          this.installed.add(node);
          for (const host of stage.hostsOn(node)) this.slivers.remove(host);
        }
        stage.restart(node);
      },
      failed: node => this.rollout?.wentDown(node),
      standing: (site, standing) => this.judge(site, standing),
    };
  }

  /** What leases do with slivers. */
  private holdings(): Holdings {
    const { authority, slivers, over } = this;
    return {
      takes: () => authority.up,
      end: slice => {
        over[slice] = true;
        this.dropAll(slice);
      },
      remove: slice => {
        const there = this.hostsOf(slice).filter(host => slivers.isCreated(host));
        for (const host of there) slivers.remove(host);
        return there.length;
      },
      restore: slice => {
        over[slice] = false;
        this.askAll(slice);
      },
    };
  }

  private gauges(): void {
    const { stage, upkeep, slivers, authority } = this;
    const { nodes } = stage.testbed;
    const { states, standings: sites } = upkeep;
    const gauge = (name: string, read: () => number, unit: Unit = 'ratio') =>
      stage.instruments.gauge(`management.${name}`, read, unit);
    const countSites = (standing: Standing) => sites.of.reduce((sum, of) => sum + Number(of >= standing), 0);
    gauge('up.nodes', () => nodes.up.reduce((sum, up) => sum + up, 0) / nodes.count);
    gauge('up.sites', () => sites.up.reduce((sum, up) => sum + Number(up > 0), 0) / nodes.sites.length);
    gauge('up.slivers', () => slivers.running());
    gauge('authority', () => Number(authority.up));
    for (const state of BOOT_STATES) {
      const isIn = (node: number) => Number(states.recorded(node) === state);
      gauge(`state.${state}`, () => states.phase.reduce((sum, _, node) => sum + isIn(node), 0) / nodes.count);
    }
    gauge('sites.held', () => countSites(standings.held), 'count');
    gauge('sites.suspended', () => countSites(standings.suspended), 'count');
    gauge('downloads', () => upkeep.boots.downloads, 'count');
  }

  private changeLater(): void {
    const { sim } = this.stage;
    sim.after(drawSpan(this.spec.changes!, this.random), () => {
      if (this.authority.up) this.change(sim.now);
      else this.waiting.push(sim.now);
      this.changeLater();
    });
  }

  /** @param made when somebody wanted it */
  private change(made: Nanoseconds): void {
    const { nodes } = this.stage.testbed;
    const { concerns } = this.spec;
    const concerned: number[] = [];
    for (const [node, up] of nodes.up.entries()) {
      const isMeant = concerns === 1 || this.random.uniform() < concerns;
      if (up && isMeant) concerned.push(node);
    }
    const change = this.changes.take(made, concerned, nodes.count);
    const order: Order = { kind: 'change', change };
    for (const node of concerned) this.order(node, order);
  }

  /** The authority is back. */
  private resume(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const made of waiting) this.change(made);
    this.leases?.resume();
    for (const node of this.stage.testbed.nodes.up.keys()) this.exchanges.push(node);
  }

  /** A site's standing has changed: its slices are disabled, or may be had again. */
  private judge(site: number, standing: Standing): void {
    for (const [slice, owner] of this.ownerOf.entries()) {
      if (owner !== site) continue;
      if (standing === standings.suspended) this.dropAll(slice);
      if (standing === standings.good) this.askAll(slice);
    }
  }

  private mayHave(slice: number): boolean {
    const owner = this.ownerOf[slice];
    return !this.over[slice] && (owner < 0 || this.upkeep.standings.of[owner] === standings.good);
  }

  private hostsOf(slice: number): number[] {
    return [...this.sliceOf.keys()].filter(host => this.sliceOf[host] === slice);
  }

  private askAll(slice: number): void {
    for (const host of this.hostsOf(slice)) if (this.begun[host]) this.ask(host);
  }

  /** A sliver is to be there, if its slice may have it. */
  private ask(host: number): void {
    if (!this.mayHave(this.sliceOf[host])) return;
    if (!this.slivers.isWanted(host)) this.slivers.want(host);
    this.tell(host);
  }

  private dropAll(slice: number): void {
    for (const host of this.hostsOf(slice)) {
      this.slivers.drop(host);
      this.tell(host);
    }
  }

  private tell(host: number): void {
    if (this.slivers.differs(host)) this.order(this.stage.slivers.nodeOf[host], { kind: 'sliver', host });
  }

  /** A node that is down is told everything when it comes up. */
  private order(node: number, order: Order): void {
    if (!this.stage.testbed.nodes.up[node]) return;
    this.orders.add(node, order);
    this.exchanges.push(node);
  }

  private takesTime(order: Order): boolean {
    return order.kind === 'change' || (order.kind === 'sliver' && this.slivers.isMissing(order.host));
  }

  private carryOut(node: number, order: Order): void {
    const { now } = this.stage.sim;
    switch (order.kind) {
      case 'change':
        this.changes.carriedOut(node, order.change, now);
        break;
      case 'sliver':
        this.settle(order.host);
        break;
      case 'image':
        this.rollout!.told(node);
        break;
    }
  }

  private settle(host: number): void {
    const had = this.slivers.isCreated(host);
    this.slivers.settle(host);
    if (had && !this.slivers.isCreated(host)) this.leases?.removed(this.sliceOf[host]);
  }
}
