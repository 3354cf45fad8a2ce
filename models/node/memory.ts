// Memory: what slivers take of it, the swap that takes what does not fit, and the reset of the largest user.
import type { EventId } from '../../sim/event-queue.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';
import { GrowingLevels } from './growing-levels.ts';

/**
 * PlanetLab's pl_mom looked at the swap every 30 s, and at 90 % reset the slice that used most memory (README of pl_mom
 * 0.2). What it did at 95 %, a reboot of the node, is not modelled.
 */
export const LOOK: Nanoseconds = 30 * SECOND;
export const FULL = 0.9;

/** What some slivers share: a node's memory; or what one sliver has to itself. */
export interface Pool {
  readonly hosts: readonly number[];
  /** Bytes. */
  readonly memory: number;
  readonly swap: number;
}

/** What a running sliver takes: bytes, and bytes added in a nanosecond. */
export interface Appetite {
  readonly level: number;
  readonly slope: number;
}

export class Memory {
  private readonly sim: Simulation;
  private readonly pools: readonly Pool[];
  private readonly poolOf: Int32Array;
  private readonly appetites: readonly Appetite[];
  private readonly levels: GrowingLevels;
  private readonly looks: (EventId | undefined)[] = [];
  private readonly look: EventKind<undefined>;
  private readonly reset: (host: number) => void;

  /**
   * @param appetites by sliver
   * @param reset stops a sliver and starts it anew
   */
  constructor(
    sim: Simulation,
    pools: readonly Pool[],
    appetites: readonly Appetite[],
    reset: (host: number) => void,
  ) {
    this.sim = sim;
    this.pools = pools;
    this.appetites = appetites;
    this.reset = reset;
    this.levels = new GrowingLevels(appetites.length);
    this.poolOf = new Int32Array(appetites.length);
    for (const [index, pool] of pools.entries()) for (const host of pool.hosts) this.poolOf[host] = index;
    this.look = sim.kind('memory', (_host, _nothing, pool) => this.lookAt(pool));
  }

  /** A sliver runs from now on. */
  occupy(host: number): void {
    const { level, slope } = this.appetites[host];
    this.levels.set(host, level, slope, this.sim.now);
    this.expect(this.poolOf[host]);
  }

  vacate(host: number): void {
    this.levels.set(host, 0, 0, this.sim.now);
    this.expect(this.poolOf[host]);
  }

  /** What all pools together hold in memory, and in swap, in bytes. */
  used(): { memory: number; swap: number } {
    let [memory, swap] = [0, 0];
    for (const pool of this.pools) {
      const used = this.usedIn(pool);
      memory += Math.min(used, pool.memory);
      swap += Math.min(Math.max(0, used - pool.memory), pool.swap);
    }
    return { memory, swap };
  }

  private usedIn({ hosts }: Pool): number {
    let sum = 0;
    for (const host of hosts) sum += this.levels.at(host, this.sim.now);
    return sum;
  }

  /** When the swap will be found to be full. */
  private expect(index: number): void {
    const { sim, looks } = this;
    const pending = looks[index];
    if (pending !== undefined) sim.cancel(pending);
    looks[index] = undefined;
    const pool = this.pools[index];
    const room = limitOf(pool) - this.usedIn(pool);
    let slope = 0;
    for (const host of pool.hosts) slope += this.levels.slopeOf(host);
    const wait = room > 0 ? room / slope : 0;
    if (!(wait < Number.MAX_SAFE_INTEGER - sim.now)) return;
    const at = (Math.floor((sim.now + wait) / LOOK) + 1) * LOOK;
    looks[index] = sim.schedule(at, this.look, pool.hosts[0], undefined, index);
  }

  private lookAt(index: number): void {
    this.looks[index] = undefined;
    const pool = this.pools[index];
    if (this.usedIn(pool) < limitOf(pool)) return;
    const size = (host: number) => this.levels.at(host, this.sim.now);
    this.reset(pool.hosts.reduce((largest, host) => (size(host) > size(largest) ? host : largest)));
    this.expect(index);
  }
}

const limitOf = ({ memory, swap }: Pool): number => memory + FULL * swap;
