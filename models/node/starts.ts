// Starts of slivers: each takes its time, and a node makes one after the other.
import type { EventId } from '../../sim/event-queue.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';

interface Waiting {
  readonly host: number;
  readonly since: Nanoseconds;
}

interface Queue {
  readonly waiting: Waiting[];
  event: EventId | undefined;
}

export class Starts {
  private readonly sim: Simulation;
  private readonly queues: (Queue | undefined)[] = [];
  private readonly takes: (node: number) => Nanoseconds;
  private readonly ready: (host: number, took: Nanoseconds) => void;
  private readonly started: EventKind<undefined>;

  /**
   * @param takes how long a start takes that begins now on a node
   * @param ready a sliver is made, so long after it was asked for
   */
  constructor(
    sim: Simulation,
    takes: (node: number) => Nanoseconds,
    ready: (host: number, took: Nanoseconds) => void,
  ) {
    this.sim = sim;
    this.takes = takes;
    this.ready = ready;
    this.started = sim.kind('sliver-start', (_host, _nothing, node) => this.finish(node));
  }

  /** Without effect where the sliver is in the queue. */
  ask(node: number, host: number): void {
    this.queues[node] ??= { waiting: [], event: undefined };
    const queue = this.queues[node];
    if (queue.waiting.some(waiting => waiting.host === host)) return;
    queue.waiting.push({ host, since: this.sim.now });
    if (queue.waiting.length === 1) this.begin(node, queue);
  }

  /** A sliver is not to start any more. Without effect where it is not in the queue. */
  drop(node: number, host: number): void {
    const queue = this.queues[node];
    const place = queue?.waiting.findIndex(waiting => waiting.host === host) ?? -1;
    if (queue === undefined || place < 0) return;
    queue.waiting.splice(place, 1);
    if (place > 0) return;
    this.sim.cancel(queue.event!);
    this.begin(node, queue);
  }

  private begin(node: number, queue: Queue): void {
    if (queue.waiting.length === 0) return;
    const at = this.sim.now + Math.round(this.takes(node));
    queue.event = this.sim.schedule(at, this.started, queue.waiting[0].host, undefined, node);
  }

  private finish(node: number): void {
    const queue = this.queues[node]!;
    const { host, since } = queue.waiting.shift()!;
    this.ready(host, this.sim.now - since);
    this.begin(node, queue);
  }
}
