// What a simulated host's IP stack offers to those who put sockets on it: BSD sockets without descriptors, as types.
import type { Endpoint } from '../../../models/network/hosts.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { Family } from './addresses.ts';
import type { Packet } from './packet.ts';

export type { Family };

/** One end of a socket. */
export interface SocketAddress {
  /** Numeric text. On an IPv6 socket an IPv4 address stands as `::ffff:a.b.c.d`. */
  readonly address: string;
  readonly family: Family;
  readonly port: number;
}

/**
 * A status: 0, or a negative error number of errno.ts, as libuv's functions return it. What a program can do wrong with
 * a socket is answered so and never thrown, since that is how Node.js wants it.
 */
export type Status = number;

export interface BindOptions {
  /** UDP only: several sockets may have the port; the one bound last receives what is not sent to all. */
  readonly reuseAddress?: boolean;
  /** An IPv6 socket bound to `::` receives IPv4 too, unless this is set. */
  readonly ipv6Only?: boolean;
}

/** What a UDP socket tells its owner; always in an event of the simulation, never from within a call of a socket's method. */
export interface UdpHandler {
  /**
   * A datagram has come.
   * @param payload shared with the sender's other receivers, with duplicates and with captures: not to be changed
   */
  message(payload: Uint8Array, from: SocketAddress): void;
  /** ECONNREFUSED: nobody has the port that the socket is connected to. The socket lives on. */
  error(status: Status): void;
}

export interface UdpSocket {
  readonly family: Family;
  /** Whoever hears of what comes; set it before `start`. */
  handler: UdpHandler | undefined;
  /** Datagrams that came when the receive buffer was full. */
  readonly overflowed: number;

  /**
   * @param address numeric text of the host, of loopback, or `0.0.0.0` or `::`
   * @param port 0: one of the ephemeral ports (32768 .. 60999)
   * @returns 0, EADDRINUSE, EADDRNOTAVAIL (no address of this host), EINVAL (bound already)
   */
  bind(address: string, port: number, options?: BindOptions): Status;
  /** Sends to, and receives from, this address alone. Binds to an ephemeral port where that has not been done. */
  connect(address: string, port: number): Status;
  /** @returns 0 or ENOTCONN */
  disconnect(): Status;
  /**
   * Sends a datagram, or fragments of one where it is larger than the path's MTU. Binds to an ephemeral port where that has not been done.
   * @param payload kept, not copied: its bytes must not change any more
   * @param address numeric text; left out on a connected socket
   * @returns 0; EMSGSIZE (over 65 507 bytes, IPv6 65 527); ENETUNREACH (no network has the address); EACCES (broadcast
   *   that has not been allowed); EDESTADDRREQ; EISCONN; ECONNREFUSED (of an earlier datagram, as Linux reports it)
   */
  send(payload: Uint8Array, address?: string, port?: number): Status;
  /** Begins to call the handler; what has come since `bind` is told in an event at this same time. */
  start(): void;
  /** What comes from now on waits in the receive buffer. */
  stop(): void;
  setBroadcast(on: boolean): void;
  /** Bytes that the receive buffer holds, counted as Linux counts them: 212 992 to begin with. */
  receiveBuffer: number;
  /** Undefined before the socket is bound. */
  local(): SocketAddress | undefined;
  remote(): SocketAddress | undefined;
  /** What waits in the receive buffer is lost. The handler is called no more. */
  close(): void;
}

/**
 * What a TCP socket tells its owner; always in an event of the simulation, never from within a call of a socket's method.
 * Any method of any socket may be called from within it.
 */
export interface TcpHandler {
  /** The end of `connect`: 0, ECONNREFUSED, ETIMEDOUT. */
  connected(status: Status): void;
  /** A listening socket has a new connection. Set the connection's handler now. */
  accepted(socket: TcpSocket): void;
  /**
   * The next bytes of the stream, while reading.
   * @param bytes the sender's own memory: not to be changed
   */
  data(bytes: Uint8Array): void;
  /** The other side has sent its FIN and all bytes before it have been told. Told while reading, once. */
  end(): void;
  /**
   * The connection has failed: ECONNRESET, ETIMEDOUT. Pending writes have been told already; nothing comes after it. Bytes
   * that waited to be read are lost, as on Linux. Told whether reading or not.
   */
  failed(status: Status): void;
}

/** Told when a write or shutdown that had to wait is through: 0, or why it never will be. In an event, as handlers are. */
export type Done = (status: Status) => void;

export interface TcpSocket {
  readonly family: Family;
  handler: TcpHandler | undefined;
  /** Bytes of writes that are not yet admitted to the send buffer: libuv's write queue size. */
  readonly unadmitted: number;

  /** As for UDP. A port is free for listening while connections of it are in TIME_WAIT. */
  bind(address: string, port: number, options?: BindOptions): Status;
  /** @param backlog connections that may wait, while the host is paused, until they are accepted */
  listen(backlog: number): Status;
  /**
   * Begins to connect; `handler.connected` tells how it went.
   * @returns 0; ENETUNREACH, EADDRNOTAVAIL (no port is free), EISCONN, EINVAL: `connected` is then not called
   */
  connect(address: string, port: number): Status;
  /** Begins, or goes on, to tell what comes; what has waited is told in an event at this same time. */
  readStart(): void;
  /** What comes waits in the receive buffer; when it is full the other side waits. */
  readStop(): void;
  /**
   * Writes bytes in order.
   * @param chunks kept, not copied: their bytes must not change any more
   * @param done called later, once, unless the write was admitted at once: 0, or ECONNRESET, ETIMEDOUT, EPIPE, ECANCELED
   * @returns whether all of it was admitted to the send buffer at once
   */
  write(chunks: readonly Uint8Array[], done: Done): boolean;
  /**
   * Sends FIN behind all that has been written.
   * @returns whether all writes are admitted, so that it is done; else `done` is called when they are
   */
  shutdown(done: Done): boolean;
  /**
   * Leaves. What was written is still sent, then FIN; with bytes unread, or once more bytes come, it is RST instead, as on
   * Linux. Writes and a shutdown that wait get ECANCELED; the handler is called no more.
   */
  close(): void;
  /** Leaves with RST. */
  reset(): void;
  /** Off to begin with: Nagle's algorithm holds small segments back. */
  setNoDelay(on: boolean): void;
  /** Probes a connection that was silent for `idle` (> 0): every second, ten times, then ETIMEDOUT, as libuv has it. */
  setKeepAlive(on: boolean, idle: Nanoseconds): void;
  local(): SocketAddress | undefined;
  remote(): SocketAddress | undefined;
}

/** The IP stack of one host, for the whole run: crashes empty it. */
export interface Stack extends Endpoint<Packet> {
  readonly host: number;
  udp(family: Family): UdpSocket;
  tcp(family: Family): TcpSocket;
  /** Whether somebody takes TCP connections at a port. */
  listens(port: number): boolean;
  /**
   * The programs of the host stand still, its kernel does not, as with SIGSTOP: UDP fills the receive buffers and then is
   * dropped, TCP is acknowledged until the window is shut, connections are completed up to the backlog. Handlers are not
   * called until `resume`.
   */
  pause(): void;
  /** What was held back is told in events at this same time. */
  resume(): void;
  /** All sockets are gone and nobody is told, neither handlers nor the other hosts; one that hears from them then answers RST. */
  crash(): void;
}
