// The time in which nodes live: first the past before a run, by a simulation of its own, then the run.
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';

/** Times are those of the run: negative in the past. */
export class Clock {
  private sim: Simulation;
  private origin: Nanoseconds;
  private readonly timers: Timers[] = [];

  /** @param origin when the run begins, in the simulation's time */
  constructor(sim: Simulation, origin: Nanoseconds) {
    this.sim = sim;
    this.origin = origin;
  }

  get now(): Nanoseconds {
    return this.sim.now - this.origin;
  }

  /** One timer for each of so many members. */
  newTimers(name: string, members: number, act: (member: number) => void): Timers {
    const timers = new Timers(name, members, act);
    timers.use(this.sim, this.origin);
    this.timers.push(timers);
    return timers;
  }

  /** Goes on in the run, which has not begun. What is due is due as it was. */
  enter(sim: Simulation): void {
    this.sim = sim;
    this.origin = 0;
    for (const timers of this.timers) timers.use(sim, 0);
  }
}

/** Timers of one kind, one a member: to set it anew is to forget what it was set to. */
export class Timers {
  private readonly name: string;
  private readonly act: (member: number) => void;
  /** In the simulation's time, which rounds long after its beginning. */
  private readonly due: Float64Array;
  private sim!: Simulation;
  private origin: Nanoseconds = 0;
  private kind!: EventKind<undefined>;

  constructor(name: string, members: number, act: (member: number) => void) {
    this.name = name;
    this.act = act;
    this.due = new Float64Array(members).fill(Infinity);
  }

  use(sim: Simulation, origin: Nanoseconds): void {
    const before = this.origin;
    this.sim = sim;
    this.origin = origin;
    this.kind = sim.kind(this.name, member => {
      if (this.due[member] !== sim.now) return;
      this.due[member] = Infinity;
      this.act(member);
    });
    for (const [member, due] of this.due.entries()) this.set(member, due - before);
  }

  /** @param at not before now; Infinity: never */
  set(member: number, at: Nanoseconds): void {
    this.due[member] = at + this.origin;
    if (at < Infinity) this.sim.post(this.due[member], this.kind, member, undefined);
  }

  /** As `set`, where it is not due before anyway. */
  setEarlier(member: number, at: Nanoseconds): void {
    if (at + this.origin < this.due[member]) this.set(member, at);
  }

  clear(member: number): void {
    this.due[member] = Infinity;
  }
}
