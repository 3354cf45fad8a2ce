// A simulated host: the protocols' port on virtual time and the fabric. A sliver runs on one.
import type { Host, Meter, Protocol, Timer } from '../../protocols/port.ts';
import type { EventId } from '../../sim/event-queue.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { type Cargo, Fabric } from '../network/fabric.ts';
import type { Endpoint, Hosts } from '../network/hosts.ts';
import type { Network } from '../network/network.ts';
import type { Caps } from '../network/token-buckets.ts';
import { type Clocks, clocksOf } from './clocks.ts';
import { Standstills } from './standstills.ts';

/** Bytes that IPv4 and UDP add to a datagram's payload. */
export const DATAGRAM_HEADER = 28;

/** What all hosts of one simulation share. */
export interface HostRoom {
  readonly sim: Simulation;
  readonly hosts: Hosts<unknown>;
  readonly fabric: Fabric<unknown>;
  readonly timer: EventKind<() => void>;
  readonly clocks: Clocks;
  readonly standstills: Standstills;
  readonly seed: string;
}

/** Messages pass as they are; a datagram whose checksum is wrong goes no further than the receiver's kernel. */
const byReference: Cargo<unknown> = {
  copy: message => message,
  corrupt: () => undefined,
  dropped: () => undefined,
};

/** Makes what the hosts of one simulation share. */
export function furnish(
  sim: Simulation,
  hosts: Hosts<unknown>,
  network: Network,
  caps: Caps,
  meter: Meter,
  seed: string,
  clocks = clocksOf([]),
  siteMeter = meter,
): HostRoom {
  const fabric = new Fabric(sim, { network, caps, hosts, cargo: byReference }, meter, siteMeter);
  const standstills = new Standstills(hosts, meter.counter('dropped.buffer'));
  // A crash leaves the host's timers in the queue; the life that set them tells that they are void.
  const timer = sim.kind<() => void>('timer', (address, run, life, number) => {
    if (hosts.life(address) !== life) return;
    if (standstills.has(address)) standstills.keep(address, number, run);
    else run();
  });
  return { sim, hosts, fabric, timer, clocks, standstills, seed };
}

/** What decides how large a message is on the wire. */
export interface Sizer<M> {
  sizeOf(message: M): number;
}

/** One sliver's host. It is down until `boot`, and again after `crash`. */
export class SimulatedHost<M> implements Host<M> {
  readonly address: number;
  readonly name: string;

  private readonly room: HostRoom;
  private readonly sizer: Sizer<M>;
  private randomStream: RandomStream | undefined;
  /** Timers set so far, by which they are numbered. */
  private timers = 0;

  /** @param name unique in the run; the host's random stream is named by it */
  constructor(room: HostRoom, address: number, name: string, sizer: Sizer<M>) {
    this.room = room;
    this.address = address;
    this.name = name;
    this.sizer = sizer;
  }

  /**
   * Starts a new instance of a protocol, in a new life without memory of the one before.
   * @param receiver takes what arrives in its place, and passes it on
   */
  boot(protocol: Protocol<M>, receiver: Endpoint<M> = protocol): void {
    this.room.standstills.forget(this.address);
    this.room.hosts.boot(this.address, receiver as Endpoint<unknown>);
    protocol.start();
  }

  /** Stops at once: the instance, its timers and what arrives from now on are gone. */
  crash(): void {
    this.room.standstills.forget(this.address);
    this.room.hosts.crash(this.address);
  }

  /** Stands still until `resume`: timers wait, and so do messages, up to `RECEIVE_BUFFER`. Without effect while down. */
  pause(): void {
    this.room.standstills.begin(this.address);
  }

  /** Goes on with what has waited, in order. Without effect where it does not stand still. */
  resume(): void {
    this.room.standstills.end(this.address);
  }

  /** The host's monotonic clock. */
  now(): Nanoseconds {
    return this.room.clocks.monotonic(this.address, this.room.sim.now);
  }

  random(): number {
    this.randomStream ??= stream(this.room.seed, this.name);
    return this.randomStream.uniform();
  }

  send(to: number, message: M): void {
    this.room.fabric.send(this.address, to, this.sizer.sizeOf(message) + DATAGRAM_HEADER, message);
  }

  after(delay: Nanoseconds, run: () => void): Timer {
    const { sim, timer, hosts, clocks } = this.room;
    const due = sim.now + Math.round(clocks.trueDelay(this.address, delay));
    this.timers = (this.timers + 1) & MOST_TIMERS;
    const id = sim.schedule(due, timer, this.address, run, hosts.life(this.address), this.timers);
    return new SimulatedTimer(this, this.timers, id);
  }

  /** Takes back a timer, whether it is yet to come or waits for the host to go on. */
  cancel(timer: number, id: EventId): void {
    if (!this.room.sim.cancel(id)) this.room.standstills.cancel(this.address, timer);
  }
}

/** Numbers of timers begin anew after this one, when none of the first is left. */
const MOST_TIMERS = 2 ** 30 - 1;

class SimulatedTimer implements Timer {
  private readonly host: SimulatedHost<never>;
  private readonly number: number;
  private readonly id: EventId;

  constructor(host: SimulatedHost<never>, number: number, id: EventId) {
    this.host = host;
    this.number = number;
    this.id = id;
  }

  cancel(): void {
    this.host.cancel(this.number, this.id);
  }
}
