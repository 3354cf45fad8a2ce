// The switch: reads what hosts send, lets the model decide what becomes of it, and writes what arrives when it is due.
// It is a blocking loop, for a worker thread of its own.
import type { Cargo, Fabric } from '../../models/network/fabric.ts';
import { HOST_DOWN } from '../../models/network/fate.ts';
import type { Endpoint, Hosts } from '../../models/network/hosts.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { HOST_UNREACHABLE, NET_UNREACHABLE } from '../packet/icmp.ts';
import { decreaseTtl, ipv4Ttl, isIpv4 } from '../packet/ipv4.ts';
import { decreaseHopLimit, hopLimit, isIpv6 } from '../packet/ipv6.ts';
import { completeChecksum, VIRTIO_HEADER, wireBytes } from '../packet/virtio.ts';
import { ELSEWHERE, hostOfIpv4, hostOfIpv6, SILENT } from './addressing.ts';
import { type Moment, MonotonicClock } from './clock.ts';
import { EINVAL, EIO } from './constants.ts';
import { Fidelity } from './fidelity.ts';
import { Poller } from './poller.ts';
import type { SwitchReport } from './report.ts';
import { Routers, type Routes } from './routers.ts';
import { NO_SLOT, Slab } from './slab.ts';
import { errno, rawCalls, setTimerSlack } from './syscalls.ts';
import { keepAwake } from './wakefulness.ts';

/** How long the loop may wait without looking for messages and at its end. */
const LONGEST_WAIT: Nanoseconds = 100e6;
/** So long before a packet is due the loop no longer sleeps: the kernel wakes nobody more exactly. */
const SPIN: Nanoseconds = 50e3;
/** Packets that are read from one host before the others have their turn. */
const MOST_AT_ONCE = 32;
/** Bytes of a slot: a packet of the interface's size, or of the largest that is left to be segmented. */
const SLOT = 2048;
const OFFLOAD_SLOT = 66 * 1024;
const BELL = -1;

/** Which way a captured packet went. */
export type Direction = 'sent' | 'received';

export interface SwitchSetting {
  /** Nothing else may run it. Its time is that since `start`. */
  readonly sim: Simulation;
  readonly start: Moment;
  readonly hosts: Hosts<number>;
  /** The interface of each host. */
  readonly tunDescriptors: readonly number[];
  /** Whether the interfaces were made so. */
  readonly offload: boolean;
  readonly routes: Routes;
  /** Makes the fabric that carries the switch's packets, by their slots. */
  makeFabric(cargo: Cargo<number>): Fabric<number>;
  /** A bell, at which `serve` is called: to take messages from another thread, and to act on them. */
  readonly bell: number;
  serve(): void;
  /** Told of the packets of hosts that are captured. The bytes are the switch's: copy what is to be kept. */
  onPacket?(host: number, direction: Direction, time: Nanoseconds, bytes: Uint8Array): void;
  /** Packets that can be on their way at a time. */
  readonly slots?: number;
}

export class Switch {
  private readonly setting: SwitchSetting;
  private readonly sim: Simulation;
  private readonly clock: MonotonicClock;
  private readonly slab: Slab;
  private readonly fabric: Fabric<number>;
  private readonly routers: Routers;
  private readonly fidelity: Fidelity;
  private readonly poller = new Poller();
  private readonly endpoints: readonly Endpoint<number>[];
  private readonly captured: Uint8Array;
  /** How many packets to read from each host before looking for others: as many as it has lately had. */
  private readonly burst: Uint8Array;
  /** Bytes before the packet in each slot. */
  private readonly header: number;
  private readonly tuns: Int32Array;
  /** A slot for what is read to be thrown away. */
  private readonly spare: number;
  private readonly read = rawCalls().read;
  private readonly write = rawCalls().write;
  private reported = 0;
  private stopped = false;

