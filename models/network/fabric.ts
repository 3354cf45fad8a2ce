// The fabric: carries messages between hosts, whatever the messages are. The network says what becomes of them; the fabric schedules it.
import type { Counter, Meter } from '../../protocols/port.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { DROP_REASONS, HOST_DOWN } from './fate.ts';
import type { Hosts } from './hosts.ts';
import type { Network } from './network.ts';
import type { Caps } from './token-buckets.ts';

/** A message that waits for its sender's cap; the sender's crash takes it along. */
interface Held<M> {
  readonly message: M;
  readonly life: number;
}

/** What must be done with the messages that a fabric carries, beside carrying them. */
export interface Cargo<M> {
  /** A message goes no further: `fate` is its drop code. */
  dropped(message: M, fate: number, from: number, to: number): void;
}

/** What a message passes on its way, and what becomes of it. */
export interface Passage<M> {
  readonly network: Network;
  readonly caps: Caps;
  readonly hosts: Hosts<M>;
  readonly cargo: Cargo<M>;
}

/** A message's way: sliver's cap, sender's link, path, receiver's link, host. Each wait on it is one event. */
export class Fabric<M> {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly caps: Caps;
  private readonly hosts: Hosts<M>;
  private readonly cargo: Cargo<M>;

  private readonly released: EventKind<Held<M>>;
  private readonly arrived: EventKind<M>;
  private readonly delivered: EventKind<M>;

  private readonly sentMessages: Counter;
  private readonly sentBytes: Counter;
  private readonly deliveredMessages: Counter;
  private readonly dropped: readonly Counter[];

  constructor(sim: Simulation, { network, caps, hosts, cargo }: Passage<M>, meter: Meter) {
    this.sim = sim;
    this.network = network;
    this.caps = caps;
    this.hosts = hosts;
    this.cargo = cargo;
    this.released = sim.kind('release', (from, { message, life }, to, bytes) => {
      if (hosts.life(from) === life) this.transmit(from, to, bytes, message);
      else this.drop(message, HOST_DOWN, from, to);
    });
    this.arrived = sim.kind('arrive', (to, message, from, bytes) => this.receive(from, to, bytes, message));
    this.delivered = sim.kind('deliver', (to, message, from) => this.deliver(from, to, message));
    this.sentMessages = meter.counter('sent');
    this.sentBytes = meter.counter('bytes');
    this.deliveredMessages = meter.counter('delivered');
    this.dropped = DROP_REASONS.map(reason => meter.counter(`dropped.${reason}`));
  }

  /** @param bytes on the wire, headers included */
  send(from: number, to: number, bytes: number, message: M): void {
    this.sentMessages.add();
    this.sentBytes.add(bytes);
    const leaves = this.caps.admit(from, bytes, this.sim.now);
    if (leaves < 0) this.drop(message, leaves, from, to);
    else if (leaves === this.sim.now) this.transmit(from, to, bytes, message);
    else this.sim.post(leaves, this.released, from, { message, life: this.hosts.life(from) }, to, bytes);
  }

  private transmit(from: number, to: number, bytes: number, message: M): void {
    const { nodeOf } = this.hosts;
    const arrives = this.hosts.isUp(from)
      ? this.network.transmit(nodeOf[from], nodeOf[to], bytes, this.sim.now, from)
      : HOST_DOWN;
    if (arrives < 0) this.drop(message, arrives, from, to);
    else this.sim.post(arrives, this.arrived, to, message, from, bytes);
  }

  private receive(from: number, to: number, bytes: number, message: M): void {
    const { nodeOf } = this.hosts;
    const received = this.network.receive(nodeOf[from], nodeOf[to], bytes, this.sim.now);
    if (received < 0) this.drop(message, received, from, to);
    else if (received === this.sim.now) this.deliver(from, to, message);
    else this.sim.post(received, this.delivered, to, message, from);
  }

  private deliver(from: number, to: number, message: M): void {
    const endpoint = this.hosts.endpoints[to];
    if (endpoint) {
      this.deliveredMessages.add();
      endpoint.receive(from, message);
    } else this.drop(message, HOST_DOWN, from, to);
  }

  private drop(message: M, fate: number, from: number, to: number): void {
    this.dropped[-fate - 1].add();
    this.cargo.dropped(message, fate, from, to);
  }
}
