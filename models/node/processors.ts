// Processors: the CPU of every node, divided anew whenever what a sliver wants changes, and the work that is done with it.
import type { EventId } from '../../sim/event-queue.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { type CpuClaim, reserveOut, shareOut } from './cpu-shares.ts';

/** A piece of work in progress: a process that runs on one core at most. */
interface Task {
  /** The sliver's progress at which it is done, in nanoseconds of CPU time that each of its processes has had. */
  readonly due: number;
  readonly done: () => void;
}

interface NodeCpu {
  readonly hosts: readonly number[];
  readonly claims: readonly CpuClaim[];
  /** By sliver: how many processes would run; the same as claims, for a system that tells no slivers apart. */
  readonly crowds: { share: number; readonly reserve: 0 }[];
  readonly wants: Float64Array;
  readonly rates: Float64Array;
  readonly scrambled: Float64Array;
  wanted: number;
  capacity: number;
}

/** How the CPU of nodes is divided. */
export interface CpuDesign {
  readonly cores: number;
  readonly sharing: 'shares' | 'reservations';
  /** Share of the CPU that is lost, in [0, 1). */
  readonly overhead: number;
  /** How far slivers are not kept apart, in [0, 1]. */
  readonly leak: number;
}

export interface CpuUser extends CpuClaim {
  /** Cores that it may use. */
  readonly cap: number;
}

/** Told by how much what a sliver wants, and what it gets, has changed, in cores. */
export type OnChange = (host: number, byWant: number, byRate: number) => void;

/**
 * A sliver wants CPU for its steady load, in cores, and one core for each task. What it gets, its processes share alike;
 * load that gets less than it wants is lost, tasks take longer.
 */
export class Processors {
  private readonly sim: Simulation;
  private readonly design: CpuDesign;
  private readonly users: readonly CpuUser[];
  private readonly nodeOf: readonly number[];
  private readonly cpus: (NodeCpu | undefined)[];
  private readonly slotOf: Int32Array;
  private readonly loads: Float64Array;
  private readonly tasks: (Task[] | undefined)[] = [];
  /** CPU time that each of a sliver's processes has had, and what it has in a nanosecond. */
  private readonly progress: Float64Array;
  private readonly speeds: Float64Array;
  private readonly spent: Float64Array;
  /** Cores that slivers want and get. */
  private readonly wants: Float64Array;
  private readonly rates: Float64Array;
  private readonly since: Float64Array;
  private readonly due: (EventId | undefined)[] = [];
  private readonly finish: EventKind<undefined>;
  private readonly changed: OnChange;

  /**
   * @param users by sliver
   * @param hostsOn by node, its slivers
   */
  constructor(
    sim: Simulation,
    design: CpuDesign,
    users: readonly CpuUser[],
    nodeOf: readonly number[],
    hostsOn: (node: number) => readonly number[],
    nodes: number,
    changed: OnChange,
  ) {
    this.sim = sim;
    this.design = design;
    this.users = users;
    this.nodeOf = nodeOf;
    this.changed = changed;
    this.slotOf = new Int32Array(users.length);
    this.loads = new Float64Array(users.length);
    this.progress = new Float64Array(users.length);
    this.speeds = new Float64Array(users.length);
    this.spent = new Float64Array(users.length);
    this.wants = new Float64Array(users.length);
    this.rates = new Float64Array(users.length);
    this.since = new Float64Array(users.length);
    this.cpus = Array.from({ length: nodes }, (_, node) => this.cpuFor(hostsOn(node)));
    this.finish = sim.kind('cpu', host => this.complete(host));
  }

  /** Cores' worth of work that a node can do. @param speed fraction of what it could, 0 where it stands still */
  setSpeed(node: number, speed: number): void {
    const cpu = this.cpus[node];
    if (cpu === undefined) return;
    cpu.capacity = this.capacity * speed;
    this.divide(cpu);
  }

  /** A sliver's steady load from now on, in cores. */
  load(host: number, cores: number): void {
    if (this.loads[host] === cores) return;
    this.settle(host);
    this.loads[host] = cores;
    this.want(host);
  }

  /** Begins a piece of work. @param work CPU time in nanoseconds, >= 0 */
  begin(host: number, work: Nanoseconds, done: () => void): void {
    this.settle(host);
    this.tasks[host] ??= [];
    insert(this.tasks[host], { due: this.progress[host] + work, done });
    this.want(host);
  }

  /** A sliver is gone, and whatever it did. @returns how many tasks have come to nothing */
  forget(host: number): number {
    this.settle(host);
    const lost = this.tasks[host]?.length ?? 0;
    this.tasks[host] = undefined;
    this.loads[host] = 0;
    this.want(host);
    return lost;
  }