  /** To be made in the thread that will call `run`. @throws {KernelError} */
  constructor(setting: SwitchSetting) {
    const { sim, hosts, tunDescriptors, offload, routes, bell, slots } = setting;
    this.setting = setting;
    this.sim = sim;
    this.clock = new MonotonicClock(setting.start);
    this.header = offload ? VIRTIO_HEADER : 0;
    this.slab = new Slab(slots ?? (offload ? 8192 : 65536), offload ? OFFLOAD_SLOT : SLOT);
    this.spare = this.slab.take();
    this.tuns = Int32Array.from(tunDescriptors);
    const { slab, header } = this;
    this.fabric = setting.makeFabric(this.cargo());
    this.routers = new Routers({
      sim,
      slab,
      routes,
      header,
      nodeOf: hosts.nodeOf,
      deliver: (host, slot) => (hosts.isUp(host) ? this.deliver(host, slot) : slab.release(slot)),
    });
    this.fidelity = new Fidelity(this.clock.now());
    this.endpoints = tunDescriptors.map((_, host) => ({
      receive: (_from, slot) => this.deliver(host, slot),
    }));
    this.captured = new Uint8Array(tunDescriptors.length);
    this.burst = new Uint8Array(tunDescriptors.length).fill(1);
    for (const [host, descriptor] of tunDescriptors.entries()) this.poller.add(descriptor, host);
    this.poller.add(bell, BELL);
  }

  /** What a host boots with: `hosts.boot(host, endpoint(host))`. */
  endpoint(host: number): Endpoint<number> {
    return this.endpoints[host];
  }

  /** Packets on their way. */
  get inFlight(): number {
    return this.slab.used - 1;
  }

  /** Tells `onPacket` of a host's packets from now on, or no more. */
  capture(host: number, on: boolean): void {
    this.captured[host] = on ? 1 : 0;
  }

  /** Ends `run`, once what it is about is done. */
  stop(): void {
    this.stopped = true;
  }

  /** What has been counted since the last report. */
  report(): SwitchReport {
    const reports = this.routers.reports - this.reported;
    this.reported = this.routers.reports;
    return this.fidelity.take(this.clock.now(), reports);
  }

  /** Works until `stop` is called, by `serve` or by an event of the simulation. */
  run(): void {
    setTimerSlack(1);
    const letSleep = keepAwake();
    try {
      this.loop();
    } finally {
      letSleep();
      this.poller.close();
    }
  }

  private loop(): void {
    let last = this.clock.now();
    while (!this.stopped) {
      this.catchUp();
      const before = this.clock.now();
      const gap = Math.min(this.sim.next - before, LONGEST_WAIT);
      const timeout = gap > SPIN ? gap - SPIN : 0;
      const ready = this.poller.poll(timeout);
      const now = this.clock.now();
      if (timeout > 0) this.fidelity.waited += now - before;
      else if (ready === 0) this.fidelity.spun += now - before;
      else this.fidelity.unread.record(now - last);
      last = now;
      for (let event = 0; event < ready; event++) this.attend(this.poller.tag(event));
    }
  }

  /** Lets everything happen that is due. */
  private catchUp(): void {
    this.sim.run(this.clock.now());
  }

  private attend(tag: number): void {
    if (tag === BELL) this.answerBell();
    else this.drain(tag);
  }

  private answerBell(): void {
    this.read(this.setting.bell, this.slab.address(this.spare), 8);
    this.catchUp();
    this.setting.serve();
  }

  /** Reads what a host has sent, or so much of it as is its turn. */
  private drain(host: number): void {
    const { slab, burst } = this;
    const tun = this.tuns[host];
    this.catchUp();
    const most = burst[host];
    for (let count = 0; count < most; count++) {
      // With no slot free, a packet is taken from the kernel all the same, which would have to drop another.
      const slot = slab.take();
      const length = this.read(tun, slab.address(slot === NO_SLOT ? this.spare : slot), slab.size);
      if (length <= 0) {
        if (slot !== NO_SLOT) slab.release(slot);
        burst[host] = Math.max(count, 1);
        return;
      }
      this.fidelity.packets++;
      if (slot === NO_SLOT) this.fidelity.noSlot++;
      else {
        slab.lengths[slot] = length;
        this.accept(host, slot);
      }
    }
    burst[host] = Math.min(MOST_AT_ONCE, 2 * most);
  }

