// tcp_wrap.TCP: what `net` takes for libuv's TCP handle, on the host's stack. It is one of Node's own streams in C++
// (JSStream), so TLS, HTTP/2 and the HTTP parser attach to it as they do to a real one.
import { HOUR, SECOND } from '../../../sim/time.ts';
import { type Context, captureContext, inContext } from '../realm/context.ts';
import { binding, internal } from '../realm/internals.ts';
import type { Closable, Machine } from '../realm/machine.ts';
import { machineOf, running, upcall } from '../realm/running.ts';
import { LOOP_TURN } from '../realm/timers.ts';
import { EINVAL } from '../transport/errno.ts';
import type { Family, SocketAddress, Status, TcpHandler, TcpSocket } from '../transport/stack.ts';
import { EBADF, ENOTSUP } from './errno.ts';
import { References } from './references.ts';
import { fill } from './udp.ts';

interface NativeStream {
  readBuffer(bytes: Uint8Array): void;
  emitEOF(): void;
  finishWrite(request: object, status: Status): void;
  finishShutdown(request: object, status: Status): void;
}

interface ConnectRequest {
  oncomplete?: (
    status: Status,
    handle: TcpHandle,
    request: ConnectRequest,
    readable: boolean,
    writable: boolean,
  ) => void;
}

interface Owner {
  destroy?(error: Error): void;
}

const { JSStream } = binding<{ JSStream: new () => NativeStream }>('js_stream');
const { owner_symbol: ownerSymbol } = internal<{ symbols: { owner_symbol: symbol } }>(
  'internal/async_hooks',
).symbols;
const errors = internal<Record<string, new (status: Status, call: string) => Error>>('internal/errors');

/** libuv's flag for `bind`. */
const IPV6_ONLY = 1;

function failure(status: Status): Error {
  return new (errors.ErrnoException ?? errors.UVException)(status, 'read');
}

export class TcpHandle extends JSStream implements TcpHandler, Closable {
  /** Set by `net` on a listening handle. */
  onconnection: ((status: Status, handle: TcpHandle) => void) | undefined = undefined;

  private readonly machine: Machine = machineOf('a TCP socket');
  private readonly references = new References(this.machine);
  private socket: TcpSocket | undefined = undefined;
  private request: ConnectRequest | undefined = undefined;
  private context: Context = undefined;
  private reading = false;
  private closed = false;

  constructor(_type?: number, accepted?: TcpSocket) {
    super();
    if (accepted === undefined) return;
    this.take(accepted);
    this.references.setActive(true);
  }

  // --- what the stack tells

  connected(status: Status): void {
    const { request } = this;
    this.request = undefined;
    this.trace(status === 0 ? 'open' : `failed: ${status}`);
    if (status !== 0) this.references.setActive(false);
    upcall(this.machine, () =>
      inContext(this.context, () => request?.oncomplete?.(status, this, request, status === 0, status === 0)),
    );
  }

  accepted(socket: TcpSocket): void {
    upcall(this.machine, () => {
      const handle = new TcpHandle(undefined, socket);
      handle.trace('accepted');
      this.onconnection?.(0, handle);
    });
  }

  data(bytes: Uint8Array): void {
    upcall(this.machine, () => this.readBuffer(bytes));
  }

  end(): void {
    this.trace('end of what the other side sends');
    upcall(this.machine, () => this.emitEOF());
  }

  failed(status: Status): void {
    this.trace(`reset: ${status}`);
    this.references.setActive(false);
    upcall(this.machine, () => {
      const owner = (this as unknown as Record<symbol, Owner | undefined>)[ownerSymbol];
      owner?.destroy?.(failure(status));
    });
  }

  abandon(): void {
    this.socket?.close();
  }

  // --- what `net` asks

  get fd(): number {
    return -1;
  }

  open(): Status {
    return ENOTSUP;
  }

  bind(address: string, port: number): Status {
    return this.of('IPv4').bind(address, port);
  }

  bind6(address: string, port: number, flags = 0): Status {
    return this.of('IPv6').bind(address, port, { ipv6Only: (flags & IPV6_ONLY) !== 0 });
  }

  listen(backlog: number): Status {
    const status = this.of('IPv4').listen(backlog);
    if (status === 0) this.references.setActive(true);
    return status;
  }

