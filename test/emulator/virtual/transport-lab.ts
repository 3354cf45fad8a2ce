// A laboratory for the simulated hosts' stacks: hosts on a real network, programs that note what their sockets tell them.
import { ipv4Of } from '../../../emulator/host-plan.ts';
import { HostStack } from '../../../emulator/virtual/transport/host-stack.ts';
import { Internet } from '../../../emulator/virtual/transport/internet.ts';
import { type Packet, Segment } from '../../../emulator/virtual/transport/packet.ts';
import type {
  Done,
  SocketAddress,
  Stack,
  TcpHandler,
  TcpSocket,
  UdpHandler,
} from '../../../emulator/virtual/transport/stack.ts';
import { apart } from '../../../models/network/cuts.ts';
import { Fabric } from '../../../models/network/fabric.ts';
import { Hosts } from '../../../models/network/hosts.ts';
import { Network } from '../../../models/network/network.ts';
import type { NetworkSpec } from '../../../models/network/spec.ts';
import { capsOf } from '../../../models/network/token-buckets.ts';
import { Simulation } from '../../../sim/simulation.ts';
import { MILLISECOND, type Nanoseconds } from '../../../sim/time.ts';

export interface Conditions extends Partial<NetworkSpec> {
  readonly hosts?: number;
  /** One way, between any two hosts. */
  readonly delay?: Nanoseconds;
  readonly seed?: string;
  /** The site of each host; each is at one of its own where left out. */
  readonly sites?: readonly number[];
}

/** Accounts of what the fabric and the stacks count. */
class Accounts {
  private readonly counts = new Map<string, { value: number }>();

  counter(name: string): { add(by?: number): void } {
    const count = { value: 0 };
    this.counts.set(name, count);
    return {
      add(by = 1) {
        count.value += by;
      },
    };
  }

  distribution(): never {
    throw new Error('the transport has no distributions');
  }

  count(name: string): number {
    return this.counts.get(name)!.value;
  }
}

/** What is on the wire: packets as hosts send and receive them. */
export interface Sighting {
  readonly at: Nanoseconds;
  readonly host: number;
  readonly direction: 'out' | 'in';
  readonly packet: Packet;
}

/** Hosts, each on a node of its own, 50 ms apart, on unlimited links where nothing else is said; all are up. */
export function laboratory(conditions: Conditions = {}) {
  const { hosts: count = 2, delay = 50 * MILLISECOND, seed = 'seed', sites, ...change } = conditions;
  const sim = new Simulation();
  const names = Array.from({ length: count }, (_, index) => `host-${index}`);
  const access = { up: Infinity, down: Infinity, queue: 0 };
  const spec: NetworkSpec = { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 }, ...change };
  const siteOf = Int32Array.from(sites ?? names.keys());
  const network = new Network({ senders: names, siteOf }, { delay: () => delay }, spec, seed);
  const hosts = new Hosts<Packet>([...names.keys()]);
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 1500, queue: 0 })));
  const cargo = { copy: (packet: Packet) => packet, corrupt: () => undefined, dropped: () => {} };
  const accounts = new Accounts();
  const fabric = new Fabric<Packet>(sim, { network, caps, hosts, cargo }, accounts);
  const hostsOnSite = (host: number) =>
    [...names.keys()].filter(other => other !== host && siteOf[other] === siteOf[host]);
  const internet = new Internet({ sim, fabric, hosts, names, seed, hostsOnSite, meter: accounts });
  const stacks = names.map((_, host): Stack => new HostStack(internet, host));
  for (const stack of stacks) hosts.boot(stack.host, stack);
  const sightings: Sighting[] = [];
  return {
    sim,
    network,
    hosts,
    accounts,
    internet,
    stacks,
    /** Notes all packets from now on. */
    watch(): Sighting[] {
      internet.tap = (host, direction, packet) =>
        void sightings.push({ at: sim.now, host, direction, packet });
      return sightings;
    },
  };
}

export type Laboratory = ReturnType<typeof laboratory>;

/** Cuts a host off from all others. @returns what ends it */
export function isolate({ network, stacks }: Laboratory, host: number): () => void {
  const grouping = apart(Int16Array.from(stacks, ({ host: other }) => (other === host ? 0 : 1)));
  network.cuts.add(grouping);
  return () => network.cuts.remove(grouping);
}

