// What nodes and the authority say to each other: polls or signs of life, reports, pushes with their acknowledgements.
import type { Counter } from '../../protocols/port.ts';
import type { EventKind } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { drawSpan } from '../faults/span.ts';
import type { Stage } from '../subsystem.ts';
import type { Authority } from './authority.ts';
import { NodeStreams } from './node-streams.ts';
import type { Order, Orders } from './orders.ts';
import type { ManagementSpec } from './spec.ts';

/**
 * A node that is up polls, or, in mode `push`, gives a sign of life, from a phase of its own on. A request is an event when it
 * reaches the authority, and another one, when the answer reaches the node, only where it brings something. Times from one
 * request to the next are from arrival to arrival, which is as from sending to sending.
 *
 * Counts `polls` (or signs of life) that were answered, `polls.failed`, `reports`, `pushes` and `pushes.failed` (given up).
 */
export class Exchanges {
  private readonly spec: ManagementSpec;
  private readonly stage: Stage;
  private readonly authority: Authority;
  private readonly orders: Orders;
  private readonly heard: (node: number, orders: readonly Order[]) => void;
  private readonly random: NodeStreams;
  /** By node: whether it is up, and how often it has gone down: what was under way before is void. */
  private readonly up: Uint8Array;
  private readonly epoch: Int32Array;
  private readonly pushing: Uint8Array;
  /** Share of the pushes that are lost on their way, or their acknowledgements. */
  private readonly loss: number;

  private readonly polling: EventKind<undefined>;
  private readonly reporting: EventKind<undefined>;
  private readonly word: EventKind<readonly Order[]>;
  private readonly again: EventKind<undefined>;
  private readonly acknowledged: EventKind<undefined>;

  private readonly counters: Readonly<Record<(typeof COUNTERS)[number], Counter>>;

  /** @param heard a node has heard from the authority, something or nothing */
  constructor(
    spec: ManagementSpec,
    stage: Stage,
    authority: Authority,
    orders: Orders,
    heard: (node: number, orders: readonly Order[]) => void,
  ) {
    const { sim, testbed, instruments } = stage;
    const { count } = testbed.nodes;
    this.spec = spec;
    this.stage = stage;
    this.authority = authority;
    this.orders = orders;
    this.heard = heard;
    this.random = new NodeStreams(testbed, 'exchanges');
    this.up = new Uint8Array(count);
    this.epoch = new Int32Array(count);
    this.pushing = new Uint8Array(count);
    const { rate } = testbed.network.spec.loss;
    this.loss = 1 - (1 - rate) ** 2;
    this.polling = sim.kind('management-poll', (node, _none, epoch) => this.poll(node, epoch));
    this.reporting = sim.kind('management-report', (node, _none, epoch) => this.report(node, epoch));
    this.word = sim.kind('management-word', (node, orders, epoch, push) =>
      this.arrive(node, orders, epoch, push),
    );
    this.again = sim.kind('management-again', (node, _none, epoch, attempt) =>
      this.pushAgain(node, epoch, attempt),
    );
    this.acknowledged = sim.kind('management-ack', (node, _none, epoch) => this.acknowledge(node, epoch));
    const meter = instruments.meter('management');
    this.counters = Object.fromEntries(
      COUNTERS.map(name => [name, meter.counter(name)]),
    ) as typeof this.counters;
  }

  /** A node has been up for long: its next poll comes after what is left of a time between two, seen at random. */
  join(node: number): void {
    const random = this.random.of(node);
    this.up[node] = 1;
    const left = random.uniform() * this.found(node);
    this.post(this.polling, node, left);
    this.post(this.reporting, node, random.uniform() * this.spec.report);
  }

  /** A node has come up, and asks at once. */
  comeUp(node: number): void {
    this.up[node] = 1;
    this.post(this.polling, node, this.authority.delays[node]);
    this.post(this.reporting, node, this.random.of(node).uniform() * this.spec.report);
  }

