// The upkeep of nodes: they fail, are watched, power-cycled, mended by people and installed anew, before the run and in it.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import { Simulation } from '../../sim/simulation.ts';
import { drawSpan } from '../faults/span.ts';
import type { Testbed } from '../testbed.ts';
import { BootWay } from './boot-way.ts';
import { Clock, type Timers } from './clock.ts';
import { Monitor } from './monitor.ts';
import { NodeStates, type Phase, phases } from './node-states.ts';
import { NodeStreams } from './node-streams.ts';
import { People } from './people.ts';
import type { ManagementSpec, Measure } from './spec.ts';
import { SiteStandings, type Standing } from './standing.ts';

/** Longer spans do not fit a distribution in nanoseconds. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/** What the run says and hears of its nodes. */
export interface World {
  /** Whether a node reaches the authority. */
  hears(node: number): boolean;
  /** Whether there is an authority. */
  watches(): boolean;
  /** A node is not up any more, by what happened here. */
  wentDown(node: number): void;
  /** A node is up, with an empty disk if it has been installed. */
  cameUp(node: number, installed: boolean): void;
  /** A node's way up has ended in failboot. */
  failed(node: number): void;
  standing(site: number, standing: Standing): void;
}

/** Before the run the authority is always there, and nobody looks on. */
const past: World = {
  hears: () => true,
  watches: () => true,
  wentDown: () => {},
  cameUp: () => {},
  failed: () => {},
  standing: () => {},
};

/** Counts `failures` and `cycles` (power-cycles); measures `down` (ns, of a node that has come up; at most 104 days). */
export class Upkeep {
  readonly states: NodeStates;
  readonly standings: SiteStandings;
  readonly boots: BootWay;

  private readonly spec: ManagementSpec;
  private readonly clock: Clock;
  private readonly random: NodeStreams;
  private readonly monitor: Monitor;
  private readonly people: People;
  private readonly failing: Timers;
  /** The end of safeboot, or of a site's having taken the node out. */
  private readonly leaving: Timers;
  private world = past;
  private failures: Counter | undefined;
  private cycles: Counter | undefined;
  private downs: Distribution | undefined;

  /** Nodes live through the past at once. */
  constructor(spec: ManagementSpec, testbed: Testbed) {
    const { nodes, network } = testbed;
    const before = new Simulation();
    this.spec = spec;
    this.clock = new Clock(before, spec.history);
    this.random = new NodeStreams(testbed, 'life');
    this.states = new NodeStates(nodes.count);
    const { clock, random, states } = this;
    const links = { link: spec.authority.link, access: network.spec.access.down };
    this.boots = new BootWay(clock, spec.install, links, random, nodes.count, {
      asks: node => this.world.hears(node),
      arrived: (node, way) => this.comeUp(node, way === 'install'),
      failed: node => this.fallIntoFailboot(node),
    });
    this.monitor = new Monitor(clock, spec.monitor, states, random, {
      watches: () => this.world.watches(),
      cycle: node => this.cycle(node),
      retry: node => this.retry(node),
      notify: (node, first) => this.notify(node, first),
      giveUp: node => this.people.giveUp(node),
    });
    this.people = new People(clock, spec.people, nodes, random, node => this.mended(node));
    this.standings = new SiteStandings(
      clock,
      spec.monitor,
      nodes,
      states,
      () => this.world.watches(),
      node => this.people.write(node),
      (site, standing) => this.world.standing(site, standing),
    );
    this.failing = clock.newTimers('management-failure', nodes.count, node => this.fails(node));
    this.leaving = clock.newTimers('management-leave', nodes.count, node => this.leave(node));
    for (const node of states.phase.keys()) this.failLater(node);
    before.run(spec.history);
  }

  /** Goes on in the run. @returns the nodes that are not up at its beginning */
  enter(sim: Simulation, world: World, meter: Meter): number[] {
    this.clock.enter(sim);
    this.world = world;
    this.boots.measure(meter);
    this.people.measure(meter);
    this.failures = meter.counter('failures');
    this.cycles = meter.counter('cycles');
    this.downs = meter.distribution('down', 'ns');
    return [...this.states.phase.keys()].filter(node => !this.states.isUp(node));
  }

  /** A fault of the scenario has taken a node down. */
  crashed(node: number): void {
    if (this.states.isUp(node)) this.goDown(node, phases.down, false);
  }

