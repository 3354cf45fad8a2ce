// The fabric: carries messages between hosts, whatever the messages are. The network says what becomes of them; the fabric schedules it.
import type { Counter, Meter } from '../../protocols/port.ts';
import { type EventKind, NO_HOST, type Simulation } from '../../sim/simulation.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { Departures, type Parcel } from './departures.ts';
import { CORRUPT, DROP_REASONS, FILTERED, HOST_DOWN } from './fate.ts';
import type { Gates } from './gates.ts';
import type { Hosts } from './hosts.ts';
import { DAMAGED, DUPLICATED } from './impairments.ts';
import type { Network } from './network.ts';
import type { SiteLinks } from './site-links.ts';
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

/** How often what sites suffer is measured. */
const SITE_INTERVAL: Nanoseconds = SECOND;

/**
 * A message's way: sliver's cap, sender's link, path, receiver's link, host, and the links of both sites, where they
 * have any. Each wait on it is one event.
 */
export class Fabric<M> {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly caps: Caps;
  private readonly hosts: Hosts<M>;
  private readonly cargo: Cargo<M>;
  /** Undefined where a message's way out is arithmetic. */
  private readonly departures: Departures<M> | undefined;
  private readonly siteLinks: SiteLinks | undefined;
  private readonly gates: Gates | undefined;

  private readonly released: EventKind<Held<M>>;
  private readonly arrived: EventKind<M>;
  private readonly delivered: EventKind<M>;
  private entered: EventKind<M> | undefined;

  private readonly sentMessages: Counter;
  private readonly sentBytes: Counter;
  private readonly duplicatedMessages: Counter;
  private readonly deliveredMessages: Counter;
  private readonly dropped: readonly Counter[];

  /**
   * @param meter of the network
   * @param siteMeter of sites, where they have links
   */
  constructor(
    sim: Simulation,
    { network, caps, hosts, cargo }: Passage<M>,
    meter: Meter,
    siteMeter: Meter = meter,
  ) {
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
    this.gates = network.gates;
    this.siteLinks = network.siteLinks;
    if (network.siteLinks) this.openSites(network.siteLinks, siteMeter);
    if (network.siteLinks || network.sharedAccess) this.departures = this.makeDepartures(meter);
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
    const { network, hosts, gates } = this;
    if (gates !== undefined && !gates.leave(from, to, this.sim.now)) {
      this.drop(message, FILTERED, from, to);
      return;
    }
    const fromNode = hosts.nodeOf[from];
    const toNode = hosts.nodeOf[to];
    if (this.departures !== undefined && fromNode !== toNode && hosts.isUp(from)) {
      this.departures.take(from, to, bytes, message);
      return;
    }
    const arrives = hosts.isUp(from)
      ? network.transmit(fromNode, toNode, bytes, this.sim.now, from)
      : HOST_DOWN;
    this.dispatch(arrives, from, to, bytes, message);
  }

  /** @param arrives when the message stands before the receiver's links, or a drop code */
  private dispatch(arrives: number, from: number, to: number, bytes: number, message: M): void {
    if (arrives < 0) this.drop(message, arrives, from, to);
    else {
      const { nodeOf } = this.hosts;
      const mishap = this.network.mishap(nodeOf[from], nodeOf[to], from);
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

  /** A message that its receiver finds damaged has kept the receiver's links busy all the same. */
  private discard(from: number, to: number, bytes: number, message: M): void {
    const inside = this.enterSite(from, to, bytes);
    if (inside > this.sim.now) this.sim.at(inside, () => this.discardInside(from, to, bytes, message), to);
    else if (inside < 0) this.drop(message, inside, from, to);
    else this.discardInside(from, to, bytes, message);
  }

  private discardInside(from: number, to: number, bytes: number, message: M): void {
    const received = this.enter(from, to, bytes);
    this.drop(message, received < 0 ? received : CORRUPT, from, to);
  }

  private receive(from: number, to: number, bytes: number, message: M): void {
    const { gates, sim } = this;
    const wait = gates === undefined ? 0 : gates.enter(from, to, sim.now);
    if (wait === 0) this.receiveWithin(from, to, bytes, message);
    else if (wait < 0) this.drop(message, wait, from, to);
    else sim.at(sim.now + wait, () => this.receiveWithin(from, to, bytes, message), to);
  }

  private receiveWithin(from: number, to: number, bytes: number, message: M): void {
    const inside = this.enterSite(from, to, bytes);
    if (inside === this.sim.now) this.receiveInside(from, to, bytes, message);
    else if (inside < 0) this.drop(message, inside, from, to);
    else this.sim.post(inside, this.entered!, to, message, from, bytes);
  }

  private receiveInside(from: number, to: number, bytes: number, message: M): void {
    const received = this.enter(from, to, bytes);
    if (received < 0) this.drop(message, received, from, to);
    else if (received === this.sim.now) this.deliver(from, to, message);
    else this.sim.post(received, this.delivered, to, message, from);
  }

  /** @returns when the last byte is inside the receiver's site, which it may have been all the time, or a drop code */
  private enterSite(from: number, to: number, bytes: number): number {
    const { siteLinks, sim, network, hosts } = this;
    if (siteLinks === undefined) return sim.now;
    const [fromSite, toSite] = [network.siteOf[hosts.nodeOf[from]], network.siteOf[hosts.nodeOf[to]]];
    return fromSite === toSite ? sim.now : siteLinks.enter(toSite, bytes, sim.now);
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

  private makeDepartures(meter: Meter): Departures<M> {
    const { sim, network, hosts } = this;
    const outside = {
      cross: ({ message, from, to, bytes }: Parcel<M>, sent: Nanoseconds) =>
        this.dispatch(
          network.cross(hosts.nodeOf[from], hosts.nodeOf[to], sent, from),
          from,
          to,
          bytes,
          message,
        ),
      drop: (message: M, fate: number, from: number, to: number) => this.drop(message, fate, from, to),
    };
    return new Departures(sim, network, hosts, outside, meter);
  }

  private openSites(siteLinks: SiteLinks, meter: Meter): void {
    const { sim, network, hosts } = this;
    this.entered = sim.kind('enter', (to, message, from, bytes) =>
      this.receiveInside(from, to, bytes, message),
    );
    siteLinks.open([...new Set(hosts.nodeOf.map(node => network.siteOf[node]))], meter);
    const look = sim.kind('site-look', () => {
      siteLinks.measure(sim.now);
      sim.post(sim.now + SITE_INTERVAL, look, NO_HOST, undefined);
    });
    sim.post(SITE_INTERVAL, look, NO_HOST, undefined);
  }
}
