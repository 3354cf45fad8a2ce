// What the IP stacks of a run have in common: the clock, the way of a packet from host to host, captures and accounts.
import type { Fabric } from '../../../models/network/fabric.ts';
import type { Hosts } from '../../../models/network/hosts.ts';
import type { Counter, Meter } from '../../../protocols/port.ts';
import type { EventId } from '../../../sim/event-queue.ts';
import { type RandomStream, stream } from '../../../sim/random.ts';
import type { EventKind, Simulation } from '../../../sim/simulation.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import { type Address, BROADCAST, formatAddress, hostOf, isLoopback } from './addresses.ts';
import type { Packet } from './packet.ts';
import type { Family, SocketAddress } from './stack.ts';

/** How long a packet of a host to itself takes: as between two slivers of one node. */
const LOOPBACK_DELAY: Nanoseconds = 20_000;

/** What the stacks of a run stand on. */
export interface Surroundings {
  readonly sim: Simulation;
  readonly fabric: Fabric<Packet>;
  /** The fabric's hosts. What their endpoints are given is to be passed on to the stack's `receive`. */
  readonly hosts: Hosts<Packet>;
  /** The hosts' names, by index: each has random numbers of its own. */
  readonly names: readonly string[];
  readonly seed: string;
  /** The other hosts of a host's site: they hear its broadcasts. */
  hostsOnSite(host: number): Iterable<number>;
  readonly meter: Meter;
}

/** Sees packets as they leave and enter hosts: what was sent, whatever becomes of it, and what was received. */
export type Tap = (host: number, direction: 'out' | 'in', packet: Packet) => void;

/** Has a timer. */
export interface Timed {
  expire(): void;
}

/** Has something to tell its owner. */
export interface Teller {
  tell(): void;
}

/** Accounts of a run's transport. */
export interface Counters {
  /** Datagrams that found a receive buffer full. */
  readonly overflow: Counter;
  /** Datagrams that lacked a fragment when time was up. */
  readonly unassembled: Counter;
  /** Segments sent once more, and how often a retransmission timer expired. */
  readonly retransmitted: Counter;
  readonly timeouts: Counter;
}

/** Make one a run, before its hosts' stacks: it declares kinds of events. */
export class Internet {
  /** For captures; undefined: none. */
  tap: Tap | undefined;
  readonly sim: Simulation;
  readonly counters: Counters;

  private readonly surroundings: Surroundings;
  private readonly looped: EventKind<Packet>;
  private readonly expired: EventKind<Timed>;
  private readonly told: EventKind<Teller>;
  private readonly texts: Readonly<Record<Family, Map<Address, string>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
  };

  constructor(surroundings: Surroundings) {
    const { sim, hosts, meter } = surroundings;
    this.surroundings = surroundings;
    this.sim = sim;
    this.looped = sim.kind('loopback', (host, packet) => hosts.endpoints[host]?.receive(host, packet));
    this.expired = sim.kind('timer', (_host, timed) => timed.expire());
    this.told = sim.kind('tell', (_host, teller) => teller.tell());
    this.counters = {
      overflow: meter.counter('udp.overflow'),
      unassembled: meter.counter('ip.unassembled'),
      retransmitted: meter.counter('tcp.retransmitted'),
      timeouts: meter.counter('tcp.timeouts'),
    };
  }

  /** Takes a packet to the host, or hosts, that have its destination; where none has, it vanishes as on a real network. */
  transmit(from: number, packet: Packet): void {
    const { destination } = packet;
    const { fabric, names } = this.surroundings;
    this.tap?.(from, 'out', packet);
    const to = isLoopback(destination) ? from : hostOf(destination);
    if (to === from) this.loop(from, packet);
    else if (to >= 0 && to < names.length) fabric.send(from, to, packet.bytes, packet);
    else if (destination === BROADCAST) this.broadcast(from, packet);
  }

  /** Sees `teller` called in an event of its own, at this time. */
  tellLater(host: number, teller: Teller): void {
    this.sim.post(this.sim.now, this.told, host, teller);
  }

  schedule(at: Nanoseconds, host: number, timed: Timed): EventId {
    return this.sim.schedule(at, this.expired, host, timed);
  }

  random(host: number): RandomStream {
    const { seed, names } = this.surroundings;
    return stream(seed, names[host], 'transport');
  }

  /** An address and port as a socket of the family shows it. */
  socketAddress(address: Address, port: number, family: Family): SocketAddress {
    const texts = this.texts[family];
    let text = texts.get(address);
    if (text === undefined) {
      text = formatAddress(address, family);
      texts.set(address, text);
    }
    return { address: text, family, port };
  }

  private broadcast(from: number, packet: Packet): void {
    const { fabric } = this.surroundings;
    for (const to of this.surroundings.hostsOnSite(from)) fabric.send(from, to, packet.bytes, packet);
    this.loop(from, packet);
  }

  private loop(host: number, packet: Packet): void {
    this.sim.post(this.sim.now + LOOPBACK_DELAY, this.looped, host, packet);
  }
}
