// A correspondent: sends packets to identities, wherever they are, and measures what the packets meet.
import { sampleOther } from '../members.ts';
import { afterExponential } from '../pause.ts';
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
import { type Flight, Peer } from './flights.ts';
import { Homes } from './home.ts';
import type { Enquiry, Found, MobilityMessage, Probe, Probed, Receipt } from './messages.ts';
import type { MobilityOptions } from './options.ts';

/** Time until the next question while no identity is known. */
const SOON: Nanoseconds = 1e9;

/**
 * Sends to `send.peers` identities, drawn from those that a rendezvous lists. Triangular routing is that of RFC 5944;
 * route optimisation, by bindings that the receipts bring and old points correct, after RFC 6275.
 *
 * Measures the distributions `delivered` (ratio: 1 where the receipt came in time, else 0), `rtt` (ns, from sending until
 * the receipt), `direct.rtt` (ns, of a probe of the attachment point that follows each receipt), `stretch` (ratio: the first
 * over the second), `optimised` (ratio: 1 for a packet sent straight to an attachment point, else 0) and `handover.gap` (ns,
 * of each hand-over noticed: from the first packet lost to the first that was not, by their times of sending; 0 where
 * none was), and the counters `sent` and `corrections`.
 */
export class Correspondent implements Protocol<MobilityMessage> {
  private readonly host: Host<MobilityMessage>;
  private readonly options: MobilityOptions;
  private readonly directory: Directory;
  private readonly homes: Homes;
  private readonly enquiries: Rpc<Enquiry, Found>;
  private readonly probes: Rpc<Probe, Probed>;
  private readonly peers = new Map<number, Peer>();
  private readonly drawn: Peer[] = [];
  /** By number, in the order sent: the first is the next to be lost. */
  private readonly flights = new Map<number, Flight>();
  private readonly body: Uint8Array;
  private readonly sent: Counter;
  private readonly corrections: Counter;
  private readonly delivered: Distribution;
  private readonly optimised: Distribution;
  private readonly rtt: Distribution;
  private readonly direct: Distribution;
  private readonly stretch: Distribution;
  private readonly gap: Distribution;
  private number: number;
  private expiring = false;
  private readonly random = (): number => this.host.random();
  private readonly enquireLater = (): void => this.enquire();
  private readonly sendLater = (): void => this.send();
  private readonly expireLater = (): void => this.expire();

