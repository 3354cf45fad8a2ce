// The fabric: carries messages between simulated hosts. The network says what becomes of them; the fabric schedules it.
import type { Counter, Meter } from '../../protocols/port.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { DROP_REASONS, HOST_DOWN } from '../network/fate.ts';
import type { Network } from '../network/network.ts';
import type { Caps } from '../slice/token-buckets.ts';
import type { Hosts } from './hosts.ts';

/** Bytes that IPv4 and UDP add to a datagram's payload. */
export const DATAGRAM_HEADER = 28;

/** A message that waits for its sender's cap; the sender's crash takes it along. */
interface Held {
  readonly message: unknown;
  readonly life: number;
}

/** A message's way: sliver's cap, sender's link, path, receiver's link, host. Each wait on it is one event. */
export class Fabric {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly caps: Caps;
  private readonly hosts: Hosts;

  private readonly released: EventKind<Held>;
  private readonly arrived: EventKind<unknown>;
  private readonly delivered: EventKind<unknown>;

  private readonly sentMessages: Counter;
  private readonly sentBytes: Counter;
  private readonly deliveredMessages: Counter;
  private readonly dropped: readonly Counter[];

  constructor(sim: Simulation, network: Network, caps: Caps, hosts: Hosts, meter: Meter) {
    this.sim = sim;
    this.network = network;
    this.caps = caps;
    this.hosts = hosts;
    this.released = sim.kind('release', (from, { message, life }, to, bytes) => {
      if (hosts.life(from) === life) this.transmit(from, to, bytes, message);
      else this.drop(HOST_DOWN);
    });
    this.arrived = sim.kind('arrive', (to, message, from, bytes) => this.receive(from, to, bytes, message));
    this.delivered = sim.kind('deliver', (to, message, from) => this.deliver(from, to, message));
    this.sentMessages = meter.counter('sent');
    this.sentBytes = meter.counter('bytes');
    this.deliveredMessages = meter.counter('delivered');
    this.dropped = DROP_REASONS.map(reason => meter.counter(`dropped.${reason}`));
  }

  /** @param bytes of payload */
  send(from: number, to: number, payload: number, message: unknown): void {
    const bytes = payload + DATAGRAM_HEADER;
    this.sentMessages.add();
    this.sentBytes.add(bytes);
    const leaves = this.caps.admit(from, bytes, this.sim.now);
    if (leaves < 0) this.drop(leaves);
    else if (leaves === this.sim.now) this.transmit(from, to, bytes, message);
    else this.sim.post(leaves, this.released, from, { message, life: this.hosts.life(from) }, to, bytes);
  }

  private transmit(from: number, to: number, bytes: number, message: unknown): void {
    const { nodeOf } = this.hosts;
    const arrives = this.hosts.isUp(from)
      ? this.network.transmit(nodeOf[from], nodeOf[to], bytes, this.sim.now, from)
      : HOST_DOWN;
    if (arrives < 0) this.drop(arrives);
    else this.sim.post(arrives, this.arrived, to, message, from, bytes);
  }

  private receive(from: number, to: number, bytes: number, message: unknown): void {
    const { nodeOf } = this.hosts;
    const received = this.network.receive(nodeOf[from], nodeOf[to], bytes, this.sim.now);
    if (received < 0) this.drop(received);
    else if (received === this.sim.now) this.deliver(from, to, message);
    else this.sim.post(received, this.delivered, to, message, from);
  }

  private deliver(from: number, to: number, message: unknown): void {
    const endpoint = this.hosts.endpoints[to];
    if (endpoint) {
      this.deliveredMessages.add();
      endpoint.receive(from, message);
    } else this.drop(HOST_DOWN);
  }

  private drop(fate: number): void {
    this.dropped[-fate - 1].add();
  }
}
