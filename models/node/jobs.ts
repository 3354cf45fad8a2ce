// Jobs: pieces of work that come to a sliver, may read from the disk first, and then share the sliver's CPU.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import { draw } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { drawSpan } from '../faults/span.ts';
import type { Disks } from './disks.ts';
import type { Processors } from './processors.ts';
import type { JobsSpec } from './spec.ts';

interface Job {
  readonly since: Nanoseconds;
  /** CPU time that it takes. */
  readonly work: Nanoseconds;
  /** How long it would take on a node of its own. */
  readonly alone: Nanoseconds;
}

/** The jobs of one slice. */
export class Jobs {
  private readonly spec: JobsSpec;
  private readonly processors: Processors;
  private readonly disks: Disks;
  private readonly sim: Simulation;
  private readonly streams = new Map<number, RandomStream>();
  private readonly open = new Map<number, number>();
  private readonly nodeOf: readonly number[];
  private readonly names: readonly string[];
  private readonly seed: string;
  /** Goes up with each start and stop of a sliver: what is left of an earlier life is void. */
  private readonly lives = new Map<number, number>();

  private readonly arrival: EventKind<undefined>;
  private readonly hasRead: EventKind<Job>;
  private readonly done: Counter;
  private readonly lost: Counter;
  private readonly response: Distribution;
  private readonly slowdown: Distribution;

  constructor(
    spec: JobsSpec,
    room: {
      readonly sim: Simulation;
      readonly processors: Processors;
      readonly disks: Disks;
      readonly nodeOf: readonly number[];
      readonly names: readonly string[];
      readonly seed: string;
    },
    meter: Meter,
  ) {
    this.spec = spec;
    this.sim = room.sim;
    this.processors = room.processors;
    this.disks = room.disks;
    this.nodeOf = room.nodeOf;
    this.names = room.names;
    this.seed = room.seed;
    this.done = meter.counter('jobs.done');
    this.lost = meter.counter('jobs.lost');
    this.response = meter.distribution('jobs.response', 'ns');
    this.slowdown = meter.distribution('jobs.slowdown', 'count');
    this.arrival = room.sim.kind('job', (host, _nothing, life) => {
      if (life === this.lifeOf(host)) this.arrive(host);
    });
    this.hasRead = room.sim.kind('job-read', (host, job, life) => {
      if (life === this.lifeOf(host)) this.compute(host, job);
    });
  }

  sliverUp(host: number): void {
    this.lives.set(host, this.lifeOf(host) + 1);
    this.expect(host);
  }

  sliverDown(host: number): void {
    this.lives.set(host, this.lifeOf(host) + 1);
    this.lost.add(this.open.get(host) ?? 0);
    this.open.set(host, 0);
  }

  private lifeOf(host: number): number {
    return this.lives.get(host) ?? 0;
  }

  private expect(host: number): void {
    const at = this.sim.now + drawSpan(this.spec.every, this.randomOf(host));
    this.sim.post(at, this.arrival, host, undefined, this.lifeOf(host));
  }

  private arrive(host: number): void {
    const { sim, spec, disks } = this;
    const random = this.randomOf(host);
    const work = drawSpan(spec.work, random);
    const bytes = spec.read === undefined ? 0 : draw(spec.read, random);
    const job = { since: sim.now, work, alone: work + disks.readingTime(bytes) };
    this.count(host, 1);
    if (bytes === 0) this.compute(host, job);
    else sim.post(disks.read(this.nodeOf[host], bytes), this.hasRead, host, job, this.lifeOf(host));
    this.expect(host);
  }

  private compute(host: number, { since, work, alone }: Job): void {
    this.processors.begin(host, work, () => {
      const response = this.sim.now - since;
      this.count(host, -1);
      this.done.add();
      this.response.record(response);
      this.slowdown.record(response / alone);
    });
  }

  private count(host: number, by: number): void {
    this.open.set(host, (this.open.get(host) ?? 0) + by);
  }

  private randomOf(host: number): RandomStream {
    const random = this.streams.get(host) ?? stream(this.seed, this.names[host], 'jobs');
    this.streams.set(host, random);
    return random;
  }
}
