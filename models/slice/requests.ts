// Requests: slices that people ask for in the course of a run, admitted, placed, renewed and reaped. Accounted, not run.
import { draw } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { type EventKind, NO_HOST } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { drawSpan } from '../faults/span.ts';
import type { Stage, Subsystem } from '../subsystem.ts';
import { Room } from './admission.ts';
import { beginBackground } from './background.ts';
import { choose, type Known } from './choice.ts';
import type { Lease, LeasedSliver } from './lease.ts';
import { Board, NodeLoads } from './node-loads.ts';
import { requestedNodes } from './requested-nodes.ts';
import { RequestsMeter } from './requests-meter.ts';
import type { RequestsSpec } from './requests-spec.ts';

/** A reservation that fits but for the rounding of sums fits. */
const ROUNDING = 1e-9;

export class Requests implements Subsystem {
  private readonly spec: RequestsSpec;
  private readonly stage: Stage;
  /** The nodes that slices may take. */
  private readonly among: readonly number[];
  private readonly room: Room;
  private readonly loads: NodeLoads;
  private readonly board: Board;
  private readonly known: Known;
  private readonly arrivals: RandomStream;
  private readonly active = new Set<Lease>();
  private readonly meter: RequestsMeter;
  private numbered = 0;

  private readonly asking: EventKind<undefined>;
  private readonly renewing: EventKind<Lease>;
  private readonly ending: EventKind<Lease>;
  private readonly settling: EventKind<LeasedSliver>;
  private readonly moving: EventKind<LeasedSliver>;

  /** @throws {TestbedError} where it asks for nodes that there are not */
  constructor(spec: RequestsSpec, stage: Stage) {
    this.spec = spec;
    this.stage = stage;
    const { sim, testbed } = stage;
    const { nodes, seed } = testbed;
    this.among = requestedNodes(spec, nodes, seed);
    this.room = new Room(testbed.admission, nodes);
    for (const node of stage.slivers.nodeOf) this.room.take(node);
    this.loads = new NodeLoads(nodes.count);
    this.board = new Board(this.loads, nodes.up);
    this.known = { load: node => this.board.load(node), site: node => nodes.siteOf[node] };
    this.meter = new RequestsMeter(stage, this.among, this.loads, () => this.active.size);
    this.arrivals = stream(seed, 'requests', 'arrivals');

    this.asking = sim.kind('request', () => this.ask());
    this.renewing = sim.kind<Lease>('lease-renewal', (_, lease) => this.renew(lease));
    this.ending = sim.kind<Lease>('lease-end', (_, lease) => this.end(lease));
    this.settling = sim.kind<LeasedSliver>('sliver-placed', (_, sliver) => this.arrive(sliver));
    this.moving = sim.kind<LeasedSliver>('sliver-move', (_, sliver, plan) => {
      if (sliver.plan === plan) this.move(sliver);
    });
    if (spec.background) beginBackground(spec.background, this.among, this.loads, stage);
    if (spec.stale > 0) this.repeat('board', 0, spec.stale, () => this.board.refresh());
    const reserved = spec.control === 'reservations';
    this.repeat('review', spec.review, spec.review, () => this.meter.review(reserved));
    this.expectRequest();
  }

  nodeDown(node: number): void {
    for (const sliver of this.loads.on(node)) this.planMove(sliver);
  }

  private repeat(name: string, first: Nanoseconds, every: Nanoseconds, act: () => void): void {
    const { sim } = this.stage;
    const kind: EventKind<undefined> = sim.kind(name, () => {
      act();
      sim.post(sim.now + every, kind, NO_HOST, undefined);
    });
    sim.post(first, kind, NO_HOST, undefined);
  }

  private expectRequest(): void {
    const { sim } = this.stage;
    sim.post(sim.now + drawSpan(this.spec.every, this.arrivals), this.asking, NO_HOST, undefined);
  }

  private ask(): void {
    const { spec, meter } = this;
    const { sim, testbed } = this.stage;
    this.expectRequest();
    meter.asked.add();
    const number = this.numbered++;
    const owner = stream(testbed.seed, 'requests', number);
    const places = stream(testbed.seed, 'requests', number, 'places');
    const count = this.sizeBy(owner);
    const particular = owner.uniform() < spec.particular;
    const load = Math.min(1, draw(spec.load, owner));
    const since = sim.now;
    const expiry = since + drawSpan(spec.lease, owner);
    if (count > (testbed.admission.perSlice ?? Infinity)) {
      meter.refuse('size');
      return;
    }
    const lease = { load, particular, since, owner, places, slivers: [], expiry, ended: false };
    const nodes = this.find(count, lease);
    if (nodes) this.admit(lease, nodes);
    else meter.refuse('room');
  }

