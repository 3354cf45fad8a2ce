// Leases: a slice's ends unless its owner renews it in time, and its nodes learn of that when they hear from the authority.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { drawSpan } from '../faults/span.ts';
import type { LeaseSpec } from './spec.ts';

/** What is done with the slivers of a slice, by its index. */
export interface Holdings {
  /** Whether there is an authority that takes a renewal. */
  takes(): boolean;
  /** The lease is over, and is not renewed: nodes are to remove the slivers when they hear of it. */
  end(slice: number): void;
  /** The nodes remove the slivers by their own clocks. @returns how many there were */
  remove(slice: number): number;
  /** The slivers are to be there again. */
  restore(slice: number): void;
}

interface Lease {
  readonly slice: number;
  readonly random: RandomStream;
  end: Nanoseconds;
  over: boolean;
}

/**
 * Counts `leases.renewed`, of these `leases.late` (after the end), `leases.ended`, and `leases.lost` (slivers removed though their
 * owner would have renewed); measures `overrun` (ns: from a lease's end until a node has removed its sliver).
 */
export class Leases {
  private readonly sim: Simulation;
  private readonly spec: LeaseSpec;
  private readonly holdings: Holdings;
  private readonly leases: readonly Lease[];
  /** Renewals that wait for an authority. */
  private waiting: Lease[] = [];
  private readonly renewed: Counter;
  private readonly late: Counter;
  private readonly ended: Counter;
  private readonly lost: Counter;
  private readonly overrun: Distribution;

  constructor(
    spec: LeaseSpec,
    sim: Simulation,
    slices: readonly string[],
    seed: string,
    holdings: Holdings,
    meter: Meter,
  ) {
    this.sim = sim;
    this.spec = spec;
    this.holdings = holdings;
    this.renewed = meter.counter('leases.renewed');
    this.late = meter.counter('leases.late');
    this.ended = meter.counter('leases.ended');
    this.lost = meter.counter('leases.lost');
    this.overrun = meter.distribution('overrun', 'ns');
    this.leases = slices.map((name, slice) => {
      const random = stream(seed, name, 'management', 'lease');
      return { slice, random, end: 0, over: false };
    });
    for (const lease of this.leases) this.run(lease);
  }

  /** An authority is back: owners renew what they could not. */
  resume(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const lease of waiting) this.renew(lease);
  }

  /** A node has removed a sliver of a slice whose lease is over. */
  removed(slice: number): void {
    const { over, end } = this.leases[slice];
    if (over) this.overrun.record(this.sim.now - end);
  }

  private run(lease: Lease): void {
    const { sim, spec } = this;
    const { random } = lease;
    lease.over = false;
    lease.end = sim.now + drawSpan(spec.for, random);
    const renews = random.uniform() < spec.renew;
    if (renews) sim.at(Math.max(sim.now, lease.end - drawSpan(spec.before, random)), () => this.renew(lease));
    else sim.at(lease.end, () => this.finish(lease));
  }

  private renew(lease: Lease): void {
    if (!this.holdings.takes()) {
      this.waiting.push(lease);
      if (this.sim.now < lease.end) this.sim.at(lease.end, () => this.lapse(lease));
      return;
    }
    this.renewed.add();
    if (lease.over) {
      this.late.add();
      this.holdings.restore(lease.slice);
    }
    this.run(lease);
  }

  private finish(lease: Lease): void {
    lease.over = true;
    this.ended.add();
    if (this.spec.reap === 'always') this.holdings.remove(lease.slice);
    this.holdings.end(lease.slice);
  }

  /** The end comes while the owner waits for an authority. */
  private lapse(lease: Lease): void {
    if (!this.waiting.includes(lease)) return;
    lease.over = true;
    if (this.spec.reap === 'always') this.lost.add(this.holdings.remove(lease.slice));
  }
}
