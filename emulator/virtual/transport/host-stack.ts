// The IP stack of one simulated host: takes packets apart by what they are. Until it has a socket it is next to nothing.
import type { Internet } from './internet.ts';
import { Kernel } from './kernel.ts';
import { Datagram, Fragment, type Packet, Segment } from './packet.ts';
import type { Family, Stack, TcpSocket, UdpSocket } from './stack.ts';
import { Tcp } from './tcp/tcp.ts';
import { Udp } from './udp.ts';

export class HostStack implements Stack {
  private kernel: Kernel;
  private udpSockets: Udp | undefined = undefined;
  private tcpSockets: Tcp | undefined = undefined;

  /** @param host its index; make one stack a host, for the whole run */
  constructor(internet: Internet, host: number) {
    this.kernel = new Kernel(internet, host);
  }

  get host(): number {
    return this.kernel.host;
  }

  udp(family: Family): UdpSocket {
    return this.ofUdp.socket(family);
  }

  tcp(family: Family): TcpSocket {
    return this.ofTcp.socket(family);
  }

  receive(_from: number, packet: Packet): void {
    const { internet, host } = this.kernel;
    internet.tap?.(host, 'in', packet);
    if (packet instanceof Segment) this.ofTcp.receive(packet);
    else if (packet instanceof Datagram) this.ofUdp.receive(packet);
    else if (packet instanceof Fragment) this.ofUdp.receiveFragment(packet);
    else this.udpSockets?.receiveUnreachable(packet);
  }

  /** Whether somebody takes TCP connections at a port. */
  listens(port: number): boolean {
    return this.tcpSockets?.listens(port) ?? false;
  }

  pause(): void {
    this.kernel.pause();
  }

  resume(): void {
    this.kernel.resume();
  }

  crash(): void {
    for (const connection of this.tcpSockets?.connections.all() ?? []) connection.drop();
    this.kernel = this.kernel.crash();
    this.udpSockets = undefined;
    this.tcpSockets = undefined;
  }

  private get ofUdp(): Udp {
    this.udpSockets ??= new Udp(this.kernel);
    return this.udpSockets;
  }

  private get ofTcp(): Tcp {
    this.tcpSockets ??= new Tcp(this.kernel);
    return this.tcpSockets;
  }
}
