// TCP sockets of a simulated host: what a program holds of a listener or a connection, and what it is told of it.
import type { Nanoseconds } from '../../../../sim/time.ts';
import { type Address, ANY_IPV4, ANY_IPV6, BROADCAST, isAny } from '../addresses.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECANCELED,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
} from '../errno.ts';
import type { Teller } from '../internet.ts';
import type { Kernel } from '../kernel.ts';
import type { Ends, Segment } from '../packet.ts';
import { type Bound, boundTo, type Holder, type PortTable } from '../ports.ts';
import type { BindOptions, Done, Family, SocketAddress, Status, TcpHandler, TcpSocket } from '../stack.ts';
import { Connection } from './connection.ts';
import type { Connections } from './connections.ts';

/** A write, or a shutdown, that waits until bytes are admitted to the send buffer. */
interface Waiting {
  readonly end: number;
  readonly done: Done;
}

/** What the TCP sockets of a host share. */
export interface Shared {
  readonly kernel: Kernel;
  readonly ports: PortTable<KernelTcpSocket>;
  readonly connections: Connections;
}

export class KernelTcpSocket implements TcpSocket, Holder, Teller {
  readonly family: Family;
  handler: TcpHandler | undefined = undefined;
  bound: Bound;

  private readonly shared: Shared;
  private port = 0;
  private connection: Connection | undefined = undefined;
  /** The handler has been told how `connect` ended, or there was none. */
  private connectTold = true;
  private failureTold = false;
  private endTold = false;
  private reading = false;
  private telling = false;
  private waiting: Waiting[] = [];
  private noDelay = false;
  private keepAlive: Nanoseconds = Infinity;

  /** Of a listener: how many connections may wait to be accepted, and those that do. -1: it is none. */
  private backlog = -1;
  private unaccepted: KernelTcpSocket[] = [];
  /** Of a connection that has not been accepted: who is to do so. */
  private listener: KernelTcpSocket | undefined = undefined;

  constructor(shared: Shared, family: Family) {
    this.shared = shared;
    this.family = family;
    this.bound = boundTo(family === 'IPv6' ? ANY_IPV6 : ANY_IPV4);
  }

  get listens(): boolean {
    return this.backlog >= 0;
  }

  get unadmitted(): number {
    return this.waiting.length === 0 ? 0 : (this.connection?.sender?.unadmitted ?? 0);
  }

  bind(address: string, port: number, options: BindOptions = {}): Status {
    if (this.port !== 0 || this.connection) return EINVAL;
    const { kernel, ports } = this.shared;
    const own = kernel.bindable(address);
    if (own === undefined) return EADDRNOTAVAIL;
    const wanted = boundTo(own, { ...options, reuseAddress: false });
    const chosen = ports.choose(port, wanted, kernel.random);
    if (chosen === 0) return EADDRINUSE;
    this.hold(wanted, chosen);
    return 0;
  }

  listen(backlog: number): Status {
    if (this.connection) return EINVAL;
    const bound = this.port !== 0 ? 0 : this.bind(this.family === 'IPv6' ? '::' : '0.0.0.0', 0);
    if (bound === 0) this.backlog = Math.max(0, backlog);
    return bound;
  }

  connect(address: string, port: number): Status {
    if (this.connection) return EISCONN;
    if (this.listens) return EINVAL;
    const { kernel, connections } = this.shared;
    const ipv6Only = this.port !== 0 && this.bound.address >= ANY_IPV6 && !this.bound.dual;
    const destination = kernel.destination(address, this.family, ipv6Only);
    if (destination === undefined || destination === BROADCAST) return ENETUNREACH;
    const source = isAny(this.bound.address) ? kernel.sourceFor(destination) : this.bound.address;
    const ends = this.endsFor(source, destination, port);
    if (!ends) return EADDRNOTAVAIL;
    this.connectTold = false;
    this.adopt(new Connection(kernel, connections, this, ends));
    this.connection!.connect();
    return 0;
  }

  readStart(): void {
    this.reading = true;
    const { kernel } = this.shared;
    const { receiver, peerFinished } = this.connection ?? {};
    if (receiver && (receiver.waiting > 0 || peerFinished)) kernel.tellLater(this);
  }

  readStop(): void {
    this.reading = false;
  }

  write(chunks: readonly Uint8Array[], done: Done): boolean {
    const status = this.writable();
    if (status !== 0) {
      this.later([{ end: 0, done }], status);
      return false;
    }
    this.connection!.write(chunks);
    return this.admit(done);
  }

  shutdown(done: Done): boolean {
    const status = this.writable();
    if (status !== 0) {
      this.later([{ end: 0, done }], status === EPIPE ? ENOTCONN : status);
      return false;
    }
    const through = this.admit(done);
    this.connection!.finish();
    return through;
  }

  close(): void {
    this.abandon(connection => connection.close());
  }

  reset(): void {
    this.abandon(connection => connection.abort());
  }

  setNoDelay(on: boolean): void {
    this.noDelay = on;
    this.connection?.setNoDelay(on);
  }

  setKeepAlive(on: boolean, idle: Nanoseconds): void {
    this.keepAlive = on ? idle : Infinity;
    this.connection?.setKeepAlive(on, idle);
  }

  local(): SocketAddress | undefined {
    const { internet } = this.shared.kernel;
    if (this.connection) {
      return internet.socketAddress(this.connection.source, this.connection.sourcePort, this.family);
    }
    return this.port === 0 ? undefined : internet.socketAddress(this.bound.address, this.port, this.family);
  }

