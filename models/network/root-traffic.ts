// Root traffic: what nodes send by themselves, such as their management, beside what their slivers send.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import type { RandomStream } from '../../sim/random.ts';
import { NO_HOST, type Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';

/** Bytes of a packet: what Ethernet carries. */
export const ROOT_PACKET = 1500;

/** A packet on its way to nobody whom the run knows. */
export interface RootPacket {
  readonly node: number;
}

/** Poisson packets from each of some nodes. */
export class RootTraffic {
  private readonly sent: Counter;
  private readonly dropped: Counter;
  private readonly wait: Distribution;

  /**
   * @param rate bit/s of each, >= 0
   * @param send takes a packet to its node's uplink
   */
  constructor(
    sim: Simulation,
    nodes: Iterable<number>,
    rate: number,
    random: (node: number) => RandomStream,
    send: (packet: RootPacket) => void,
    meter: Meter,
  ) {
    this.sent = meter.counter('root.sent');
    this.dropped = meter.counter('root.dropped');
    this.wait = meter.distribution('root.wait', 'ns');
    const mean = (ROOT_PACKET * 8e9) / rate;
    if (mean === Infinity) return;
    const gap = (node: number): Nanoseconds => Math.round(random(node).exponential(mean));
    const next = sim.kind<RootPacket>('root', (_host, packet, node) => {
      sim.post(sim.now + gap(node), next, NO_HOST, packet, node);
      send(packet);
    });
    for (const node of nodes) sim.post(sim.now + gap(node), next, NO_HOST, { node }, node);
  }

  /** A packet leaves after so long a wait. */
  left(waited: Nanoseconds): void {
    this.sent.add();
    this.wait.record(waited);
  }

  /** A packet has waited too long. */
  gaveUp(): void {
    this.dropped.add();
  }
}