/** The segments among what was seen to leave a host. */
export function segmentsFrom(
  sightings: readonly Sighting[],
  host: number,
): { at: Nanoseconds; segment: Segment }[] {
  return sightings
    .filter(sighting => sighting.host === host && sighting.direction === 'out')
    .flatMap(({ at, packet }) => (packet instanceof Segment ? [{ at, segment: packet }] : []));
}

/** A program behind a TCP socket: notes what it is told, and when. Reads from the start unless told not to. */
export class Peer implements TcpHandler {
  readonly told: { readonly at: Nanoseconds; readonly what: string; readonly status?: number }[] = [];
  readonly chunks: Uint8Array[] = [];
  readonly children: Peer[] = [];
  received = 0;
  firstAt: Nanoseconds = -1;
  lastAt: Nanoseconds = -1;
  /** Called at what is told. */
  onConnected: () => void = () => {};
  onAccepted: (peer: Peer) => void = () => {};
  onData: (bytes: Uint8Array) => void = () => {};
  onEnd: () => void = () => {};
  readonly socket: TcpSocket;
  private readonly lab: Laboratory;
  private readonly reads: boolean;

  constructor(lab: Laboratory, socket: TcpSocket, reads = true) {
    this.lab = lab;
    this.socket = socket;
    this.reads = reads;
    socket.handler = this;
    if (reads) socket.readStart();
  }

  connected(status: number): void {
    this.note('connected', status);
    this.onConnected();
  }

  accepted(socket: TcpSocket): void {
    this.note('accepted');
    const child = new Peer(this.lab, socket, this.reads);
    this.children.push(child);
    this.onAccepted(child);
  }

  data(bytes: Uint8Array): void {
    if (this.received === 0) this.firstAt = this.lab.sim.now;
    this.lastAt = this.lab.sim.now;
    this.received += bytes.length;
    this.chunks.push(bytes);
    this.onData(bytes);
  }

  end(): void {
    this.note('end');
    this.onEnd();
  }

  failed(status: number): void {
    this.note('failed', status);
  }

  /** When it was told something, in order. */
  times(what: string): Nanoseconds[] {
    return this.told.filter(note => note.what === what).map(({ at }) => at);
  }

  statuses(what: string): (number | undefined)[] {
    return this.told.filter(note => note.what === what).map(({ status }) => status);
  }

  private note(what: string, status?: number): void {
    this.told.push({ at: this.lab.sim.now, what, ...(status === undefined ? {} : { status }) });
  }
}

/** A server on a host, and a client on another that connects to it. */
export function pair(lab: Laboratory, { from = 0, to = 1, port = 80, reads = true } = {}) {
  const server = listenOn(lab, to, port, reads);
  const client = new Peer(lab, lab.stacks[from].tcp('IPv4'));
  client.socket.connect(ipv4Of(to), port);
  return { server, client };
}

export function listenOn(lab: Laboratory, host: number, port: number, reads = true): Peer {
  const server = new Peer(lab, lab.stacks[host].tcp('IPv4'), reads);
  server.socket.bind('0.0.0.0', port);
  server.socket.listen(511);
  return server;
}

/** Writes chunk after chunk, as a program does that waits for each write to be done. */
export function pour(socket: TcpSocket, chunks: Iterable<Uint8Array>, then: () => void = () => {}): void {
  const iterator = chunks[Symbol.iterator]();
  const more: Done = status => {
    if (status !== 0) return;
    for (;;) {
      const { done, value } = iterator.next();
      if (done) return then();
      if (!socket.write([value], more)) return;
    }
  };
  more(0);
}

/** Chunks of one and the same 64 KiB. */
export function* bytes(total: number): Iterable<Uint8Array> {
  const chunk = new Uint8Array(65536).map((_, index) => index * 31);
  for (let left = total; left > 0; left -= chunk.length)
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}

/** A program behind a UDP socket. */
export class Listener implements UdpHandler {
  readonly heard: { readonly at: Nanoseconds; readonly payload: Uint8Array; readonly from: SocketAddress }[] =
    [];
  readonly errors: number[] = [];
  private readonly lab: Laboratory;

  constructor(lab: Laboratory) {
    this.lab = lab;
  }

  message(payload: Uint8Array, from: SocketAddress): void {
    this.heard.push({ at: this.lab.sim.now, payload, from });
  }

  error(status: number): void {
    this.errors.push(status);
  }
}
