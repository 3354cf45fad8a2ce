// A host on a UDP socket: the protocols' port, bound to the real clock and network.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import {
  type Address,
  type Codec,
  type Counter,
  type Host,
  MalformedMessage,
  type Meter,
  type Nanoseconds,
  type Protocol,
  type Timer,
} from '../protocols/port.ts';
import { type Endpoint, endpointText, parseEndpoint } from '../protocols/socket-address.ts';
import { Clock } from './clock.ts';

/**
 * One protocol instance's host. Addresses are texts such as `192.0.2.1:4000` and `[2001:db8::1]:4000`; a host speaks
 * with those of its own IP version only.
 *
 * Counts `datagrams.malformed` (came, but were no message) and `datagrams.unsent` (could not be sent: no route, too
 * large, not an address). To a protocol both are loss.
 */
export class UdpHost<M> implements Host<M> {
  /** As others reach this host; known from when `listen` has ended. */
  address: Address = '';
  readonly random: () => number;
  private readonly codec: Codec<M>;
  private readonly endpoint: Endpoint;
  private readonly socket: Socket;
  private readonly clock = new Clock();
  private readonly malformed: Counter;
  private readonly unsent: Counter;
  private protocol: Protocol<M> | undefined;
  private closed = false;
  private readonly sent = (error: Error | null): void => {
    if (error) this.unsent.add();
  };

  /** @param endpoint where to listen; port 0 takes a free one */
  constructor(endpoint: Endpoint, codec: Codec<M>, random: () => number, meter: Meter) {
    this.endpoint = endpoint;
    this.codec = codec;
    this.random = random;
    this.malformed = meter.counter('datagrams.malformed');
    this.unsent = meter.counter('datagrams.unsent');
    this.socket = createSocket({ type: `udp${endpoint.family}`, ipv6Only: endpoint.family === 6 });
  }

  /** Opens the socket. Rejects with the system's error, such as EADDRINUSE. */
  async listen(): Promise<void> {
    const { socket, endpoint } = this;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: endpoint.ip, port: endpoint.port, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    this.address = endpointText(endpoint.ip, socket.address().port);
    // What ICMP brings back of earlier datagrams (ECONNREFUSED) is not worth dying for.
    socket.on('error', () => this.unsent.add());
    socket.on('message', (bytes, from) => this.arrived(bytes, from));
  }

  /** Starts a protocol; datagrams that came before are dropped. */
  run(protocol: Protocol<M>): void {
    this.protocol = protocol;
    protocol.start();
  }

  /** The protocol leaves, its timers are taken back, and the socket closes when what it still says has been sent. */
  async stop(): Promise<void> {
    if (this.closed) return;
    this.protocol?.stop();
    this.protocol = undefined;
    this.closed = true;
    this.clock.stop();
    // A datagram is handed to the system in the turn of the event loop after `send`.
    await new Promise(resolve => setImmediate(resolve));
    await new Promise<void>(resolve => this.socket.close(resolve));
  }

  now(): Nanoseconds {
    return this.clock.now();
  }

  after(delay: Nanoseconds, run: () => void): Timer {
    return this.closed ? { cancel: () => undefined } : this.clock.after(delay, run);
  }

  send(to: Address, message: M): void {
    const endpoint = typeof to === 'string' ? parseEndpoint(to) : undefined;
    if (this.closed || endpoint?.family !== this.endpoint.family || endpoint.port === 0) {
      this.unsent.add();
      return;
    }
    this.socket.send(this.codec.encode(message), endpoint.port, endpoint.ip, this.sent);
  }

  private arrived(bytes: Uint8Array, from: RemoteInfo): void {
    if (!this.protocol) return;
    const message = this.decode(bytes);
    if (message !== undefined) this.protocol.receive(endpointText(from.address, from.port), message);
  }

  private decode(bytes: Uint8Array): M | undefined {
    try {
      return this.codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      this.malformed.add();
      return undefined;
    }
  }
}
