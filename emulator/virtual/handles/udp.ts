// udp_wrap.UDP: what `dgram` takes for libuv's UDP handle, on the host's stack.
import { internal } from '../realm/internals.ts';
import type { Closable, Machine } from '../realm/machine.ts';
import { machineOf, upcall } from '../realm/running.ts';
import { EADDRNOTAVAIL, EINVAL, ENOTCONN } from '../transport/errno.ts';
import type { Family, SocketAddress, Status, UdpHandler, UdpSocket } from '../transport/stack.ts';
import { EBADF, ENOTSUP } from './errno.ts';
import { References } from './references.ts';

const { newAsyncId } = internal<{ newAsyncId(): number }>('internal/async_hooks');

/** libuv's flags for `bind`. */
const IPV6_ONLY = 1;
const REUSE_ADDRESS = 4;

/** What `dgram` asks to be filled in. */
interface Named {
  address: string;
  family: string;
  port: number;
}

export function fill(out: Named, socketAddress: SocketAddress | undefined): Status {
  if (socketAddress === undefined) return ENOTCONN;
  Object.assign(out, socketAddress);
  return 0;
}

/** A UDP handle. Its family shows only when it is bound or sends for the first time. */
export class UdpHandle implements UdpHandler, Closable {
  /** Set by `dgram`. */
  onmessage: ((size: number, handle: UdpHandle, payload?: Buffer, from?: object) => void) | undefined =
    undefined;

  private readonly machine: Machine = machineOf('a UDP socket');
  private readonly references = new References(this.machine);
  private readonly asyncId = newAsyncId();
  private socket: UdpSocket | undefined = undefined;
  private closed = false;

  // --- what the stack tells

  message(payload: Uint8Array, { address, family, port }: SocketAddress): void {
    const own = Buffer.from(payload);
    this.machine.trace?.('datagram', `udp ${address}:${port} > :${this.port} ${own.length} bytes`);
    upcall(this.machine, () => this.onmessage?.(own.length, this, own, { address, family, port }));
  }

  error(status: Status): void {
    upcall(this.machine, () => this.onmessage?.(status, this));
  }

  abandon(): void {
    this.socket?.close();
  }

  // --- what `dgram` asks

  get fd(): number {
    return -1;
  }

  getAsyncId(): number {
    return this.asyncId;
  }

  open(): Status {
    return ENOTSUP;
  }

  bind(address: string, port: number, flags = 0): Status {
    return this.bindTo('IPv4', address, port, flags);
  }

  bind6(address: string, port: number, flags = 0): Status {
    return this.bindTo('IPv6', address, port, flags);
  }

  connect(address: string, port: number): Status {
    return this.of('IPv4').connect(address, port);
  }

  connect6(address: string, port: number): Status {
    return this.of('IPv6').connect(address, port);
  }

  disconnect(): Status {
    return this.socket?.disconnect() ?? ENOTCONN;
  }

  /**
   * `send(request, list, count, port, address, hasCallback)`, on a connected socket without port and address.
   * @returns one more than the bytes sent: done at once, as libuv does where the socket takes it
   */
  send(
    request: unknown,
    list: readonly Uint8Array[],
    count: number,
    port?: number | boolean,
    address?: string,
  ) {
    return this.sendAs('IPv4', request, list, count, port, address);
  }

  send6(
    request: unknown,
    list: readonly Uint8Array[],
    count: number,
    port?: number | boolean,
    address?: string,
  ) {
    return this.sendAs('IPv6', request, list, count, port, address);
  }

  recvStart(): Status {
    if (this.socket === undefined) return EBADF;
    this.references.setActive(true);
    this.socket.start();
    return 0;
  }

  recvStop(): Status {
    this.references.setActive(false);
    this.socket?.stop();
    return 0;
  }

  getsockname(out: Named): Status {
    return this.socket === undefined ? EBADF : fill(out, this.socket.local());
  }

  getpeername(out: Named): Status {
    return fill(out, this.socket?.remote());
  }

  bufferSize(
    size: number,
    receive: boolean,
    context: { code?: string; message?: string },
  ): number | undefined {
    if (this.socket === undefined) {
      Object.assign(context, {
        errno: EBADF,
        code: 'EBADF',
        message: 'bad file descriptor',
        syscall: 'uv_buffer_size',
      });
      return undefined;
    }
    if (!receive) return size === 0 ? SEND_BUFFER : size;
    // Linux doubles what is asked for and counts its own book-keeping.
    if (size !== 0) this.socket.receiveBuffer = 2 * size;
    return this.socket.receiveBuffer;
  }

  getSendQueueSize(): number {
    return 0;
  }

  getSendQueueCount(): number {
    return 0;
  }

  setBroadcast(on: number): Status {
    if (this.socket === undefined) return EBADF;
    this.socket.setBroadcast(on !== 0);
    return 0;
  }

  setTTL(): Status {
    return 0;
  }

  setMulticastTTL(): Status {
    return 0;
  }

  setMulticastLoopback(): Status {
    return 0;
  }

  setMulticastInterface(): Status {
    return 0;
  }

  /** Multicast is routed nowhere. */
  addMembership(): Status {
    return EADDRNOTAVAIL;
  }

  dropMembership(): Status {
    return EADDRNOTAVAIL;
  }

  addSourceSpecificMembership(): Status {
    return EADDRNOTAVAIL;
  }

  dropSourceSpecificMembership(): Status {
    return EADDRNOTAVAIL;
  }

  ref(): void {
    this.references.ref();
  }

  unref(): void {
    this.references.unref();
  }

  hasRef(): boolean {
    return this.references.hasRef();
  }

  close(done?: () => void): void {
    if (this.closed) return;
    this.closed = true;
    this.references.setActive(false);
    this.socket?.close();
    this.machine.open.delete(this);
    if (done !== undefined) this.machine.after(0, () => done.call(this));
  }

  private get port(): number {
    return this.socket?.local()?.port ?? 0;
  }

  private of(family: Family): UdpSocket {
    if (this.socket === undefined) {
      this.socket = this.machine.stack.udp(family);
      this.socket.handler = this;
      this.machine.open.add(this);
    }
    return this.socket;
  }

  private bindTo(family: Family, address: string, port: number, flags: number): Status {
    if (this.closed) return EINVAL;
    const options = { reuseAddress: (flags & REUSE_ADDRESS) !== 0, ipv6Only: (flags & IPV6_ONLY) !== 0 };
    return this.of(family).bind(address, port, options);
  }

  private sendAs(
    family: Family,
    _request: unknown,
    list: readonly Uint8Array[],
    _count: number,
    port?: number | boolean,
    address?: string,
  ): number {
    if (this.machine.ended) return 1;
    // The program may change its buffers as soon as this returns.
    const payload = list.length === 1 ? Buffer.from(list[0]) : Buffer.concat(list);
    const socket = this.of(family);
    const status = typeof port === 'number' ? socket.send(payload, address, port) : socket.send(payload);
    if (this.machine.trace !== undefined) this.traceSent(payload.length, port, address, status);
    return status < 0 ? status : payload.length + 1;
  }

  private traceSent(size: number, port: unknown, address: string | undefined, status: Status): void {
    const to = typeof port === 'number' ? `${address}:${port}` : 'its peer';
    const failed = status < 0 ? `, refused: ${status}` : '';
    this.machine.trace?.('datagram', `udp :${this.port} > ${to} ${size} bytes${failed}`);
  }
}

const SEND_BUFFER = 212_992;

/** What `dgram` makes for each send. */
export class SendRequest {}