  remote(): SocketAddress | undefined {
    const { connection } = this;
    if (!connection) return undefined;
    const { internet } = this.shared.kernel;
    return internet.socketAddress(connection.destination, connection.destinationPort, this.family);
  }

  /** A SYN has come for this listener. */
  receiveSyn(syn: Segment): void {
    // Who connects will try again, by when somebody may have been accepted.
    if (this.unaccepted.length > this.backlog) return;
    const { kernel, connections } = this.shared;
    const ends: Ends = {
      source: syn.destination,
      destination: syn.source,
      sourcePort: syn.destinationPort,
      destinationPort: syn.sourcePort,
    };
    const socket = new KernelTcpSocket(this.shared, this.family);
    socket.listener = this;
    socket.adopt(new Connection(kernel, connections, socket, ends));
    socket.connection!.answer(syn);
  }

  /** Tells the handler what it does not know yet, as far as it may. */
  tell(): void {
    if (this.listener) this.queue(this.listener);
    if (this.telling) return;
    this.telling = true;
    try {
      this.tellAccepted();
      this.tellConnected();
      this.tellAdmitted();
      this.tellReceived();
      this.tellFailed();
    } finally {
      this.telling = false;
    }
  }

  /** The host is paused, or has crashed: it may be so from within a handler. */
  private get held(): boolean {
    return this.shared.kernel.holds(this);
  }

  private tellAccepted(): void {
    while (this.unaccepted.length > 0 && !this.held) {
      const socket = this.unaccepted.shift()!;
      this.handler?.accepted(socket);
      // It may have failed while it waited.
      socket.tell();
    }
  }

  private tellConnected(): void {
    if (this.connectTold || !this.connection || this.held) return;
    const { sender, failure } = this.connection;
    // What has a sender was open at some time, whatever has become of it since.
    if (!sender && failure === 0) return;
    this.connectTold = true;
    if (!sender) this.failureTold = true;
    this.handler?.connected(sender ? 0 : failure);
  }

  private tellAdmitted(): void {
    while (this.waiting.length > 0 && !this.held) {
      const { failure, sender } = this.connection!;
      if (failure === 0 && sender!.admittedBelow < this.waiting[0].end) return;
      this.waiting.shift()!.done(failure);
    }
  }

  private tellReceived(): void {
    while (this.reading && this.connection?.failure === 0 && !this.held) {
      const bytes = this.connection.read();
      if (bytes) this.handler?.data(bytes);
      else if (this.connection.peerFinished && !this.endTold) {
        this.endTold = true;
        this.handler?.end();
      } else return;
    }
  }

  private tellFailed(): void {
    if (this.failureTold || !this.connection || this.connection.failure === 0 || this.held) return;
    this.failureTold = true;
    this.handler?.failed(this.connection.failure);
  }

  /** The handshake of a connection that came to a listener may be over. */
  private queue(listener: KernelTcpSocket): void {
    const connection = this.connection!;
    if (connection.state === 'syn-received') return;
    this.listener = undefined;
    if (connection.state === 'closed') return;
    if (!listener.listens) {
      connection.abort();
      return;
    }
    listener.unaccepted.push(this);
    listener.tell();
  }

  /** The ends of a new connection; binds to an ephemeral port where none is bound. Undefined: no port is free. */
  private endsFor(source: Address, destination: Address, destinationPort: number): Ends | undefined {
    const { kernel, ports, connections } = this.shared;
    const ends = (sourcePort: number): Ends => ({ source, destination, sourcePort, destinationPort });
    if (this.port !== 0) return connections.isFree(ends(this.port)) ? ends(this.port) : undefined;
    // Such a port serves several connections, as long as their other ends differ.
    const wanted = boundTo(source, { reuseAddress: true });
    const port = ports.pick(
      kernel.random,
      candidate => ports.isFree(candidate, wanted) && connections.isFree(ends(candidate)),
    );
    if (port === 0) return undefined;
    this.hold(wanted, port);
    return ends(port);
  }

  private hold(bound: Bound, port: number): void {
    this.bound = bound;
    this.port = port;
    this.shared.ports.add(port, this);
  }

  private adopt(connection: Connection): void {
    this.connection = connection;
    this.shared.connections.add(connection);
    if (this.noDelay) connection.setNoDelay(true);
    if (this.keepAlive !== Infinity) connection.setKeepAlive(true, this.keepAlive);
  }

  private writable(): Status {
    const { connection } = this;
    if (!connection?.sender) return ENOTCONN;
    return connection.state !== 'open' || connection.sender.finished ? EPIPE : 0;
  }

  /** @returns whether all that was written is admitted; else `done` is called when it is */
  private admit(done: Done): boolean {
    const sender = this.connection!.sender!;
    const { end } = sender.buffer;
    if (this.waiting.length === 0 && end <= sender.admittedBelow) return true;
    this.waiting.push({ end, done });
    return false;
  }

  private abandon(leave: (connection: Connection) => void): void {
    const { waiting, unaccepted } = this;
    this.handler = undefined;
    this.reading = false;
    this.backlog = -1;
    this.waiting = [];
    this.unaccepted = [];
    if (this.port !== 0) this.shared.ports.remove(this.port, this);
    this.later(waiting, ECANCELED);
    for (const socket of unaccepted) socket.reset();
    if (this.connection) leave(this.connection);
  }

  private later(waiting: readonly Waiting[], status: Status): void {
    if (waiting.length === 0) return;
    const { kernel } = this.shared;
    const settlement = {
      tell: () => {
        if (!kernel.holds(settlement)) for (const { done } of waiting) done(status);
      },
    };
    kernel.tellLater(settlement);
  }
}