  private sizeBy(owner: RandomStream): number {
    const { size } = this.spec;
    const { length } = this.among;
    if ('nodes' in size) return size.nodes;
    return Math.min(length, Math.max(1, Math.round(draw(size.share, owner) * length)));
  }

  /**
   * Takes the places of so many nodes: of particular ones, drawn from all, or of any, chosen among those that are known to
   * be up.
   * @returns undefined, and nothing taken, where there are not so many
   */
  private find(count: number, lease: Lease): number[] | undefined {
    const taken = lease.particular
      ? lease.places
          .shuffle([...this.among])
          .slice(0, count)
          .filter(node => this.take(node, lease.load))
      : this.chooseAny(count, lease);
    if (taken.length === count) return taken;
    for (const node of taken) this.room.give(node);
    return undefined;
  }

  private chooseAny(count: number, { load, places, slivers }: Lease): number[] {
    const own = new Set(slivers.map(({ node }) => node));
    const pool = this.among.filter(node => this.board.isUp(node) && !own.has(node));
    return choose(this.spec.policy, count, pool, this.known, places, node => this.take(node, load));
  }

  private take(node: number, load: number): boolean {
    const { control, reservable } = this.spec;
    if (control === 'reservations' && this.loads.wanted[node] + load > reservable + ROUNDING) return false;
    if (!this.room.fits(node)) return false;
    this.room.take(node);
    return true;
  }

  private admit(lease: Lease, nodes: readonly number[]): void {
    this.meter.admitted.add();
    this.meter.nodes.record(nodes.length);
    this.active.add(lease);
    for (const node of nodes) {
      const sliver = { lease, node, plan: 0 };
      lease.slivers.push(sliver);
      this.settle(sliver);
    }
    this.expectRenewal(lease);
  }

  private settle(sliver: LeasedSliver): void {
    const { sim } = this.stage;
    this.loads.add(sliver);
    sim.post(sim.now, this.settling, sliver.node, sliver);
  }

  /** A sliver comes to its node, which may have gone down since it was last known to be up. */
  private arrive(sliver: LeasedSliver): void {
    if (!this.stage.testbed.nodes.up[sliver.node]) this.planMove(sliver);
  }

  private expectRenewal(lease: Lease): void {
    const { sim } = this.stage;
    const at = Math.max(sim.now, lease.expiry - this.spec.renewal.before);
    sim.post(at, this.renewing, NO_HOST, lease);
  }

  private renew(lease: Lease): void {
    const { sim } = this.stage;
    const { chance, ahead } = this.spec.renewal;
    if (lease.owner.uniform() < chance) {
      lease.expiry = Math.max(lease.expiry, sim.now + ahead);
      this.meter.renewed.add();
      this.expectRenewal(lease);
    } else sim.post(lease.expiry, this.ending, NO_HOST, lease);
  }

  private end(lease: Lease): void {
    lease.ended = true;
    this.active.delete(lease);
    this.meter.expired.add();
    for (const sliver of lease.slivers) this.release(sliver);
  }

  private release(sliver: LeasedSliver): void {
    this.loads.remove(sliver);
    this.room.give(sliver.node);
  }

  private planMove(sliver: LeasedSliver): void {
    const { sim } = this.stage;
    const { move } = this.spec;
    const { lease, node } = sliver;
    if (!move || lease.particular) return;
    sim.post(sim.now + drawSpan(move, lease.places), this.moving, node, sliver, ++sliver.plan);
  }

  /** Puts a sliver on another node where its own is still down; where there is none, it waits as long again. */
  private move(sliver: LeasedSliver): void {
    const { lease, node } = sliver;
    if (lease.ended || this.stage.testbed.nodes.up[node]) return;
    const [next] = this.chooseAny(1, lease);
    if (next === undefined) {
      this.planMove(sliver);
      return;
    }
    this.meter.moved.add();
    this.release(sliver);
    sliver.node = next;
    this.settle(sliver);
  }
}
