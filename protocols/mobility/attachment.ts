// An attachment point: identities stay there for a while, are reached there, and move on to another.
import { exponential } from '../draws.ts';
import { randomId } from '../identifier.ts';
import type {
  Address,
  Counter,
  Directory,
  Distribution,
  Host,
  Meter,
  Nanoseconds,
  Protocol,
} from '../port.ts';
import { Rpc } from '../rpc.ts';
import { Copies } from './copies.ts';
import { Homes } from './home.ts';
import type { Enquiry, Found, MobilityMessage, Packet, Reply, Request } from './messages.ts';
import type { MobilityOptions } from './options.ts';
import { type Departure, type Resident, Residents } from './residents.ts';
import { signalling } from './signalling.ts';
import { lifetimeOf, Surroundings } from './surroundings.ts';

/** A packet that an identity has received. */
export interface Delivery {
  readonly at: Address;
  readonly identity: number;
  readonly sequence: number;
  readonly origin: Address;
  readonly number: number;
}

/** Told of every packet that an identity receives. One function may serve all hosts. */
export type DeliveryObserver = (delivery: Delivery) => void;

/** Times that a packet may be passed on: points that an identity left in quick succession, and no loop for ever. */
const MOST_HOPS = 8;

/** Time until the next try where nobody is known to turn to. */
const SOON: Nanoseconds = 1e9;

/**
 * Measures the counters `handovers` (of identities that left), `registrations` (acknowledged), `registrations.lost` (no
 * answer), `forwarded` (packets passed on to where an identity went), `lost.detached` and `lost.stale` (packets to one that
 * was at no point, or that went nobody here knows where) and `signalling.bytes`, and the distribution
 * `handover.registered` (ns from an identity's arrival until the rendezvous acknowledged it).
 */
export class AttachmentPoint implements Protocol<MobilityMessage> {
  readonly residents = new Residents();
  private readonly host: Host<MobilityMessage>;
  private readonly signals: Host<MobilityMessage>;
  private readonly options: MobilityOptions;
  private readonly homes: Homes;
  private readonly surroundings: Surroundings;
  private readonly onDelivery: DeliveryObserver | undefined;
  private readonly calls: Rpc<Request, Reply>;
  private readonly enquiries: Rpc<Enquiry, Found>;
  private readonly copies = new Copies();
  private readonly handovers: Counter;
  private readonly registrations: Counter;
  private readonly unregistered: Counter;
  private readonly forwarded: Counter;
  private readonly detached: Counter;
  private readonly stale: Counter;
  private readonly registered: Distribution;
  private readonly random = (): number => this.host.random();

  constructor(
    host: Host<MobilityMessage>,
    options: MobilityOptions,
    directory: Directory,
    meter: Meter,
    onDelivery?: DeliveryObserver,
  ) {
    this.host = host;
    this.options = options;
    this.onDelivery = onDelivery;
    this.signals = signalling(host, meter);
    this.calls = new Rpc<Request, Reply>(this.signals, options.rpc);
    this.enquiries = new Rpc<Enquiry, Found>(host, options.rpc);
    this.homes = new Homes(directory);
    this.surroundings = new Surroundings(host, directory, this.enquiries, options.refresh);
    this.handovers = meter.counter('handovers');
    this.registrations = meter.counter('registrations');
    this.unregistered = meter.counter('registrations.lost');
    this.forwarded = meter.counter('forwarded');
    this.detached = meter.counter('lost.detached');
    this.stale = meter.counter('lost.stale');
    this.registered = meter.distribution('handover.registered', 'ns');
  }

  start(): void {
    this.surroundings.announce();
    for (let i = 0; i < this.options.identities; i++) this.admit(randomId(this.random), 0);
  }

  /** Its identities go elsewhere, at once and without waiting for an answer. */
  stop(): void {
    this.calls.clear();
    this.enquiries.clear();
    for (const { identity, sequence } of this.residents.all()) {
      const to = this.surroundings.any();
      if (to === undefined) return;
      const rpc = this.calls.number();
      this.signals.send(to, { type: 'arrive', rpc, identity, sequence: sequence + 1 });
    }
  }

