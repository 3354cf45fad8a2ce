// The fabric: carries messages between hosts, whatever the messages are. The network says what becomes of them; the fabric schedules it.
import type { Counter, Meter } from '../../protocols/port.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { CORRUPT, DROP_REASONS, HOST_DOWN } from './fate.ts';
import type { Hosts } from './hosts.ts';
import { DAMAGED, DUPLICATED } from './impairments.ts';
import type { Network } from './network.ts';
import type { Caps } from './token-buckets.ts';

/** A message that waits for its sender's cap; the sender's crash takes it along. */
interface Held<M> {
  readonly message: M;
  readonly life: number;
}

/**
 * What must be done with the messages that a fabric carries, beside carrying them. Each that is sent, and each copy, ends
 * once: it is received by a host, or dropped.
 */
export interface Cargo<M> {
  /** A second message like this one, to go the same way beside it. */
  copy(message: M): M;
  /**
   * Damages a message. What is returned goes on in its place; undefined where whoever receives it would see the damage
   * and discard it: the message then goes as far as its receiver and is dropped there.
   */
  corrupt(message: M): M | undefined;
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
  private readonly duplicatedMessages: Counter;
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
    this.duplicatedMessages = meter.counter('duplicated');
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
    const { network, hosts } = this;
    const fromNode = hosts.nodeOf[from];
    const toNode = hosts.nodeOf[to];
    const arrives = hosts.isUp(from)
      ? network.transmit(fromNode, toNode, bytes, this.sim.now, from)
      : HOST_DOWN;
    if (arrives < 0) this.drop(message, arrives, from, to);
    else {
      const mishap = network.mishap(fromNode, toNode, from);
      if (mishap === 0) this.sim.post(arrives, this.arrived, to, message, from, bytes);
      else this.impair(mishap, arrives, from, to, bytes, message);
    }
  }

  /** The copy shares what was drawn for the message, but for the damage: it is copied as it was sent. */
  private impair(
    mishap: number,
    arrives: Nanoseconds,
    from: number,
    to: number,
    bytes: number,
    message: M,
  ): void {
    if (mishap & DUPLICATED) {
      this.duplicatedMessages.add();
      this.sim.post(arrives, this.arrived, to, this.cargo.copy(message), from, bytes);
    }
    const arriving = mishap & DAMAGED ? this.cargo.corrupt(message) : message;
    if (arriving !== undefined) this.sim.post(arrives, this.arrived, to, arriving, from, bytes);
    else this.sim.at(arrives, () => this.discard(from, to, bytes, message), to);
  }

  /** A message that its receiver finds damaged has kept the receiver's link busy all the same. */
  private discard(from: number, to: number, bytes: number, message: M): void {
    const received = this.enter(from, to, bytes);
    this.drop(message, received < 0 ? received : CORRUPT, from, to);
  }

  private receive(from: number, to: number, bytes: number, message: M): void {
    const received = this.enter(from, to, bytes);
    if (received < 0) this.drop(message, received, from, to);
    else if (received === this.sim.now) this.deliver(from, to, message);
    else this.sim.post(received, this.delivered, to, message, from);
  }

  private enter(from: number, to: number, bytes: number): number {
    const { nodeOf } = this.hosts;
    return this.network.receive(nodeOf[from], nodeOf[to], bytes, this.sim.now, from);
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
