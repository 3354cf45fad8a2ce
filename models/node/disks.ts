// Disks: what slivers keep on a node's disk, up to their quota and while there is room, and how fast it is read.
import type { EventId } from '../../sim/event-queue.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { GrowingLevels } from './growing-levels.ts';
import type { Appetite } from './memory.ts';

export interface DiskUser extends Appetite {
  /** Bytes. */
  readonly quota: number;
}

export interface DiskEvents {
  /** A sliver has reached its quota. */
  quota(): void;
  /** A disk has no room left for any of its slivers to grow. */
  full(): void;
}

/** Data stay when a sliver stops, and go with the disk. */
export class Disks {
  private readonly sim: Simulation;
  private readonly size: number;
  /** Bytes a nanosecond. */
  private readonly rate: number;
  private readonly users: readonly DiskUser[];
  private readonly nodeOf: readonly number[];
  private readonly hostsOn: (node: number) => readonly number[];
  private readonly events: DiskEvents;
  private readonly levels: GrowingLevels;
  /** Slivers that have data here, and those that run. */
  private readonly kept: Uint8Array;
  private readonly running: Uint8Array;
  private readonly atQuota: Uint8Array;
  private readonly isFull: Uint8Array;
  private readonly speeds: Float64Array;
  private readonly freeAt: Float64Array;
  private readonly bends: (EventId | undefined)[] = [];
  private readonly bend: EventKind<undefined>;

  /**
   * @param size of each disk, in bytes
   * @param rate at which it reads, in bytes per second
   */
  constructor(
    sim: Simulation,
    { size, rate }: { readonly size: number; readonly rate: number },
    users: readonly DiskUser[],
    nodeOf: readonly number[],
    hostsOn: (node: number) => readonly number[],
    nodes: number,
    events: DiskEvents,
  ) {
    this.sim = sim;
    this.size = size;
    this.rate = rate / SECOND;
    this.users = users;
    this.nodeOf = nodeOf;
    this.hostsOn = hostsOn;
    this.events = events;
    this.levels = new GrowingLevels(users.length);
    this.kept = new Uint8Array(users.length);
    this.running = new Uint8Array(users.length);
    this.atQuota = new Uint8Array(users.length);
    this.isFull = new Uint8Array(nodes);
    this.speeds = new Float64Array(nodes).fill(1);
    this.freeAt = new Float64Array(nodes);
    this.bend = sim.kind('disk', (_host, _nothing, node) => this.settle(node));
  }

  /** A sliver runs from now on, with the data that it has, or new. */
  open(host: number): void {
    const { level, quota } = this.users[host];
    if (!this.kept[host]) this.levels.set(host, Math.min(level, quota), 0, this.sim.now);
    this.kept[host] = 1;
    this.running[host] = 1;
    this.settle(this.nodeOf[host]);
  }

  close(host: number): void {
    this.running[host] = 0;
    this.settle(this.nodeOf[host]);
  }

  /** A node's disk is gone. @returns bytes lost */
  wipe(node: number): number {
    const lost = this.usedOn(node);
    for (const host of this.hostsOn(node)) {
      this.levels.set(host, 0, 0, this.sim.now);
      this.kept[host] = 0;
      this.atQuota[host] = 0;
    }
    this.isFull[node] = 0;
    this.settle(node);
    return lost;
  }

  usedOn(node: number): number {
    let sum = 0;
    for (const host of this.hostsOn(node)) sum += this.levels.at(host, this.sim.now);
    return sum;
  }

  /** @param speed fraction of the rate at which a node's disk reads from now on, > 0 */
  setSpeed(node: number, speed: number): void {
    this.speeds[node] = speed;
  }

  /** How much longer everything takes on a node's disk than on a sound one. */
  slowness(node: number): number {
    return 1 / this.speeds[node];
  }

  /** Reads, in turn with whatever else the node reads. @returns when that is done */
  read(node: number, bytes: number): Nanoseconds {
    const begin = Math.max(this.sim.now, this.freeAt[node]);
    this.freeAt[node] = begin + Math.ceil(bytes / (this.rate * this.speeds[node]));
    return this.freeAt[node];
  }

  /** How long reading takes on a sound disk that does nothing else. */
  readingTime(bytes: number): Nanoseconds {
    return bytes / this.rate;
  }

  /** Lets grow what may, until the next sliver is at its quota or the disk is full. */
  private settle(node: number): void {
    const { sim, levels, users, bends } = this;
    const pending = bends[node];
    if (pending !== undefined) sim.cancel(pending);
    bends[node] = undefined;
    const room = this.size - this.usedOn(node);
    this.noteFull(node, room < 1);
    let slope = 0;
    let wait = Infinity;
    for (const host of this.hostsOn(node)) {
      const level = levels.at(host, sim.now);
      const left = users[host].quota - level;
      if (this.running[host]) this.noteQuota(host, left < 1 && users[host].slope > 0);
      const own = this.running[host] && room >= 1 && left >= 1 ? users[host].slope : 0;
      levels.set(host, level, own, sim.now);
      slope += own;
      if (own > 0) wait = Math.min(wait, left / own);
    }
    if (slope > 0) wait = Math.min(wait, room / slope);
    if (!(wait < Number.MAX_SAFE_INTEGER - sim.now)) return;
    const at = sim.now + Math.max(1, Math.ceil(wait));
    bends[node] = sim.schedule(at, this.bend, this.hostsOn(node)[0], undefined, node);
  }

  private noteFull(node: number, full: boolean): void {
    if (full && !this.isFull[node]) this.events.full();
    this.isFull[node] = full ? 1 : 0;
  }

  private noteQuota(host: number, reached: boolean): void {
    if (reached && !this.atQuota[host]) this.events.quota();
    this.atQuota[host] = reached ? 1 : 0;
  }
}