  receive(from: Address, message: MobilityMessage): void {
    switch (message.type) {
      case 'packet':
        if (this.copies.pass(message)) this.take(message);
        return;
      case 'arrive':
        this.admit(message.identity, message.sequence);
        this.signals.send(from, { type: 'arrived', rpc: message.rpc });
        return;
      case 'arrived':
      case 'registered':
      case 'refused':
        this.calls.settle(from, message);
        return;
      case 'points':
        this.enquiries.settle(from, message);
        return;
      case 'probe':
        this.host.send(from, { type: 'probed', rpc: message.rpc });
    }
  }

  private take(packet: Packet): void {
    const { identity } = packet;
    const resident = this.residents.get(identity);
    const departure = this.residents.departure(identity);
    if (resident) this.deliver(packet, resident.sequence);
    else if (!departure) this.pass(packet);
    else if (this.host.now() < departure.reached) this.deliver(packet, departure.sequence);
    else this.detached.add();
  }

  private deliver({ identity, origin, number }: Packet, sequence: number): void {
    this.host.send(origin, { type: 'receipt', number, identity, sequence });
    this.onDelivery?.({ at: this.host.address, identity, sequence, origin, number });
  }

  /** On to where the identity went; whoever sent the packet straight here is told. */
  private pass(packet: Packet): void {
    const { identity, hops, origin } = packet;
    const to = this.residents.trace(identity, this.host.now());
    if (to === undefined || hops >= MOST_HOPS) {
      this.stale.add();
      if (hops === 0) this.signals.send(origin, { type: 'gone', identity });
      return;
    }
    this.forwarded.add();
    this.host.send(to, { ...packet, hops: hops + 1 });
    if (hops === 0) this.signals.send(origin, { type: 'moved', identity, to });
  }

  private admit(identity: number, sequence: number): void {
    const resident = this.residents.admit(identity, sequence, this.host.now());
    if (!resident) return;
    this.register(resident);
    this.stay(resident);
  }

  private register(resident: Resident): void {
    if (!this.residents.has(resident)) return;
    const { identity, sequence } = resident;
    const { refresh } = this.options;
    const home = this.homes.of(identity);
    this.host.after(home === undefined ? Math.min(SOON, refresh) : refresh, () => this.register(resident));
    if (home === undefined) return;
    const [rpc, lifetime] = [this.calls.number(), lifetimeOf(refresh)];
    this.calls.call(home, { type: 'register', rpc, identity, sequence, lifetime }, reply => {
      if (reply) this.acknowledged(resident, reply);
      else this.unregistered.add();
    });
  }

  private acknowledged(resident: Resident, { type }: Reply): void {
    if (type === 'refused') {
      if (this.residents.has(resident)) this.residents.forget(resident);
      return;
    }
    this.registrations.add();
    if (resident.registered) return;
    resident.registered = true;
    if (resident.sequence > 0) this.registered.record(this.host.now() - resident.since);
  }

  /** The old point of an identity that makes before it breaks reaches it no longer than this: it does not go on sooner. */
  private stay(resident: Resident): void {
    const { dwell, rpc } = this.options;
    const span = Math.max(Math.round(exponential(this.random, dwell)), rpc.timeout);
    this.host.after(span, () => this.leave(resident));
  }

  private leave(resident: Resident): void {
    if (!this.residents.has(resident)) return;
    if (this.surroundings.any() === undefined) {
      this.stay(resident);
      return;
    }
    const { handover, rpc } = this.options;
    const makes = handover.style === 'make-before-break';
    const departure = this.residents.release(resident, this.host.now() + (makes ? rpc.timeout : 0));
    if (makes) this.go(departure);
    else this.host.after(handover.gap, () => this.go(departure));
  }

  private go(departure: Departure): void {
    const { identity } = departure;
    if (this.residents.departure(identity) !== departure) return;
    const to = this.surroundings.any()!;
    const sequence = departure.sequence + 1;
    this.calls.call(to, { type: 'arrive', rpc: this.calls.number(), identity, sequence }, reply => {
      // The point that did not answer may have it after all, and may even have sent it back here.
      if (this.residents.departure(identity) !== departure) return;
      if (!reply) {
        this.go(this.residents.astray(departure));
        return;
      }
      this.handovers.add();
      this.residents.arrived(departure, to, this.host.now() + this.options.handover.forward);
    });
  }
}