  connect(request: ConnectRequest, address: string, port: number): Status {
    return this.connectAs('IPv4', request, address, port);
  }

  connect6(request: ConnectRequest, address: string, port: number): Status {
    return this.connectAs('IPv6', request, address, port);
  }

  getsockname(out: { address: string; family: string; port: number }): Status {
    return this.socket === undefined ? EBADF : fill(out, this.socket.local());
  }

  getpeername(out: { address: string; family: string; port: number }): Status {
    return this.socket === undefined ? EBADF : fill(out, this.socket.remote());
  }

  setNoDelay(on: boolean): Status {
    this.socket?.setNoDelay(on);
    return this.socket === undefined ? EBADF : 0;
  }

  /** @param seconds of silence until the first probe; 0: Linux's own two hours */
  setKeepAlive(on: boolean, seconds: number): Status {
    this.socket?.setKeepAlive(on, seconds > 0 ? seconds * SECOND : 2 * HOUR);
    return this.socket === undefined ? EBADF : 0;
  }

  setBlocking(): Status {
    return 0;
  }

  setSimultaneousAccepts(): Status {
    return 0;
  }

  setTypeOfService(): Status {
    return 0;
  }

  getTypeOfService(): number {
    return 0;
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
    this.leave(() => this.socket?.close(), done);
  }

  reset(done?: () => void): Status {
    if (this.closed) return EINVAL;
    this.leave(() => this.socket?.reset(), done);
    return 0;
  }

  // --- what the stream in C++ asks

  isClosing(): boolean {
    return this.closed;
  }

  onreadstart(): Status {
    this.reading = true;
    // What has waited comes behind the code that asks for it, as from an event loop.
    process.nextTick(() => {
      if (this.reading && !this.closed) this.socket?.readStart();
    });
    return 0;
  }

  onreadstop(): Status {
    this.reading = false;
    this.socket?.readStop();
    return 0;
  }

  /** Never finished before it returns: the stream would count the write as pending for ever, and wait two timeouts. */
  onwrite(request: object, chunks: readonly Uint8Array[]): Status {
    if (this.socket === undefined) return EBADF;
    const done = (status: Status) => this.finishWrite(request, status);
    if (this.socket.write(chunks, status => this.later(() => done(status)))) process.nextTick(done, 0);
    return 0;
  }

  onshutdown(request: object): Status {
    if (this.socket === undefined) return EBADF;
    const done = (status: Status) => this.finishShutdown(request, status);
    if (this.socket.shutdown(status => this.later(() => done(status)))) process.nextTick(done, 0);
    return 0;
  }

  private of(family: Family): TcpSocket {
    if (this.socket === undefined) this.take(this.machine.stack.tcp(family));
    return this.socket!;
  }

  private take(socket: TcpSocket): void {
    this.socket = socket;
    socket.handler = this;
    this.machine.open.add(this);
  }

  private connectAs(family: Family, request: ConnectRequest, address: string, port: number): Status {
    const status = this.of(family).connect(address, port);
    if (status !== 0) return status;
    this.request = request;
    this.context = captureContext('TCPCONNECTWRAP');
    this.references.setActive(true);
    return 0;
  }

  /** The stack tells of writes at any time, also from within `close`: the stream hears of it when no code of it runs. */
  private later(run: () => void): void {
    if (running.machine === this.machine) process.nextTick(run);
    else upcall(this.machine, run);
  }

  private leave(how: () => void, done: (() => void) | undefined): void {
    if (this.closed) return;
    this.closed = true;
    if (this.socket?.remote() !== undefined) this.trace('close');
    this.references.setActive(false);
    how();
    this.machine.open.delete(this);
    if (done !== undefined) this.machine.after(LOOP_TURN, () => done.call(this));
  }

  private trace(what: string): void {
    const { machine, socket } = this;
    if (machine.trace === undefined) return;
    machine.trace('connection', `tcp ${show(socket?.local())} - ${show(socket?.remote())} ${what}`);
  }
}

function show(end: SocketAddress | undefined): string {
  return end === undefined ? '?' : `${end.address}:${end.port}`;
}

/** What `net` makes for each connect. */
export class ConnectionRequest {}