  goDown(node: number): void {
    this.up[node] = 0;
    this.pushing[node] = 0;
    this.epoch[node]++;
  }

  /** In mode `push`: there is something for a node. One push to it is under way at a time. */
  push(node: number): void {
    if (this.spec.mode !== 'push' || this.pushing[node] || !this.up[node]) return;
    if (!this.authority.up || !this.orders.has(node)) return;
    this.pushing[node] = 1;
    this.counters.pushes.add();
    this.send(node, 1);
  }

  private poll(node: number, epoch: number): void {
    if (epoch !== this.epoch[node]) return;
    const { authority, orders, stage, spec } = this;
    if (!authority.hears(node)) {
      this.counters['polls.failed'].add();
      const { retry } = spec.poll;
      this.post(this.polling, node, retry ? drawSpan(retry, this.random.of(node)) : this.interval(node));
      return;
    }
    this.post(this.polling, node, this.interval(node));
    this.counters.polls.add();
    const answered = authority.serve();
    if (this.pushing[node] || !orders.has(node)) return;
    const at = answered + authority.delays[node];
    stage.sim.post(at, this.word, node, orders.take(node), epoch, 0);
  }

  private report(node: number, epoch: number): void {
    if (epoch !== this.epoch[node]) return;
    this.post(this.reporting, node, this.spec.report);
    if (!this.authority.hears(node)) return;
    this.counters.reports.add();
    this.authority.serve();
  }

  private send(node: number, attempt: number): void {
    const { authority, orders, stage } = this;
    const epoch = this.epoch[node];
    const sent = authority.serve();
    if (!authority.hears(node) || (this.loss > 0 && this.random.of(node).uniform() < this.loss)) {
      stage.sim.post(sent + this.spec.push.timeout, this.again, node, undefined, epoch, attempt);
      return;
    }
    stage.sim.post(sent + authority.delays[node], this.word, node, orders.take(node), epoch, 1);
  }

  private pushAgain(node: number, epoch: number, attempt: number): void {
    if (epoch !== this.epoch[node]) return;
    if (this.authority.up && attempt < this.spec.push.attempts) {
      this.send(node, attempt + 1);
      return;
    }
    this.pushing[node] = 0;
    this.counters['pushes.failed'].add();
  }

  private arrive(node: number, orders: readonly Order[], epoch: number, push: number): void {
    if (epoch !== this.epoch[node]) return;
    if (push) {
      const at = this.stage.sim.now + this.authority.delays[node];
      this.stage.sim.post(at, this.acknowledged, node, undefined, epoch);
    }
    this.heard(node, orders);
  }

  private acknowledge(node: number, epoch: number): void {
    if (epoch !== this.epoch[node]) return;
    this.pushing[node] = 0;
    if (!this.authority.up) return;
    this.authority.serve();
    this.push(node);
  }

  private post(kind: EventKind<undefined>, node: number, after: Nanoseconds): void {
    this.stage.sim.post(this.stage.sim.now + Math.floor(after), kind, node, undefined, this.epoch[node]);
  }

  /** From one poll of a node, or sign of life, to the next. */
  private interval(node: number): Nanoseconds {
    const { mode, poll, push } = this.spec;
    return mode === 'push' ? push.heartbeat : poll.every + poll.spread * this.random.of(node).uniform();
  }

  /** Such a time as one finds it that looks in at a random moment: it is found the more often, the longer it is. */
  private found(node: number): Nanoseconds {
    const { mode, poll, push } = this.spec;
    if (mode === 'push') return push.heartbeat;
    const longest = poll.every + poll.spread;
    for (;;) {
      const interval = this.interval(node);
      if (this.random.of(node).uniform() * longest < interval) return interval;
    }
  }
}

const COUNTERS = ['polls', 'polls.failed', 'reports', 'pushes', 'pushes.failed'] as const;
