// The authority: whether it can be reached, by its replicas and their failures, and the queue before it.
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { Law } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { drawSpan } from '../faults/span.ts';
import type { Nodes } from '../node/nodes.ts';
import type { Stage } from '../subsystem.ts';
import { ServiceQueue } from './service-queue.ts';
import type { AuthoritySpec } from './spec.ts';

/**
 * One replica serves, on a database that all share; where it fails, the next that works takes over after `failover`. Requests
 * that were in the queue are then lost.
 */
export class Authority {
  /** Whether one serves. */
  up = true;
  /** By node: one-way delay between it and the authority. */
  readonly delays: Float64Array;

  private readonly spec: AuthoritySpec;
  private readonly stage: Stage;
  private readonly returned: () => void;
  private readonly home: number;
  private readonly queue: ServiceQueue;
  private readonly random: RandomStream;
  /** By replica. */
  private readonly works: boolean[];
  /** The replica that serves, or did so last. */
  private active = 0;
  private downSince: Nanoseconds = 0;
  private readonly requests: Counter;
  private readonly waits: Distribution;
  private readonly outages: Distribution;

  /**
   * @param returned called when one serves again
   * @throws {TestbedError} where there is no such site
   */
  constructor(spec: AuthoritySpec, stage: Stage, returned: () => void) {
    const { testbed, instruments, sim } = stage;
    const { nodes, network, seed } = testbed;
    this.spec = spec;
    this.stage = stage;
    this.returned = returned;
    this.home = homeOf(spec, nodes);
    this.delays = Float64Array.from(nodes.names, (_, node) => network.delay(node, this.home));
    this.queue = new ServiceQueue(spec.servers, spec.service, stream(seed, 'management', 'service'));
    this.random = stream(seed, 'management', 'outages');
    this.works = new Array(spec.replicas).fill(true);
    const meter = instruments.meter('management');
    this.requests = meter.counter('requests');
    this.waits = meter.distribution('wait', 'ns');
    this.outages = meter.distribution('outage', 'ns');
    instruments.gauge('management.queue', () => this.queue.waiting(sim.now));
    instruments.gauge('management.load', () => this.queue.load(sim.now), 'ratio');
    for (const outage of spec.outages) sim.at(outage.at, () => this.fail(this.active, outage.for));
    for (const replica of this.works.keys()) this.failLater(replica);
  }

  /** Whether a node reaches it. */
  hears(node: number): boolean {
    return this.up && !this.stage.testbed.network.cuts.separate(node, this.home);
  }

  /** Takes a request into the queue. @returns when it has been served */
  serve(): Nanoseconds {
    const { now } = this.stage.sim;
    this.requests.add();
    this.waits.record(this.queue.enter(now) - now);
    return this.queue.finish;
  }

  private failLater(replica: number): void {
    const { failures } = this.spec;
    if (!failures) return;
    const { every } = failures;
    this.stage.sim.after(drawSpan(every, this.random), () => this.fail(replica, failures.for));
  }

  private fail(replica: number, span: Law): void {
    const { sim } = this.stage;
    if (!this.works[replica]) return;
    this.works[replica] = false;
    sim.after(drawSpan(span, this.random), () => this.mend(replica));
    if (replica !== this.active || !this.up) return;
    this.up = false;
    this.downSince = sim.now;
    this.queue.empty(sim.now);
    sim.after(this.spec.failover, () => this.takeOver());
  }

  private mend(replica: number): void {
    this.works[replica] = true;
    this.failLater(replica);
    // Another one that worked would have taken over, or is about to.
    if (this.works.every((works, other) => !works || other === replica)) this.takeOver();
  }

  private takeOver(): void {
    const next = this.works.indexOf(true);
    if (this.up || next < 0) return;
    this.active = next;
    this.up = true;
    this.outages.record(this.stage.sim.now - this.downSince);
    this.returned();
  }
}

/** The node from which the authority's distances are reckoned. @throws {TestbedError} where there is no such site */
export function homeOf({ site }: AuthoritySpec, nodes: Nodes): number {
  if (site === undefined) return 0;
  const index = nodes.sites.findIndex(({ name }) => name === site);
  if (index >= 0) return nodes.firstOf[index];
  throw new TestbedError(['management', 'authority', 'site'], `"${site}"`, 'a site', nodes.nearestName(site));
}
