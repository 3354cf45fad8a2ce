// TCP of one host: whom a segment is for.

import { isAny } from '../addresses.ts';
import type { Kernel } from '../kernel.ts';
import { ACK, RST, Segment, SYN } from '../packet.ts';
import { covers, PortTable } from '../ports.ts';
import type { Family } from '../stack.ts';
import { Connections } from './connections.ts';
import { KernelTcpSocket, type Shared } from './socket.ts';

export class Tcp implements Shared {
  readonly kernel: Kernel;
  readonly ports = new PortTable<KernelTcpSocket>();
  readonly connections: Connections;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.connections = new Connections(kernel);
  }

  socket(family: Family): KernelTcpSocket {
    return new KernelTcpSocket(this, family);
  }

  /** Whether somebody takes connections at a port, whatever the address. */
  listens(port: number): boolean {
    return this.ports.at(port)?.some(({ listens }) => listens) ?? false;
  }

  receive(segment: Segment): void {
    if (this.connections.receive(segment) || (segment.flags & RST) !== 0) return;
    const listener = (segment.flags & (SYN | ACK)) === SYN ? this.listenerFor(segment) : undefined;
    if (listener) listener.receiveSyn(segment);
    else this.kernel.internet.transmit(this.kernel.host, refusal(segment));
  }

  /** Who listens where the segment goes: an address of its own comes before all addresses. */
  private listenerFor({ destination, destinationPort }: Segment): KernelTcpSocket | undefined {
    const candidates = this.ports
      .at(destinationPort)
      ?.filter(({ listens, bound }) => listens && covers(bound, destination));
    return candidates?.find(({ bound }) => !isAny(bound.address)) ?? candidates?.[0];
  }
}

/** The answer to a segment that nobody wants (RFC 9293, 3.10.7.1). */
function refusal(segment: Segment): Segment {
  const ends = {
    source: segment.destination,
    destination: segment.source,
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
  };
  if ((segment.flags & ACK) !== 0) return new Segment(ends, segment.acknowledgment, 0, RST, 0);
  return new Segment(ends, 0, segment.end, RST | ACK, 0);
}
