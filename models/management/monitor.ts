// The monitor: what is done about a node that is down, by how long it has been.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Clock, Timers } from './clock.ts';
import type { NodeStates } from './node-states.ts';
import { phases } from './node-states.ts';
import type { NodeStreams } from './node-streams.ts';
import type { MonitorSpec } from './spec.ts';

/** What the monitor has done. Each is told of a node that is down or in failboot. */
export interface Care {
  /** Whether there is an authority that looks. */
  watches(): boolean;
  cycle(node: number): void;
  retry(node: number): void;
  notify(node: number, first: boolean): void;
  giveUp(node: number): void;
}

/**
 * Looks at each node once in `every`, at a phase of its own. What is due is done at the next look, so no look costs an event
 * at which nothing is.
 */
export class Monitor {
  private readonly clock: Clock;
  private readonly spec: MonitorSpec;
  private readonly states: NodeStates;
  private readonly care: Care;
  private readonly looks: Timers;
  private readonly phase: Float64Array;
  /** By node: since when it counts as down. */
  private readonly since: Float64Array;
  /** By node: what was due up to so long after that has been done. */
  private readonly done: Float64Array;

  constructor(clock: Clock, spec: MonitorSpec, states: NodeStates, random: NodeStreams, care: Care) {
    const count = states.phase.length;
    this.clock = clock;
    this.spec = spec;
    this.states = states;
    this.care = care;
    this.looks = clock.newTimers('management-monitor', count, node => this.look(node));
    this.phase = Float64Array.from({ length: count }, (_, node) =>
      Math.floor(random.of(node).uniform() * spec.every),
    );
    this.since = new Float64Array(count);
    this.done = new Float64Array(count);
  }

  /** A node has gone down, or a new one stands in the place of one that was given up. */
  begin(node: number): void {
    this.since[node] = this.clock.now;
    this.done[node] = 0;
    this.watch(node);
  }

  hasGivenUp(node: number): boolean {
    return this.done[node] >= this.spec.dead;
  }

  /** A node is down, or in failboot, still or again. */
  watch(node: number): void {
    this.looks.set(node, this.nextLook(node, this.since[node] + this.nextDue(this.done[node])));
  }

  rest(node: number): void {
    this.looks.clear(node);
  }

  private look(node: number): void {
    const { care, clock, spec } = this;
    if (!care.watches()) {
      this.looks.set(node, clock.now + spec.every);
      return;
    }
    const until = clock.now - this.since[node];
    let due = this.nextDue(this.done[node]);
    this.done[node] = until;
    for (; due <= until && this.waits(node); due = this.nextDue(due)) this.act(node, due);
    if (this.waits(node)) this.watch(node);
  }

  private act(node: number, due: Nanoseconds): void {
    const { care, spec } = this;
    if (due === spec.cycle) care.cycle(node);
    if (due === spec.retry && this.waits(node)) care.retry(node);
    if (this.isNotice(due) && this.waits(node)) care.notify(node, due === spec.notice);
    if (due === spec.dead && this.waits(node)) care.giveUp(node);
  }

  private waits(node: number): boolean {
    const phase = this.states.phase[node];
    return phase === phases.down || phase === phases.failed;
  }

  private isNotice(due: Nanoseconds): boolean {
    const { notice, again, dead } = this.spec;
    return due >= notice && due < dead && (due - notice) % again === 0;
  }

  /** The next time after `done`, from when the node went down, at which something is due; Infinity once it is given up. */
  private nextDue(done: Nanoseconds): Nanoseconds {
    const { cycle, notice, again, retry, dead } = this.spec;
    const nextNotice = done < notice ? notice : notice + (Math.floor((done - notice) / again) + 1) * again;
    const dues = [cycle, retry, dead, nextNotice < dead ? nextNotice : Infinity];
    return Math.min(...dues.filter(due => due > done));
  }

  /** The first look at a node at or after a time, and not before now. */
  private nextLook(node: number, at: Nanoseconds): Nanoseconds {
    const { every } = this.spec;
    const phase = this.phase[node];
    const from = Math.max(at, this.clock.now);
    return from === Infinity ? Infinity : phase + Math.ceil((from - phase) / every) * every;
  }
}
