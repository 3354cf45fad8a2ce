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

/** Bytes that IPv4 and UDP add to a datagram's payload. */
export const DATAGRAM_HEADER = 28;

/** What all hosts of one simulation share. */
export interface HostRoom {
  readonly sim: Simulation;
  readonly hosts: Hosts<unknown>;
  readonly fabric: Fabric<unknown>;
  readonly timer: EventKind<() => void>;
  readonly seed: string;
}

const byReference: Cargo<unknown> = { dropped: () => undefined };

/** Makes what the hosts of one simulation share. */
export function furnish(
  sim: Simulation,
  hosts: Hosts<unknown>,
  network: Network,
  caps: Caps,
  meter: Meter,
  seed: string,
): HostRoom {
  const fabric = new Fabric(sim, { network, caps, hosts, cargo: byReference }, meter);
  // A crash leaves the host's timers in the queue; the life that set them tells that they are void.
  const timer = sim.kind<() => void>('timer', (address, run, life) => {
    if (hosts.life(address) === life) run();
  });
  return { sim, hosts, fabric, timer, seed };
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

  /** @param name unique in the run; the host's random stream is named by it */
  constructor(room: HostRoom, address: number, name: string, sizer: Sizer<M>) {
    this.room = room;
    this.address = address;
    this.name = name;
    this.sizer = sizer;
  }

  /** Starts a new instance of a protocol, in a new life without memory of the one before. */
  boot(protocol: Protocol<M>): void {
    this.room.hosts.boot(this.address, protocol as Endpoint<unknown>);
    protocol.start();
  }

  /** Stops at once: the instance, its timers and what arrives from now on are gone. */
  crash(): void {
    this.room.hosts.crash(this.address);
  }

  now(): Nanoseconds {
    return this.room.sim.now;
  }

  random(): number {
    this.randomStream ??= stream(this.room.seed, this.name);
    return this.randomStream.uniform();
  }

  send(to: number, message: M): void {
    this.room.fabric.send(this.address, to, this.sizer.sizeOf(message) + DATAGRAM_HEADER, message);
  }

  after(delay: Nanoseconds, run: () => void): Timer {
    const { sim, timer, hosts } = this.room;
    const life = hosts.life(this.address);
    return new SimulatedTimer(sim, sim.schedule(sim.now + Math.round(delay), timer, this.address, run, life));
  }
}

class SimulatedTimer implements Timer {
  private readonly sim: Simulation;
  private readonly id: EventId;

  constructor(sim: Simulation, id: EventId) {
    this.sim = sim;
    this.id = id;
  }

  cancel(): void {
    this.sim.cancel(this.id);
  }
}
