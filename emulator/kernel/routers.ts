// The routers between hosts, as far as hosts hear of them: what they report of packets that go no further.
//
// Reported are a time to live that ends on the way (RFC 1812, section 5.3.1), an address that no host has (5.2.7.1: host
// unreachable), one outside the networks (net unreachable), and a host that is down: the last router finds nobody there.
// Not reported is what no router reports: random loss, a full queue (4.3.3.3), a cap. A partition is silent too: it stands
// for a path that swallows packets, as a failed link does until routing has noticed. Real routers limit how often they
// report; these do not, so that a measurement by traceroute is the same however many hosts make one at once.
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import {
  HOST_UNREACHABLE,
  type IcmpError,
  LARGEST_ERROR,
  mayReport,
  mayReport6,
  TIME_EXCEEDED,
  writeIcmp6Error,
  writeIcmpError,
} from '../packet/icmp.ts';
import { routerIpv4, routerIpv6 } from './addressing.ts';
import type { Slab } from './slab.ts';

/** What lies between two nodes; `Network` knows. */
export interface Routes {
  /** Routers on the way; 0 between hosts of one node. */
  hops(from: number, to: number): number;
  /** One-way delay up to router number `hop` (1 .. hops), without queues and jitter. */
  delayTo(from: number, to: number, hop: number): Nanoseconds;
}

export interface RouterSetting {
  readonly sim: Simulation;
  readonly slab: Slab;
  readonly routes: Routes;
  /** The node of each host. */
  readonly nodeOf: Int32Array;
  /** Bytes before the packet in each slot. */
  readonly header: number;
  /** Brings a packet to a host, and gives its slot back. */
  deliver(host: number, slot: number): void;
}

export class Routers {
  /** Errors that were reported. */
  reports = 0;
  private readonly setting: RouterSetting;
  private readonly reported: EventKind<undefined>;
  private readonly router6 = new Uint8Array(16);
  private readonly scratch = Buffer.alloc(LARGEST_ERROR);

  constructor(setting: RouterSetting) {
    this.setting = setting;
    this.reported = setting.sim.kind('icmp', (host, _, slot) => setting.deliver(host, slot));
  }

  /**
   * A packet's time to live ends at a router on its way, as many hops from the sender as it was to live. The report
   * comes as late as the packet takes to there and the report back.
   */
  expired(from: number, to: number, life: number, slot: number): void {
    const { routes, nodeOf } = this.setting;
    const hop = Math.max(1, life);
    const delay = 2 * routes.delayTo(nodeOf[from], nodeOf[to], hop);
    this.report(from, nodeOf[to], hop, delay, TIME_EXCEEDED, slot);
  }

  /** A packet has come to the last router before a host that is down; the report has the way back before it. */
  nobodyThere(from: number, to: number, slot: number): void {
    const { routes, nodeOf } = this.setting;
    const hops = routes.hops(nodeOf[from], nodeOf[to]);
    const delay = hops > 0 ? routes.delayTo(nodeOf[from], nodeOf[to], hops) : 0;
    this.report(from, nodeOf[to], Math.max(1, hops), delay, HOST_UNREACHABLE, slot);
  }

  /** The sender's first router knows no way to where a packet is going. */
  unreachable(from: number, error: IcmpError, slot: number): void {
    this.report(from, this.setting.nodeOf[from], 1, 0, error, slot);
  }

  /** Puts the error into the slot of the packet that it is about, and has it delivered to the sender. */
  private report(
    from: number,
    far: number,
    hop: number,
    delay: Nanoseconds,
    error: IcmpError,
    slot: number,
  ): void {
    const { sim, slab, header, routes, nodeOf } = this.setting;
    const { bytes } = slab;
    const at = slab.offset(slot) + header;
    const length = slab.lengths[slot] - header;
    const old = bytes[at] >>> 4 === 4;
    if (!(old ? mayReport(bytes, at) : mayReport6(bytes, at))) {
      slab.release(slot);
      return;
    }
    const near = nodeOf[from];
    const hops = routes.hops(near, far);
    const nearer = 2 * hop < hops + 1 || near === far || (2 * hop === hops + 1 && near < far);
    const node = nearer ? near : far;
    const distance = nearer ? hop : hops + 1 - hop;
    const { scratch, router6 } = this;
    routerIpv6(router6, node, distance);
    const written = old
      ? writeIcmpError(scratch, 0, error, routerIpv4(node, distance), bytes, at, length)
      : writeIcmp6Error(scratch, 0, error, router6, bytes, at, length);
    bytes.fill(0, at - header, at);
    scratch.copy(bytes, at, 0, written);
    slab.lengths[slot] = header + written;
    this.reports++;
    sim.post(sim.now + Math.round(delay), this.reported, from, undefined, slot);
  }
}
