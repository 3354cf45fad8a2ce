// Departures: the way of messages out of a node and its site where that takes events of its own, because slivers share the
// node's uplink, or nodes the site's.
import type { Meter } from '../../protocols/port.ts';
import { type EventKind, NO_HOST, type Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { HOST_DOWN, UPLINK_FULL } from './fate.ts';
import type { Hosts } from './hosts.ts';
import type { Network, SharedAccess } from './network.ts';
import { ROOT_PACKET, type RootPacket, RootTraffic } from './root-traffic.ts';
import { SharedUplinks } from './shared-uplinks.ts';

/** A message on its way out. */
export interface Parcel<M> {
  readonly message: M;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** Its sender's; a crash takes along what still waits for the uplink. */
  readonly life: number;
}

/** Where messages end that have left. */
export interface Outside<M> {
  /** The last byte has left the sender's links at `sent`. */
  cross(parcel: Parcel<M>, sent: Nanoseconds): void;
  drop(message: M, fate: number, from: number, to: number): void;
}

type Leaving<M> = Parcel<M> | RootPacket;

const isRoot = <M>(leaving: Leaving<M>): leaving is RootPacket => 'node' in leaving;

export class Departures<M> {
  private readonly sim: Simulation;
  private readonly network: Network;
  private readonly hosts: Hosts<M>;
  private readonly outside: Outside<M>;
  private readonly uplinks: SharedUplinks<Leaving<M>> | undefined;
  private readonly root: RootTraffic | undefined;
  private readonly atSite: EventKind<Leaving<M>>;

  /** @param meter of the network; told of the nodes' own traffic, where they have any */
  constructor(sim: Simulation, network: Network, hosts: Hosts<M>, outside: Outside<M>, meter: Meter) {
    this.sim = sim;
    this.network = network;
    this.hosts = hosts;
    this.outside = outside;
    this.atSite = sim.kind('site', (_host, leaving, site, bytes) => this.leaveSite(leaving, site, bytes));
    const { sharedAccess } = network;
    if (sharedAccess === undefined) return;
    this.uplinks = this.share(sharedAccess);
    if (sharedAccess.root) this.root = this.startRoots(sharedAccess.root, meter);
  }

  /** A message leaves its node. */
  take(from: number, to: number, bytes: number, message: M): void {
    const { hosts, network, sim } = this;
    const parcel = { message, from, to, bytes, life: hosts.life(from) };
    const node = hosts.nodeOf[from];
    if (this.uplinks) {
      this.uplinks.offer(node, from, bytes, parcel);
      return;
    }
    const sent = network.up.serve(node, bytes, sim.now);
    if (sent < 0) this.outside.drop(message, UPLINK_FULL, from, to);
    else this.leaveNode(parcel, sent);
  }

  private share({ claims, queue }: SharedAccess): SharedUplinks<Leaving<M>> {
    return new SharedUplinks(this.sim, this.network.up, sender => claims[sender], {
      goes: (leaving, waited) => {
        const gone = !isRoot(leaving) && this.hosts.life(leaving.from) !== leaving.life;
        if (!gone && waited <= queue) return true;
        if (isRoot(leaving)) this.root!.gaveUp();
        else this.outside.drop(leaving.message, gone ? HOST_DOWN : UPLINK_FULL, leaving.from, leaving.to);
        return false;
      },
      went: (leaving, sent, waited) => {
        if (isRoot(leaving)) this.root!.left(waited);
        this.leaveNode(leaving, sent);
      },
    });
  }

  private startRoots({ rate, random }: NonNullable<SharedAccess['root']>, meter: Meter): RootTraffic {
    const { sim, hosts, network } = this;
    const send = (packet: RootPacket) =>
      this.uplinks!.offer(packet.node, network.rootOf(packet.node), ROOT_PACKET, packet);
    return new RootTraffic(sim, new Set(hosts.nodeOf), rate, random, send, meter);
  }

  private leaveNode(leaving: Leaving<M>, sent: Nanoseconds): void {
    const { network, hosts, sim } = this;
    const { siteOf, siteLinks } = network;
    if (isRoot(leaving)) {
      if (siteLinks) sim.post(sent, this.atSite, NO_HOST, leaving, siteOf[leaving.node], ROOT_PACKET);
      return;
    }
    const { from, to, bytes } = leaving;
    const site = siteOf[hosts.nodeOf[from]];
    if (siteLinks === undefined || site === siteOf[hosts.nodeOf[to]]) this.outside.cross(leaving, sent);
    else sim.post(sent, this.atSite, from, leaving, site, bytes);
  }

  private leaveSite(leaving: Leaving<M>, site: number, bytes: number): void {
    const sent = this.network.siteLinks!.leave(site, bytes, this.sim.now);
    if (isRoot(leaving)) return;
    if (sent < 0) this.outside.drop(leaving.message, sent, leaving.from, leaving.to);
    else this.outside.cross(leaving, sent);
  }
}
