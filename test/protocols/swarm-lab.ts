// A swarm in memory: hosts behind access links of given rates, whose queues are short, and what became of the file.
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { swarmCodec } from '../../protocols/swarm/codec.ts';
import type { SwarmMessage } from '../../protocols/swarm/messages.ts';
import { type SwarmOptions, swarmOptions } from '../../protocols/swarm/options.ts';
import { Swarm } from '../../protocols/swarm/swarm.ts';
import { TestNetwork } from './harness.ts';

/** Bytes that IPv4 and UDP add. */
const HEADER = 28;
/** How long a message may wait for a link, in ns. */
const QUEUE = 100e6;

/** In bit/s. */
export interface Access {
  readonly up: number;
  readonly down: number;
}

class Link {
  readonly rate: number;
  private busyUntil = 0;

  constructor(rate: number) {
    this.rate = rate;
  }

  /** @returns when the last byte is through; undefined where the queue is full */
  pass(bytes: number, now: number): number | undefined {
    const start = Math.max(now, this.busyUntil);
    if (start - now > QUEUE) return undefined;
    this.busyUntil = start + Math.round((8e9 * bytes) / this.rate);
    return this.busyUntil;
  }
}

export class Lab extends TestNetwork<SwarmMessage> {
  readonly swarms: Swarm[] = [];
  /** When each member had the whole file, in ns since it started. */
  readonly times = new Map<Address, number>();
  /** Members that have each piece. */
  readonly holders = new Map<number, Set<Address>>();
  dropped = 0;
  private readonly options: object;
  private readonly starts = new Map<Address, number>();
  private readonly makers: (() => Swarm)[] = [];
  private readonly up = new Map<Address, Link>();
  private readonly down = new Map<Address, Link>();

  /** @param options of all members, such as how the file is cut */
  constructor(seed: string, options: object, { latency = 20e6, loss = 0 } = {}) {
    super(seed, { latency, loss });
    this.options = options;
  }

  /** A member that knows the first ones of those before it. */
  join(access: Access, options: Partial<SwarmOptions> = {}, known = 1): Swarm {
    const address = this.swarms.length + 1;
    this.up.set(address, new Link(access.up));
    this.down.set(address, new Link(access.down));
    const values = withDefaults(swarmOptions, { ...this.options, ...options });
    const onPiece = (self: Address, piece: number, left: number) => {
      const holders = this.holders.get(piece) ?? new Set();
      this.holders.set(piece, holders.add(self));
      if (left === 0) this.times.set(self, this.clock.now - this.starts.get(self)!);
    };
    const listed = Array.from({ length: Math.min(known, address - 1) }, (_, i) => i + 1);
    const make = () => {
      this.starts.set(address, this.clock.now);
      return this.add(
        address,
        (host, directory, meter) => new Swarm(host, values, directory, meter, onPiece),
        listed,
      );
    };
    this.makers.push(make);
    const made = make();
    this.swarms.push(made);
    return made;
  }

  /** A member that crashed starts afresh. */
  rejoin(address: number): void {
    this.swarms[address - 1] = this.makers[address - 1]();
  }

  /** Runs until so many have the file. @returns seconds since the beginning @throws where they do not within `most` */
  runUntil(count: number, most = 3600): number {
    while (this.times.size < count) {
      if (this.clock.now > most * 1e9) throw new Error(`${this.times.size} of ${count} after ${most} s`);
      this.run(1e8);
    }
    return Math.max(...this.times.values()) / 1e9;
  }

  override send(from: Address, to: Address, message: SwarmMessage): void {
    const bytes = swarmCodec.sizeOf(message) + HEADER;
    const left = this.up.get(from)!.pass(bytes, this.clock.now);
    const { latency, loss = 0 } = this.conditions;
    if (left === undefined) this.dropped++;
    if (left === undefined || !this.passes(from, to) || (loss > 0 && this.random() < loss)) return;
    const delay = typeof latency === 'number' ? latency : latency(this.random, from, to);
    this.clock.after(left + delay - this.clock.now, () => {
      const arrived = this.down.get(to)!.pass(bytes, this.clock.now);
      if (arrived === undefined) this.dropped++;
      else this.clock.after(arrived - this.clock.now, () => this.hand(from, to, message));
    });
  }

  private hand(from: Address, to: Address, message: SwarmMessage): void {
    const member = this.members.get(to);
    if (!member?.up) return;
    this.delivered++;
    member.protocol.receive(from, message);
  }
}

/**
 * No schedule can bring a file of F bits to N peers sooner: max(F/u_s, F/d_min, N F / (u_s + sum u_i)).
 * R. Kumar, K. Ross, "Peer-Assisted File Distribution: The Minimum Distribution Time", HotWeb 2006.
 * @returns seconds @param file bytes @param seed bit/s up
 */
export function fluidBound(file: number, seed: number, peers: readonly Access[]): number {
  const bits = 8 * file;
  const up = peers.reduce((sum, peer) => sum + peer.up, seed);
  const down = Math.min(...peers.map(peer => peer.down));
  return Math.max(bits / seed, bits / down, (peers.length * bits) / up);
}
