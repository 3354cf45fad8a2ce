// A RON host: probes its links to all others, tells them what it found, and goes round outages through one of them.
import { sampleOther } from '../members.ts';
import { afterExponential } from '../pause.ts';
import type { Address, Counter, Directory, Distribution, Host, Meter, Protocol } from '../port.ts';
import { Rpc } from '../rpc.ts';
import { MAX_LINKS } from './codec.ts';
import { Link } from './link.ts';
import type { LinkState, RonMessage } from './messages.ts';
import type { RonOptions } from './options.ts';
import { Outages } from './outages.ts';
import { Routes } from './routes.ts';

type Probe = Extract<RonMessage, { type: 'probe' | 'probed' }>;
type Packet = Extract<RonMessage, { type: 'packet' | 'receipt' }>;

/** Told of each packet: whose, to whom, through whom, and whether it was answered in time. */
export type PacketObserver = (self: Address, to: Address, via: Address | null, answered: boolean) => void;

/**
 * RON after D. Andersen, H. Balakrishnan, F. Kaashoek, R. Morris, "Resilient Overlay Networks", SOSP 2001: probing with
 * quick repetition after a loss, link states to all, one-hop detours, hysteresis. Made, as the paper's, for some dozens of
 * hosts: each probes all that its directory lists.
 *
 * Each host sends packets to random others, each once directly and once over the overlay, and measures the distributions
 * `direct.answered` and `overlay.answered` (ratio: 1 where the receipt came in time, else 0), `direct.rtt`, `overlay.rtt`,
 * `direct.outage` and `overlay.outage` (ns) and the counters `detours` (overlay packets sent through another host) and `forwarded` (of others).
 */
export class Ron implements Protocol<RonMessage> {
  private readonly host: Host<RonMessage>;
  private readonly options: RonOptions;
  private readonly directory: Directory;
  private readonly onPacket: PacketObserver | undefined;
  private readonly probes: Rpc<Probe, Probe>;
  private readonly packets: Rpc<Packet, Packet>;
  private readonly routes: Routes;
  private readonly links = new Map<Address, Link>();
  private readonly answered: Readonly<Record<'direct' | 'overlay', Distribution>>;
  private readonly rtt: Readonly<Record<'direct' | 'overlay', Distribution>>;
  private readonly outages: Readonly<Record<'direct' | 'overlay', Outages>>;
  private readonly detours: Counter;
  private readonly forwarded: Counter;
  private readonly random = (): number => this.host.random();
  private readonly tellTick = (): void => this.tell();
  private readonly sendTick = (): void => this.send();

  constructor(
    host: Host<RonMessage>,
    options: RonOptions,
    directory: Directory,
    meter: Meter,
    onPacket?: PacketObserver,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onPacket = onPacket;
    const { probeTimeout, send, metric, routingInterval } = options;
    this.probes = new Rpc<Probe, Probe>(host as unknown as Host<Probe>, {
      timeout: probeTimeout,
      attempts: 1,
    });
    this.packets = new Rpc<Packet, Packet>(host as unknown as Host<Packet>, {
      timeout: send.timeout,
      attempts: 1,
    });
    this.routes = new Routes(metric, routingInterval);
    const both = (name: string, unit: 'ratio' | 'ns') => ({
      direct: meter.distribution(`direct.${name}`, unit),
      overlay: meter.distribution(`overlay.${name}`, unit),
    });
    this.answered = both('answered', 'ratio');
    this.rtt = both('rtt', 'ns');
    const { direct, overlay } = both('outage', 'ns');
    this.outages = { direct: new Outages(direct), overlay: new Outages(overlay) };
    this.detours = meter.counter('detours');
    this.forwarded = meter.counter('forwarded');
  }

  start(): void {
    this.meetListed();
    this.host.after(Math.floor(this.host.random() * this.options.routingInterval), this.tellTick);
    this.pause();
  }

  stop(): void {
    this.probes.clear();
    this.packets.clear();
  }

  /** Through whom a packet would go now; null: directly. */
  via(destination: Address): Address | null {
    const own = new Map<Address, LinkState>();
    for (const [to, link] of this.links) if (link.known) own.set(to, link.state());
    return this.routes.via(destination, own, this.host.now());
  }

  receive(from: Address, message: RonMessage): void {
    switch (message.type) {
      case 'probe':
        this.meet(from);
        this.host.send(from, { type: 'probed', rpc: message.rpc });
        return;
      case 'probed':
        this.probes.settle(from, message);
        return;
      case 'links':
        this.routes.learn(from, message.links, this.host.now());
        return;
      case 'packet':
        if (message.destination === this.host.address) this.receipt(message);
        else if (message.via === this.host.address) this.forward(message.destination, message);
        return;
      case 'receipt':
        if (message.origin === this.host.address) this.packets.settle(from, message);
        else if (message.via === this.host.address) this.forward(message.origin, message);
    }
  }

  private receipt(packet: Packet): void {
    this.host.send(packet.via ?? packet.origin, { ...packet, type: 'receipt', body: new Uint8Array(0) });
  }

  private forward(to: Address, packet: Packet): void {
    this.forwarded.add();
    this.host.send(to, packet);
  }

  private meetListed(): void {
    for (let index = 0; index < this.directory.size; index++) this.meet(this.directory.at(index));
  }

  /** Probes a host from now on, if it does not yet. */
  private meet(other: Address): void {
    if (other === this.host.address || this.links.has(other)) return;
    const link = new Link(other, this.options.outage);
    this.links.set(other, link);
    this.host.after(Math.floor(this.host.random() * this.options.probeInterval), () => this.probe(link));
  }

  private probe(link: Link): void {
    this.probes.call(link.to, { type: 'probe', rpc: this.probes.number() }, (_, rtt) => {
      link.probed(rtt);
      if (link.doubtful) this.probe(link);
      else this.host.after(this.interval(), () => this.probe(link));
    });
  }

  private interval(): number {
    return Math.round(this.options.probeInterval * (1 + this.host.random() / 3));
  }

  private tell(): void {
    this.host.after(this.options.routingInterval, this.tellTick);
    this.meetListed();
    const states = [...this.links.values()].map(link => link.state());
    for (let at = 0; at < states.length; at += MAX_LINKS) {
      const message: RonMessage = { type: 'links', links: states.slice(at, at + MAX_LINKS) };
      for (const to of this.links.keys()) this.host.send(to, message);
    }
  }

  private pause(): void {
    afterExponential(this.host, this.options.send.every, this.sendTick);
  }

  private send(): void {
    this.pause();
    const destination = sampleOther(this.directory, this.host.address, this.random);
    if (destination === undefined) return;
    this.sendBy('direct', destination, null);
    const via = this.via(destination);
    if (via !== null) this.detours.add();
    this.sendBy('overlay', destination, via);
  }

  private sendBy(how: 'direct' | 'overlay', destination: Address, via: Address | null): void {
    const { address } = this.host;
    const body = new Uint8Array(this.options.send.bytes);
    const rpc = this.packets.number();
    const sent = this.host.now();
    const packet: Packet = { type: 'packet', rpc, origin: address, destination, via, body };
    this.packets.call(via ?? destination, packet, (reply, rtt) => {
      this.answered[how].record(reply ? 1 : 0);
      this.outages[how].note(destination, sent, reply !== undefined);
      if (rtt !== undefined) this.rtt[how].record(rtt);
      if (how === 'overlay') this.onPacket?.(address, destination, via, reply !== undefined);
    });
  }
}
