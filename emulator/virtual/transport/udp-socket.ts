// UDP sockets of a simulated host.
import { type Address, ANY_IPV4, ANY_IPV6, BROADCAST, isAny, isIpv6 } from './addresses.ts';
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNREFUSED,
  EDESTADDRREQ,
  EINVAL,
  EISCONN,
  EMSGSIZE,
  ENETUNREACH,
  ENOTCONN,
} from './errno.ts';
import { fragments } from './fragments.ts';
import type { Teller } from './internet.ts';
import type { Kernel } from './kernel.ts';
import { Datagram, IPV4_HEADER, UDP_HEADER } from './packet.ts';
import { type Bound, boundTo, covers, type Holder, type PortTable } from './ports.ts';
import type { BindOptions, Family, SocketAddress, Status, UdpHandler, UdpSocket } from './stack.ts';

/** The largest length that the headers of IP and UDP can tell. */
const LONGEST = 65535;
/** net.core.rmem_default of Linux. */
const RECEIVE_BUFFER = 212_992;

/** What a datagram takes of the receive buffer on Linux: its buffer, in steps, and the kernel's account of it. */
function memoryOf({ payload }: Datagram): number {
  return 256 + 512 * Math.ceil((payload.length + 412) / 512);
}

export class KernelUdpSocket implements UdpSocket, Holder, Teller {
  readonly family: Family;
  handler: UdpHandler | undefined = undefined;
  overflowed = 0;
  receiveBuffer = RECEIVE_BUFFER;
  bound: Bound;

  private readonly kernel: Kernel;
  private readonly ports: PortTable<KernelUdpSocket>;
  private port = 0;
  private peer: { readonly address: Address; readonly port: number } | undefined = undefined;
  private broadcasts = false;
  private receiving = false;
  private readonly waiting: Datagram[] = [];
  private used = 0;
  private refused = false;

  constructor(kernel: Kernel, ports: PortTable<KernelUdpSocket>, family: Family) {
    this.kernel = kernel;
    this.ports = ports;
    this.family = family;
    this.bound = boundTo(family === 'IPv6' ? ANY_IPV6 : ANY_IPV4);
  }

  bind(address: string, port: number, options?: BindOptions): Status {
    if (this.port !== 0) return EINVAL;
    const own = this.kernel.bindable(address);
    if (own === undefined) return EADDRNOTAVAIL;
    const wanted = boundTo(own, options);
    const chosen = this.ports.choose(port, wanted, this.kernel.random);
    if (chosen === 0) return EADDRINUSE;
    this.bound = wanted;
    this.port = chosen;
    this.ports.add(chosen, this);
    return 0;
  }

  connect(address: string, port: number): Status {
    if (this.peer) return EISCONN;
    const destination = this.kernel.destination(address, this.family, this.ipv6Only);
    if (destination === undefined) return ENETUNREACH;
    if (destination === BROADCAST && !this.broadcasts) return EACCES;
    const bound = this.bindAnywhere();
    if (bound === 0) this.peer = { address: destination, port };
    return bound;
  }

  disconnect(): Status {
    if (!this.peer) return ENOTCONN;
    this.peer = undefined;
    return 0;
  }

  send(payload: Uint8Array, address?: string, port = 0): Status {
    if (this.refused) {
      this.refused = false;
      return ECONNREFUSED;
    }
    const ipHeader = this.family === 'IPv6' ? 0 : IPV4_HEADER;
    if (payload.length > LONGEST - UDP_HEADER - ipHeader) return EMSGSIZE;
    if (address === undefined) {
      return this.peer ? this.sendTo(payload, this.peer.address, this.peer.port) : EDESTADDRREQ;
    }
    if (this.peer) return EISCONN;
    if (port === 0) return EINVAL;
    const destination = this.kernel.destination(address, this.family, this.ipv6Only);
    if (destination === undefined) return ENETUNREACH;
    if (destination === BROADCAST && !this.broadcasts) return EACCES;
    const bound = this.bindAnywhere();
    return bound === 0 ? this.sendTo(payload, destination, port) : bound;
  }

  start(): void {
    this.receiving = true;
    if (this.waiting.length > 0 || this.refused) this.kernel.tellLater(this);
  }

  stop(): void {
    this.receiving = false;
  }

  setBroadcast(on: boolean): void {
    this.broadcasts = on;
  }

  local(): SocketAddress | undefined {
    if (this.port === 0) return undefined;
    return this.kernel.internet.socketAddress(this.bound.address, this.port, this.family);
  }

  remote(): SocketAddress | undefined {
    if (!this.peer) return undefined;
    return this.kernel.internet.socketAddress(this.peer.address, this.peer.port, this.family);
  }

  close(): void {
    if (this.port !== 0) this.ports.remove(this.port, this);
    this.handler = undefined;
    this.receiving = false;
    this.waiting.length = 0;
  }

  /** How well a datagram suits the socket: the one that it suits best receives it. 0: not at all. */
  fit(datagram: Datagram): number {
    const { source, sourcePort, destination } = datagram;
    if (destination !== BROADCAST ? !covers(this.bound, destination) : !covers(this.bound, ANY_IPV4)) {
      return 0;
    }
    if (!this.peer) return isAny(this.bound.address) ? 1 : 2;
    return this.peer.address === source && this.peer.port === sourcePort ? 3 : 0;
  }

  receive(datagram: Datagram): void {
    if (this.receiving && this.waiting.length === 0 && !this.kernel.holds(this)) {
      this.deliver(datagram);
      return;
    }
    const memory = memoryOf(datagram);
    if (this.used + memory > this.receiveBuffer) {
      this.overflowed++;
      this.kernel.internet.counters.overflow.add();
      return;
    }
    this.used += memory;
    this.waiting.push(datagram);
  }

  /** Nobody had the port that a datagram of this socket was for. */
  unreachable({ destination, destinationPort }: Datagram): void {
    if (this.peer?.address !== destination || this.peer.port !== destinationPort) return;
    this.refused = true;
    this.tell();
  }

  tell(): void {
    while (this.receiving && !this.kernel.holds(this)) {
      if (this.refused) {
        this.refused = false;
        this.handler?.error(ECONNREFUSED);
      } else {
        const datagram = this.waiting.shift();
        if (!datagram) return;
        this.used -= memoryOf(datagram);
        this.deliver(datagram);
      }
    }
  }

  private get ipv6Only(): boolean {
    return this.port !== 0 && isIpv6(this.bound.address) && !this.bound.dual;
  }

  private bindAnywhere(): Status {
    return this.port !== 0 ? 0 : this.bind(this.family === 'IPv6' ? '::' : '0.0.0.0', 0);
  }

  private sendTo(payload: Uint8Array, destination: Address, port: number): Status {
    const { kernel } = this;
    const source = isAny(this.bound.address) ? kernel.sourceFor(destination) : this.bound.address;
    const datagram = new Datagram(source, destination, this.port, port, payload);
    const mtu = kernel.mtu(destination);
    if (datagram.bytes <= mtu) kernel.internet.transmit(kernel.host, datagram);
    else {
      for (const fragment of fragments(datagram, kernel.identify(), mtu)) {
        kernel.internet.transmit(kernel.host, fragment);
      }
    }
    return 0;
  }

  private deliver({ payload, source, sourcePort }: Datagram): void {
    this.handler?.message(payload, this.kernel.internet.socketAddress(source, sourcePort, this.family));
  }
}