  /** Decides where a packet goes, and hands it to the model. */
  private accept(from: number, slot: number): void {
    const { slab, header, setting } = this;
    const { bytes } = slab;
    const at = slab.offset(slot) + header;
    const length = slab.lengths[slot] - header;
    if (this.captured[from] !== 0) this.show(from, 'sent', slot);
    const old = isIpv4(bytes, at, length);
    if (!old && !isIpv6(bytes, at, length)) {
      slab.release(slot);
      return;
    }
    const to = old ? hostOfIpv4(bytes, at) : hostOfIpv6(bytes, at);
    if (to < 0 || to >= this.endpoints.length) {
      this.reject(from, to, slot);
      return;
    }
    const { nodeOf } = setting.hosts;
    const hops = setting.routes.hops(nodeOf[from], nodeOf[to]);
    if (hops > 0) {
      const life = old ? ipv4Ttl(bytes, at) : hopLimit(bytes, at);
      if (life <= hops) {
        this.routers.expired(from, to, life, slot);
        return;
      }
      if (old) decreaseTtl(bytes, at, hops);
      else decreaseHopLimit(bytes, at, hops);
    }
    const size = header === 0 ? length : wireBytes(bytes, at - header, length);
    this.fabric.send(from, to, size, slot);
  }

  private reject(from: number, to: number, slot: number): void {
    if (to === SILENT || !this.setting.hosts.isUp(from)) this.slab.release(slot);
    else this.routers.unreachable(from, to === ELSEWHERE ? NET_UNREACHABLE : HOST_UNREACHABLE, slot);
  }

  /** Brings a packet to a host, now, and gives its slot back. */
  private deliver(host: number, slot: number): void {
    if (slot === NO_SLOT) return;
    const { slab, fidelity } = this;
    if (this.captured[host] !== 0) this.show(host, 'received', slot);
    // Before it is written, since the call returns when the receiving host has dealt with the packet.
    fidelity.lateness.record(this.clock.now() - this.sim.now);
    const written = this.write(this.tuns[host], slab.address(slot), slab.lengths[slot]);
    if (written > 0) fidelity.delivered++;
    else this.countRefusal();
    slab.release(slot);
  }

  private countRefusal(): void {
    const error = errno();
    // The interface is down, or the packet is none to the kernel; all else is want of room.
    if (error === EIO || error === EINVAL) this.fidelity.refused++;
    else this.fidelity.kernelFull++;
  }

  private show(host: number, direction: Direction, slot: number): void {
    const { slab, header, sim } = this;
    const start = slab.offset(slot);
    const end = start + slab.lengths[slot];
    if (header > 0) completeChecksum(slab.bytes, start, end - start - header);
    this.setting.onPacket?.(host, direction, sim.now, slab.bytes.subarray(start + header, end));
  }

  private cargo(): Cargo<number> {
    return {
      copy: slot => {
        const copy = slot === NO_SLOT ? NO_SLOT : this.slab.copy(slot);
        if (copy === NO_SLOT) this.fidelity.noSlot++;
        return copy;
      },
      corrupt: slot => {
        this.corrupt(slot);
        return slot;
      },
      dropped: (slot, fate, from, to) => {
        if (slot === NO_SLOT) return;
        const { hosts } = this.setting;
        if (fate === HOST_DOWN && hosts.isUp(from) && !hosts.isUp(to))
          this.routers.nobodyThere(from, to, slot);
        else this.slab.release(slot);
      },
    };
  }

  /** Flips a bit at the packet's end, behind its headers, of which the receiver's kernel or program will notice. */
  private corrupt(slot: number): void {
    const { slab, header } = this;
    const start = slab.offset(slot);
    const length = slab.lengths[slot];
    if (header > 0) completeChecksum(slab.bytes, start, length - header);
    slab.bytes[start + length - 1] ^= 1;
  }
}
