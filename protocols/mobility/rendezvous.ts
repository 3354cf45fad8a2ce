// A rendezvous: knows at which attachment point each of its identities is, and passes packets on to there.
import type { Address, Counter, Host, Meter, Nanoseconds, Protocol } from '../port.ts';
import { MAX_LISTED } from './codec.ts';
import { Copies } from './copies.ts';
import type { MobilityMessage, Packet, Registration, Reply } from './messages.ts';
import { signalling } from './signalling.ts';

interface Binding {
  readonly at: Address;
  readonly sequence: number;
  /** When it ends, unless it is renewed. */
  readonly until: Nanoseconds;
}

/** Attachment points that one is told of: enough to choose among. */
const TOLD = 16;

/** Milliseconds, in which messages tell lifetimes, as nanoseconds. */
const MILLISECOND = 1e6;

/**
 * The home agent of RFC 5944, the rendezvous server of RFC 8004, a server of I3 (I. Stoica et al., "Internet Indirection
 * Infrastructure", SIGCOMM 2002): soft state that attachment points renew, so that one which crashed knows again soon.
 *
 * Measures the counters `relayed`, `lost.unknown` (packets to an identity that is not registered) and `signalling.bytes`.
 */
export class Rendezvous implements Protocol<MobilityMessage> {
  private readonly host: Host<MobilityMessage>;
  private readonly signals: Host<MobilityMessage>;
  private readonly bindings = new Map<number, Binding>();
  /** Attachment points, and until when each is believed to be there. */
  private readonly points = new Map<Address, Nanoseconds>();
  private readonly copies = new Copies();
  private readonly relayed: Counter;
  private readonly unknown: Counter;

  constructor(host: Host<MobilityMessage>, meter: Meter) {
    this.host = host;
    this.signals = signalling(host, meter);
    this.relayed = meter.counter('relayed');
    this.unknown = meter.counter('lost.unknown');
  }

  start(): void {}

  stop(): void {}

  /** Where an identity is registered. Undefined where it is not. */
  place(identity: number): Address | undefined {
    const binding = this.bindings.get(identity);
    if (!binding || binding.until > this.host.now()) return binding?.at;
    this.bindings.delete(identity);
    return undefined;
  }

  receive(from: Address, message: MobilityMessage): void {
    switch (message.type) {
      case 'packet':
        if (this.copies.pass(message)) this.relay(message);
        return;
      case 'register':
        this.signals.send(from, this.register(from, message));
        return;
      case 'announce':
        this.points.set(from, this.host.now() + message.lifetime * MILLISECOND);
        this.host.send(from, { type: 'points', rpc: message.rpc, points: this.pointsFor(from) });
        return;
      case 'list':
        this.host.send(from, { type: 'names', rpc: message.rpc, identities: this.names() });
    }
  }

  private relay(packet: Packet): void {
    const at = this.place(packet.identity);
    // What has been passed on before comes from a host that takes this one for an attachment point.
    if (at === undefined || packet.hops > 0) {
      this.unknown.add();
      return;
    }
    this.relayed.add();
    this.host.send(at, { ...packet, hops: 1 });
  }

  private register(at: Address, { rpc, identity, sequence, lifetime }: Registration): Reply {
    const known = this.place(identity) === undefined ? undefined : this.bindings.get(identity);
    if (known && (known.sequence > sequence || (known.sequence === sequence && known.at !== at)))
      return { type: 'refused', rpc };
    this.bindings.set(identity, { at, sequence, until: this.host.now() + lifetime * MILLISECOND });
    return { type: 'registered', rpc };
  }

  private pointsFor(asker: Address): Address[] {
    const now = this.host.now();
    for (const [point, until] of this.points) if (until <= now) this.points.delete(point);
    return this.sample(
      [...this.points.keys()].filter(point => point !== asker),
      TOLD,
    );
  }

  private names(): number[] {
    const here = [...this.bindings.keys()].filter(identity => this.place(identity) !== undefined);
    return this.sample(here, MAX_LISTED);
  }

  /** So many of the items at most, each as likely as any other, in random order. Reorders `items`. */
  private sample<T>(items: T[], count: number): T[] {
    const taken = Math.min(count, items.length);
    for (let i = 0; i < taken; i++) {
      const other = i + Math.floor(this.host.random() * (items.length - i));
      [items[i], items[other]] = [items[other], items[i]];
    }
    return items.slice(0, taken);
  }
}
