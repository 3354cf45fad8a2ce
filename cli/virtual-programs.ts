// The programs of a virtual run: started in order, restarted as their slices want it, and what they print.
import type { VirtualRun } from '../emulator/virtual/virtual-run.ts';
import type { Simulation } from '../sim/simulation.ts';
import { formatDuration, MILLISECOND, type Nanoseconds, SECOND } from '../sim/time.ts';
import type { ProgramPlan } from './program-plans.ts';

/** How often a port is looked at until somebody listens. */
const LOOK: Nanoseconds = 10 * MILLISECOND;
/** Waits before a restart: doubled from try to try, and forgotten once a program has stayed up. */
const FIRST_WAIT: Nanoseconds = SECOND;
const LONGEST_WAIT: Nanoseconds = 30 * SECOND;
const STAYED_UP: Nanoseconds = 10 * SECOND;

/** How a program ended, as the run tells it. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly error: string | undefined;
}

/** What a program's end and its start are told to. */
export interface ProgramWatcher {
  /** A program ended without being asked to. `well`: by itself, with status 0. */
  ended(host: number, well: boolean, how: string): void;
  /** The run cannot go on. */
  failed(message: string): void;
}

interface Program {
  readonly plan: ProgramPlan;
  readonly name: string;
  /** Its slice, and those that must be ready before. */
  readonly after: readonly string[];
  startedAt: Nanoseconds;
  /** Its slice's time to start has come; it then comes back with its node. */
  begun: boolean;
  /** Whether its node is up. */
  up: boolean;
  ready: boolean;
  wait: Nanoseconds;
  /** Counts its lives: what an earlier one has scheduled is void. */
  life: number;
  last: string;
}

export class VirtualPrograms {
  private readonly sim: Simulation;
  private readonly run: VirtualRun;
  private readonly watcher: ProgramWatcher;
  private readonly programs: readonly Program[];
  /** Programs of each slice that are not ready yet. */
  private readonly unready = new Map<string, number>();

  /** @param slices `after` of each program's slice, in the order of the programs */
  constructor(
    sim: Simulation,
    run: VirtualRun,
    plans: readonly { plan: ProgramPlan; name: string; after: readonly string[] }[],
    watcher: ProgramWatcher,
  ) {
    this.sim = sim;
    this.run = run;
    this.watcher = watcher;
    this.programs = plans.map(program => ({
      ...program,
      startedAt: 0,
      begun: false,
      up: true,
      ready: false,
      wait: FIRST_WAIT,
      life: 0,
      last: '',
    }));
    for (const { plan } of plans) this.unready.set(plan.slice, (this.unready.get(plan.slice) ?? 0) + 1);
  }

  /** Schedules every start that waits for no other slice. */
  begin(): void {
    for (const program of this.programs) if (this.mayBegin(program)) this.schedule(program);
  }

  /** A node has come back. */
  restart(host: number): void {
    const program = this.programs[host];
    program.up = true;
    if (program.begun) this.start(program);
  }

  crash(host: number): void {
    const program = this.programs[host];
    program.up = false;
    program.life++;
    this.run.crash(host);
  }

  printed(host: number, line: string): void {
    const program = this.programs[host];
    program.last = line;
    const { ready } = program.plan;
    if (ready.kind === 'line' && !program.ready && line.includes(ready.line)) this.becomeReady(program);
  }

  exited(host: number, ending: Ending): void {
    const program = this.programs[host];
    const well = ending.code === 0 && ending.error === undefined;
    const how = describe(ending);
    const waits = program.plan.ready.kind !== 'started' && !program.ready;
    program.life++;
    if (waits && program.plan.restart === 'never') {
      this.watcher.failed(`${program.name}: ${how} before it was ready`);
      return;
    }
    this.watcher.ended(host, well, how);
    const { restart } = program.plan;
    if (restart === 'never' || (restart === 'on-failure' && well)) return;
    if (this.sim.now - program.startedAt >= STAYED_UP) program.wait = FIRST_WAIT;
    this.later(program, program.wait, () => this.start(program));
    program.wait = Math.min(2 * program.wait, LONGEST_WAIT);
  }

  private mayBegin({ after }: Program): boolean {
    return after.every(slice => this.unready.get(slice) === 0);
  }

  private schedule(program: Program): void {
    const at = Math.max(this.sim.now, program.plan.startAt);
    // Not of a life of the program's: its node may be down, and come back, before.
    const begin = () => {
      program.begun = true;
      if (program.up) this.start(program);
    };
    this.sim.at(at, begin, program.plan.host);
  }

  private start(program: Program): void {
    const { plan } = program;
    program.life++;
    program.startedAt = this.sim.now;
    this.run.start(plan.host);
    if (!program.ready) this.awaitReadiness(program);
  }

  private awaitReadiness(program: Program): void {
    const { ready, host } = program.plan;
    if (ready.kind === 'started') this.later(program, 0, () => this.becomeReady(program));
    else if (ready.kind === 'time') this.later(program, ready.time, () => this.becomeReady(program));
    else {
      if (ready.kind === 'port') this.lookAtPort(program, ready.port);
      this.later(program, ready.within, () => {
        if (program.ready) return;
        const what =
          ready.kind === 'port' ? `port ${ready.port} did not answer` : `no line with "${ready.line}" came`;
        const said = program.last === '' ? '' : `, and last said: ${program.last}`;
        const name = this.programs[host].name;
        this.watcher.failed(`${name}: ${what} within ${formatDuration(ready.within)}${said}`);
      });
    }
  }

  private lookAtPort(program: Program, port: number): void {
    this.later(program, LOOK, () => {
      if (this.run.listens(program.plan.host, port)) this.becomeReady(program);
      else this.lookAtPort(program, port);
    });
  }

  private becomeReady(program: Program): void {
    if (program.ready) return;
    program.ready = true;
    const { slice } = program.plan;
    const left = this.unready.get(slice)! - 1;
    this.unready.set(slice, left);
    if (left > 0) return;
    for (const other of this.programs) {
      if (!other.begun && other.after.includes(slice) && this.mayBegin(other)) this.schedule(other);
    }
  }

  /** As long as this life of the program lasts. */
  private later(program: Program, delay: Nanoseconds, run: () => void): void {
    const { life } = program;
    this.sim.after(
      delay,
      () => {
        if (program.life === life) run();
      },
      program.plan.host,
    );
  }
}

function describe({ code, signal, error }: Ending): string {
  if (error !== undefined) return error;
  return signal === undefined ? `ended with status ${code}` : `was ended by ${signal}`;
}