  constructor(host: Host<MobilityMessage>, options: MobilityOptions, directory: Directory, meter: Meter) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.homes = new Homes(directory);
    this.enquiries = new Rpc<Enquiry, Found>(host, options.rpc);
    this.probes = new Rpc<Probe, Probed>(host, { timeout: options.send.timeout, attempts: 1 });
    this.body = new Uint8Array(options.send.bytes);
    this.sent = meter.counter('sent');
    this.corrections = meter.counter('corrections');
    this.delivered = meter.distribution('delivered', 'ratio');
    this.optimised = meter.distribution('optimised', 'ratio');
    this.rtt = meter.distribution('rtt', 'ns');
    this.direct = meter.distribution('direct.rtt', 'ns');
    this.stretch = meter.distribution('stretch', 'ratio');
    this.gap = meter.distribution('handover.gap', 'ns');
    // A restarted host must not take a receipt of its former self's for its own.
    this.number = Math.floor(host.random() * 2 ** 32);
  }

  start(): void {
    this.enquire();
    this.pause();
  }

  stop(): void {
    this.enquiries.clear();
    this.probes.clear();
    this.flights.clear();
  }

  receive(from: Address, message: MobilityMessage): void {
    switch (message.type) {
      case 'receipt':
        this.received(from, message);
        return;
      case 'moved':
        this.correct(from, message.identity, message.to);
        return;
      case 'gone':
        this.correct(from, message.identity, undefined);
        return;
      case 'probed':
        this.probes.settle(from, message);
        return;
      case 'names':
        this.enquiries.settle(from, message);
    }
  }

  /** Asks until it knows enough identities. */
  private enquire(): void {
    const { peers, options } = this;
    if (peers.size === options.send.peers) return;
    this.host.after(peers.size > 0 ? options.refresh : SOON, this.enquireLater);
    const to = sampleOther(this.directory, this.host.address, this.random);
    if (to === undefined) return;
    this.enquiries.call(to, { type: 'list', rpc: this.enquiries.number() }, reply => {
      if (reply?.type === 'names') this.meet(reply.identities);
    });
  }

  private meet(identities: readonly number[]): void {
    for (const identity of identities) {
      if (this.peers.size === this.options.send.peers) return;
      if (this.peers.has(identity)) continue;
      const peer = new Peer(identity, this.gap);
      this.peers.set(identity, peer);
      this.drawn.push(peer);
    }
  }

  private pause(): void {
    afterExponential(this.host, this.options.send.every, this.sendLater);
  }

  private send(): void {
    this.pause();
    if (this.drawn.length === 0) return;
    const peer = this.drawn[Math.floor(this.host.random() * this.drawn.length)];
    const bound = this.bound(peer);
    const to = bound ?? this.homes.of(peer.identity);
    if (to === undefined) return;
    const flight: Flight = { peer, to, sent: this.host.now(), fate: undefined };
    this.number = (this.number + 1) >>> 0;
    this.flights.set(this.number, flight);
    peer.sent(flight);
    this.sent.add();
    this.optimised.record(bound === undefined ? 0 : 1);
    if (!this.expiring) this.expireAfter(this.options.send.timeout);
    const { number, body } = this;
    const origin = this.host.address;
    this.host.send(to, { type: 'packet', number, origin, identity: peer.identity, hops: 0, body });
  }

  /** Where the identity is believed to be. */
  private bound(peer: Peer): Address | undefined {
    if (peer.binding && peer.binding.until <= this.host.now()) peer.binding = undefined;
    return peer.binding?.at;
  }

  private bind(peer: Peer, at: Address): void {
    const { routing, binding } = this.options.send;
    if (routing === 'optimised') peer.binding = { at, until: this.host.now() + binding };
  }

  private received(from: Address, { number, identity, sequence }: Receipt): void {
    const flight = this.flights.get(number);
    if (!flight || flight.peer.identity !== identity) return;
    this.flights.delete(number);
    const rtt = this.host.now() - flight.sent;
    this.delivered.record(1);
    this.rtt.record(rtt);
    this.bind(flight.peer, from);
    this.probe(from, rtt);
    flight.fate = sequence;
    flight.peer.settle();
  }

  /** How much longer than the direct path and back was that of the packet and its receipt? */
  private probe(to: Address, rtt: Nanoseconds): void {
    this.probes.call(to, { type: 'probe', rpc: this.probes.number(), body: this.body }, (_, direct) => {
      if (direct === undefined) return;
      this.direct.record(direct);
      if (direct > 0) this.stretch.record(rtt / direct);
    });
  }

  /** A binding is not true any more; whoever it does not name knows nothing of it. */
  private correct(from: Address, identity: number, to: Address | undefined): void {
    const peer = this.peers.get(identity);
    if (!peer || this.bound(peer) !== from) return;
    this.corrections.add();
    peer.binding = undefined;
    if (to !== undefined) this.bind(peer, to);
  }

  private expireAfter(delay: Nanoseconds): void {
    this.expiring = true;
    this.host.after(delay, this.expireLater);
  }

  private expire(): void {
    this.expiring = false;
    const now = this.host.now();
    for (const [number, flight] of this.flights) {
      const due = flight.sent + this.options.send.timeout;
      if (due > now) {
        this.expireAfter(due - now);
        return;
      }
      this.flights.delete(number);
      this.lose(flight);
    }
  }

  private lose(flight: Flight): void {
    const { peer, to } = flight;
    this.delivered.record(0);
    if (peer.binding?.at === to) peer.binding = undefined;
    flight.fate = 'lost';
    peer.settle();
  }
}
