// A node's own work: it creates and changes its slivers one after the other.
import type { Law } from '../../sim/law.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { drawSpan } from '../faults/span.ts';
import type { NodeStreams } from './node-streams.ts';
import type { Order } from './orders.ts';

export class NodeWork {
  private readonly sim: Simulation;
  private readonly create: Law;
  private readonly random: NodeStreams;
  private readonly takesTime: (order: Order) => boolean;
  private readonly carryOut: (node: number, order: Order) => void;
  private readonly lines: Order[][];
  /** Goes up when a node goes down: what it had begun is void. */
  private readonly epoch: Int32Array;
  private readonly doing: EventKind<Order>;

  /** @param takesTime asked when an order's turn comes */
  constructor(
    sim: Simulation,
    nodes: number,
    create: Law,
    random: NodeStreams,
    takesTime: (order: Order) => boolean,
    carryOut: (node: number, order: Order) => void,
  ) {
    this.sim = sim;
    this.create = create;
    this.random = random;
    this.takesTime = takesTime;
    this.carryOut = carryOut;
    this.lines = Array.from({ length: nodes }, () => []);
    this.epoch = new Int32Array(nodes);
    this.doing = sim.kind<Order>('management-work', (node, order, epoch) => this.done(node, order, epoch));
  }

  take(node: number, orders: readonly Order[]): void {
    const line = this.lines[node];
    const idle = line.length === 0;
    for (const order of orders) line.push(order);
    if (idle) this.next(node);
  }

  /** The node has gone down. */
  forget(node: number): void {
    this.epoch[node]++;
    this.lines[node] = [];
  }

  private next(node: number): void {
    const line = this.lines[node];
    while (line.length > 0) {
      const order = line[0];
      if (this.takesTime(order)) {
        const span = drawSpan(this.create, this.random.of(node));
        this.sim.post(this.sim.now + span, this.doing, node, order, this.epoch[node]);
        return;
      }
      line.shift();
      this.carryOut(node, order);
      // It may have taken the node down.
      if (line !== this.lines[node]) return;
    }
  }

  private done(node: number, order: Order, epoch: number): void {
    if (epoch !== this.epoch[node]) return;
    this.lines[node].shift();
    this.carryOut(node, order);
    this.next(node);
  }
}
