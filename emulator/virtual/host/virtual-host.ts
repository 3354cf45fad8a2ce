// A simulated host: what outlives its programs. Its clock, its disk, its IP stack, and whether it is up.
import type { EventId } from '../../../sim/event-queue.ts';
import type { EventKind, Simulation } from '../../../sim/simulation.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { HostPlan } from '../../host-plan.ts';
import type { Folder } from '../../service/places.ts';
import type { Names, TraceKind } from '../realm/machine.ts';
import { upcall } from '../realm/running.ts';
import type { Stack } from '../transport/stack.ts';
import { Disk } from './disk.ts';
import type { HostClock } from './host-clock.ts';
import type { Invocation } from './host-process.ts';
import type { StreamName } from './lines.ts';
import { type Call, type Dwelling, type Ending, type Main, Program } from './program.ts';

/** What a host is put together of. */
export interface Parts {
  readonly sim: Simulation;
  readonly call: EventKind<Call>;
  readonly index: number;
  readonly plan: HostPlan;
  readonly seed: string;
  readonly clock: HostClock;
  readonly stack: Stack;
  readonly names: Names;
  readonly invocation: Invocation;
  readonly folders: readonly Folder[];
  readonly main: Main;
  readonly output: (stream: StreamName, line: string) => void;
  readonly exited: (ending: Ending) => void;
  readonly trace: ((kind: TraceKind, text: string) => void) | undefined;
}

export class VirtualHost implements Dwelling {
  /** The program that runs here; undefined before the first and after the last. */
  program: Program | undefined = undefined;

  readonly parts: Parts;
  private files: Disk | undefined = undefined;
  private lives = 0;
  /** Why the program's code does not run: none, or one or both of being paused and being busy. */
  private paused = false;
  private busy = false;
  private readonly heldBack: Call[] = [];

  constructor(parts: Parts) {
    this.parts = parts;
  }

  get name(): string {
    return this.parts.plan.name;
  }

  get plan(): HostPlan {
    return this.parts.plan;
  }

  get index(): number {
    return this.parts.index;
  }

  get seed(): string {
    return this.parts.seed;
  }

  get clock(): HostClock {
    return this.parts.clock;
  }

  get stack(): Stack {
    return this.parts.stack;
  }

  get names(): Names {
    return this.parts.names;
  }

  get trace(): ((kind: TraceKind, text: string) => void) | undefined {
    return this.parts.trace;
  }

  get disk(): Disk {
    this.files ??= new Disk(this.parts.folders);
    return this.files;
  }

  get output(): (stream: StreamName, line: string) => void {
    return this.parts.output;
  }

  /** Starts a new instance of the program, with nothing but the disk from the ones before. */
  start(): void {
    this.program?.end(KILLED);
    this.program = new Program(this, this.lives++, this.parts.invocation);
    const { program, parts } = this;
    this.carryOut({ program, run: () => program.start(parts.main) });
  }

  /** The host loses its power: what was in memory is gone, and nobody is told. */
  crash(): void {
    const { program } = this;
    this.program = undefined;
    if (program !== undefined) {
      program.ended = true;
      program.trace?.('program', 'gone with its host');
    }
    this.heldBack.length = 0;
    this.paused = false;
    this.busy = false;
    this.stack.crash();
  }

  pause(): void {
    this.hold(true, this.busy);
  }

  resume(): void {
    this.hold(false, this.busy);
  }

  signal(name: NodeJS.Signals): void {
    const { program } = this;
    if (program !== undefined) this.carryOut({ program, run: () => program.signal(name) });
  }

  schedule(delay: Nanoseconds, call: Call): EventId {
    const { sim, call: kind } = this.parts;
    return sim.schedule(sim.now + Math.round(delay), kind, this.index, call);
  }

  cancel(id: EventId): void {
    this.parts.sim.cancel(id);
  }

  ended(program: Program, ending: Ending): void {
    if (this.program === program) this.program = undefined;
    this.parts.exited(ending);
  }

  /** Calls the program, or notes that it is to be called when its code runs again. */
  carryOut(call: Call): void {
    if (call.program.ended) return;
    if (this.paused || this.busy) this.heldBack.push(call);
    else upcall(call.program, call.run);
  }

  /** To be called when the program's code has come to rest: what it spent by waiting keeps it from doing anything else. */
  settle(): void {
    const { clock, program } = this;
    if (clock.spent > 0 && program !== undefined) {
      const spent = clock.spent;
      clock.spent = 0;
      this.hold(this.paused, true);
      this.parts.sim.after(spent, () => this.hold(this.paused, false), this.index);
    }
    clock.spent = 0;
    program?.endIfIdle();
  }

  private hold(paused: boolean, busy: boolean): void {
    const before = this.paused || this.busy;
    this.paused = paused;
    this.busy = busy;
    const after = paused || busy;
    if (!before && after) this.stack.pause();
    if (!before || after) return;
    this.stack.resume();
    while (this.heldBack.length > 0 && !this.paused && !this.busy) this.carryOut(this.heldBack.shift()!);
  }
}

const KILLED: Ending = { code: undefined, signal: 'SIGKILL', error: undefined };
