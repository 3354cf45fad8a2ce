// UDP of one host: whom a datagram is for.
import { BROADCAST } from './addresses.ts';
import { Reassembly } from './fragments.ts';
import type { Kernel } from './kernel.ts';
import { type Datagram, type Fragment, PortUnreachable } from './packet.ts';
import { PortTable } from './ports.ts';
import type { Family } from './stack.ts';
import { KernelUdpSocket } from './udp-socket.ts';

export class Udp {
  readonly ports = new PortTable<KernelUdpSocket>();
  private readonly kernel: Kernel;
  private reassembly: Reassembly | undefined = undefined;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  socket(family: Family): KernelUdpSocket {
    return new KernelUdpSocket(this.kernel, this.ports, family);
  }

  receive(datagram: Datagram): void {
    const sockets = this.ports.at(datagram.destinationPort);
    if (datagram.destination === BROADCAST) {
      for (const socket of [...(sockets ?? [])]) if (socket.fit(datagram) > 0) socket.receive(datagram);
      return;
    }
    const best = sockets && bestOf(sockets, datagram);
    if (best) best.receive(datagram);
    else {
      const { internet, host } = this.kernel;
      internet.transmit(host, new PortUnreachable(datagram.destination, datagram));
    }
  }

  receiveFragment(fragment: Fragment): void {
    const { internet, now } = this.kernel;
    this.reassembly ??= new Reassembly();
    const whole = this.reassembly.receive(fragment, now, () => internet.counters.unassembled.add());
    if (whole) this.receive(whole);
  }

  receiveUnreachable({ cause }: PortUnreachable): void {
    for (const socket of [...(this.ports.at(cause.sourcePort) ?? [])]) socket.unreachable(cause);
  }
}

/** The socket that a datagram suits best; of equals the one that was bound last, as on Linux. */
function bestOf(sockets: readonly KernelUdpSocket[], datagram: Datagram): KernelUdpSocket | undefined {
  let best: KernelUdpSocket | undefined;
  let most = 1;
  for (const socket of sockets) {
    const fit = socket.fit(datagram);
    if (fit >= most) {
      most = fit;
      best = socket;
    }
  }
  return best;
}