  /** CPU time that a sliver has had, in nanoseconds of a core. */
  spentBy(host: number): Nanoseconds {
    this.settle(host);
    return this.spent[host];
  }

  /** Cores that a sliver gets. */
  rateOf(host: number): number {
    return this.rates[host];
  }

  private get capacity(): number {
    return this.design.cores * (1 - this.design.overhead);
  }

  private cpuFor(hosts: readonly number[]): NodeCpu | undefined {
    if (hosts.length === 0) return undefined;
    for (const [slot, host] of hosts.entries()) this.slotOf[host] = slot;
    return {
      hosts,
      claims: hosts.map(host => this.users[host]),
      crowds: hosts.map(() => ({ share: 0, reserve: 0 })),
      wants: new Float64Array(hosts.length),
      rates: new Float64Array(hosts.length),
      scrambled: new Float64Array(hosts.length),
      wanted: 0,
      capacity: this.capacity,
    };
  }

  /** What a sliver wants may have changed. */
  private want(host: number): void {
    const cpu = this.cpus[this.nodeOf[host]]!;
    const slot = this.slotOf[host];
    const crowd = this.loads[host] + (this.tasks[host]?.length ?? 0);
    const want = Math.min(crowd, this.users[host].cap, this.design.cores);
    const before = cpu.wanted;
    cpu.wanted = Math.max(0, before + want - cpu.wants[slot]);
    cpu.crowds[slot].share = crowd;
    cpu.wants[slot] = want;
    const enough = Math.max(before, cpu.wanted) <= cpu.capacity && this.design.sharing === 'shares';
    // Enough for all, as before, is nobody else's concern.
    if (enough) this.grant(cpu, slot, want);
    else this.divide(cpu);
    this.expect(host);
  }

  private divide(cpu: NodeCpu): void {
    const { sharing, leak } = this.design;
    const { capacity, wants, claims, rates, scrambled, crowds, hosts } = cpu;
    if (sharing === 'shares') shareOut(capacity, wants, claims, rates);
    else reserveOut(capacity, wants, claims, rates);
    if (leak > 0) {
      shareOut(capacity, wants, crowds, scrambled);
      for (let slot = 0; slot < rates.length; slot++) rates[slot] += leak * (scrambled[slot] - rates[slot]);
    }
    for (let slot = 0; slot < rates.length; slot++) {
      this.settle(hosts[slot]);
      this.grant(cpu, slot, rates[slot]);
    }
  }

  /** A sliver that has been settled goes on at a rate. */
  private grant(cpu: NodeCpu, slot: number, rate: number): void {
    const host = cpu.hosts[slot];
    const want = cpu.wants[slot];
    this.changed(host, want - this.wants[host], rate - this.rates[host]);
    this.wants[host] = want;
    this.rates[host] = rate;
    const crowd = cpu.crowds[slot].share;
    const speed = crowd > 0 ? Math.min(1, rate / crowd) : 0;
    if (speed === this.speeds[host]) return;
    this.speeds[host] = speed;
    this.expect(host);
  }

  /** When the first of a sliver's tasks will be done. */
  private expect(host: number): void {
    const first = this.tasks[host]?.[0];
    const pending = this.due[host];
    if (pending !== undefined) this.sim.cancel(pending);
    this.due[host] = undefined;
    if (first === undefined || this.speeds[host] === 0) return;
    const left = Math.max(0, first.due - this.progress[host]) / this.speeds[host];
    this.due[host] = this.sim.schedule(this.sim.now + Math.ceil(left), this.finish, host, undefined);
  }

  private complete(host: number): void {
    this.due[host] = undefined;
    this.settle(host);
    const tasks = this.tasks[host]!;
    const { due, done } = tasks.shift()!;
    // The event came at a whole nanosecond: within one of when it was due.
    this.progress[host] = Math.max(this.progress[host], due);
    if (tasks.length === 0) this.tasks[host] = undefined;
    this.want(host);
    done();
  }

  private settle(host: number): void {
    const passed = this.sim.now - this.since[host];
    if (passed === 0) return;
    this.since[host] = this.sim.now;
    this.progress[host] += passed * this.speeds[host];
    this.spent[host] += passed * this.rates[host];
  }
}

/** In order of when they are due, those of equal times in order of their beginning. */
function insert(tasks: Task[], task: Task): void {
  let place = tasks.length;
  while (place > 0 && tasks[place - 1].due > task.due) place--;
  tasks.splice(place, 0, task);
}