  /** Somebody else has brought a node up. */
  restarted(node: number): void {
    if (!this.states.isUp(node)) this.setUp(node);
  }

  /** A fault's end would bring a node back. @returns whether it does now; else it comes by itself, or is mended some day */
  mayRestart(node: number): boolean {
    const { states } = this;
    if (states.phase[node] !== phases.down || states.own[node]) return false;
    if (!states.ordered[node] && this.world.hears(node)) return true;
    this.comeBack(node);
    return false;
  }

  /** A node that is up reboots. */
  reboot(node: number): void {
    this.leaveUp(node, phases.booting);
    this.boots.begin(node, 'boot');
  }

  /** A node that is up, or in failboot, is installed anew. */
  reinstall(node: number): void {
    if (this.states.isUp(node)) this.leaveUp(node, phases.installing);
    this.install(node);
  }

  /** A node that is up comes to stand in failboot. */
  breakDown(node: number): void {
    this.leaveUp(node, phases.failed);
    this.world.failed(node);
  }

  private fails(node: number): void {
    this.failures?.add();
    this.leaveUp(node, phases.down);
  }

  private leaveUp(node: number, phase: Phase): void {
    this.goDown(node, phase, true);
    this.world.wentDown(node);
  }

  private goDown(node: number, phase: Phase, own: boolean): void {
    this.states.leaveUp(node, phase, own, this.clock.now);
    this.boots.stopFetching(node);
    this.failing.clear(node);
    this.standings.count(node, -1);
    this.monitor.begin(node);
  }

  private comeUp(node: number, installed: boolean): void {
    this.setUp(node);
    this.world.cameUp(node, installed);
  }

  private setUp(node: number): void {
    const { states } = this;
    this.downs?.record(Math.min(LONGEST, this.clock.now - states.since[node]));
    states.phase[node] = phases.up;
    states.ordered[node] = 0;
    this.boots.abort(node);
    this.monitor.rest(node);
    this.people.rest(node);
    this.leaving.clear(node);
    this.standings.count(node, 1);
    this.failLater(node);
  }

  private failLater(node: number): void {
    const { failures } = this.spec;
    if (failures) this.failing.set(node, this.clock.now + drawSpan(failures, this.random.of(node)));
  }

  private fallIntoFailboot(node: number): void {
    this.states.phase[node] = phases.failed;
    if (!this.isTaken(node, phases.safe, this.spec.safeboot)) this.monitor.watch(node);
    this.world.failed(node);
  }

  private cycle(node: number): void {
    if (this.states.phase[node] !== phases.down) return;
    this.cycles?.add();
    if (this.random.of(node).uniform() < this.people.at(node).power) this.comeBack(node);
  }

  /** One that answers is installed; one that does not is on record for it, until it comes up. */
  private retry(node: number): void {
    this.states.ordered[node] = 1;
    if (this.states.phase[node] === phases.failed) this.install(node);
  }

  private notify(node: number, first: boolean): void {
    if (first && this.isTaken(node, phases.disabled, this.spec.disabled)) this.people.rest(node);
    else this.people.write(node);
  }

  /** A share of the nodes goes into another state for a while. */
  private isTaken(node: number, phase: Phase, { share, for: span }: Measure): boolean {
    const random = this.random.of(node);
    if (random.uniform() >= share) return false;
    this.states.phase[node] = phase;
    this.leaving.set(node, this.clock.now + drawSpan(span, random));
    return true;
  }

  private leave(node: number): void {
    if (this.states.phase[node] === phases.disabled) this.boots.mend(node);
    this.install(node);
  }

  private mended(node: number): void {
    const { states } = this;
    this.boots.mend(node);
    if (this.monitor.hasGivenUp(node)) this.monitor.begin(node);
    if (states.phase[node] === phases.failed) this.install(node);
    else if (states.phase[node] === phases.down) this.comeBack(node);
  }

  private comeBack(node: number): void {
    if (this.states.ordered[node]) {
      this.install(node);
      return;
    }
    this.states.phase[node] = phases.booting;
    this.boots.begin(node, 'boot');
  }

  private install(node: number): void {
    this.states.phase[node] = phases.installing;
    this.states.ordered[node] = 1;
    this.boots.begin(node, 'install');
  }
}
