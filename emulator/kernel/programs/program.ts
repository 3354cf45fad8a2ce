// One host's program through its lives: waiting, starting, ready, gone, and back again.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { formatDuration, type Nanoseconds } from '../../../sim/time.ts';
import type { HostPlan } from '../../host-plan.ts';
import type { Death, Life } from './launcher.ts';
import { lastLines, OUTPUTS, outputFile, Tail } from './output.ts';
import type { ProgramExit, ProgramPlan } from './plan.ts';
import { ProgramError } from './program-error.ts';
import { describeReadiness, limitOf } from './readiness.ts';

export type ProgramState = 'waiting' | 'starting' | 'ready' | 'ended' | 'restarting' | 'crashed';

/** Before a restart; doubled with each that follows, and as at first again once a program has run for long enough. */
const FIRST_PAUSE = 1e9;
const LONGEST_PAUSE = 30e9;
const LONG_ENOUGH = 10e9;
/** Who ends with an error so soon after the start has not begun. */
const AT_ONCE = 1e9;
/** Lines of a program's output that an error repeats. */
const LINES_SHOWN = 5;

/** What a program needs of whoever keeps it, and tells them. */
export interface Keeper {
  now(): Nanoseconds;
  launch(plan: ProgramPlan, died: (death: Death) => void): Life;
  /** @param printed whether the line that is waited for has come */
  isReady(program: Program, up: Nanoseconds, printed: boolean): boolean;
  started(host: number): void;
  becameReady(program: Program, firstTime: boolean): void;
  json(host: number, line: string): void;
  exited(exit: ProgramExit): void;
}

export class Program {
  readonly plan: ProgramPlan;
  readonly host: HostPlan;
  state: ProgramState = 'waiting';
  /** It has been ready once. */
  hasBeenReady = false;
  restarts = 0;
  paused = false;
  private readonly keeper: Keeper;
  private life: Life | undefined;
  /** Why the present life ends, if not by itself. */
  private doom: { by: ProgramExit['by'] } = { by: 'itself' };
  private since: Nanoseconds = 0;
  /** Whether the present life is not over. */
  private alive = false;
  private pause = FIRST_PAUSE;
  private restartAt: Nanoseconds = 0;
  /** Until when it must be ready; from the first start on, and anew after a crash. */
  private deadline: Nanoseconds | undefined;
  /** Whether the restart has to wait until nothing runs in the host. */
  private clearFirst = false;
  private printed = false;
  private stdout: Tail | undefined;
  private stderr: Tail | undefined;

  constructor(plan: ProgramPlan, host: HostPlan, keeper: Keeper) {
    this.plan = plan;
    this.host = host;
    this.keeper = keeper;
  }

  /** Its process; undefined where it has none of its own, or none now. */
  get pid(): number | undefined {
    return this.alive ? this.life?.pid : undefined;
  }

  /** Whether its output is to be read without delay. */
  get awaitsLine(): boolean {
    return this.state === 'starting' && this.plan.ready.kind === 'line';
  }

  /** Bytes of its output that were not searched for lines of JSON. */
  get unread(): number {
    return this.stdout?.skipped ?? 0;
  }

  /** @throws {ProgramError} where it cannot be started */
  launch(): void {
    const now = this.keeper.now();
    this.open();
    this.deadline ??= now + limitOf(this.plan.ready);
    const doom: { by: ProgramExit['by'] } = { by: 'itself' };
    this.life = this.keeper.launch(this.plan, death => this.died(death, doom, now));
    this.doom = doom;
    this.since = now;
    this.alive = true;
    this.printed = false;
    this.paused = false;
    this.state = 'starting';
    this.keeper.started(this.plan.host);
    if (this.plan.ready.kind === 'started') this.becomeReady();
  }

  /** Restarts it where that is due. @throws {ProgramError} where it cannot be started */
  restartIfDue(): void {
    if (this.state !== 'restarting' || this.keeper.now() < this.restartAt) return;
    if (this.clearFirst && !this.life!.gone()) return;
    this.clearFirst = false;
    this.restarts++;
    this.launch();
  }

  /** Looks whether it is ready. @throws {ProgramError} where it should have been by now */
  checkReady(): void {
    if (this.state !== 'starting' && this.state !== 'restarting') return;
    const now = this.keeper.now();
    if (this.state === 'starting' && this.keeper.isReady(this, now - this.since, this.printed))
      this.becomeReady();
    else if (!this.hasBeenReady && this.deadline !== undefined && now > this.deadline) {
      const { ready } = this.plan;
      const ended = this.alive ? '' : ', and it has ended';
      const limit = formatDuration(limitOf(ready));
      throw this.error(`${limit} passed before ${describeReadiness(ready)}${ended}`);
    }
  }

  /** Reads on in its output, by so many bytes at most. @returns whether there may be more */
  readOutput(most: number): boolean {
    const { host, ready } = this.plan;
    const awaited = this.awaitsLine && ready.kind === 'line' ? ready.line : undefined;
    const look = (line: string) => {
      if (awaited !== undefined && line.includes(awaited)) this.printed = true;
    };
    if (awaited !== undefined) this.stderr?.read(most, look);
    const more = this.stdout?.read(most, line => {
      look(line);
      if (line.startsWith('{')) this.keeper.json(host, line);
    });
    return more ?? false;
  }

  /** Ends all that runs in its host, by a fault: no policy restarts it. */
  crash(): void {
    this.doom.by = 'fault';
    this.state = 'crashed';
    this.life?.kill();
  }

  /** Starts it anew as soon as nothing runs in its host any more. */
  restart(): void {
    this.crash();
    this.pause = FIRST_PAUSE;
    this.deadline = undefined;
    this.restartAt = this.keeper.now();
    this.clearFirst = true;
    // What has never started may have others to wait for.
    this.state = this.life ? 'restarting' : 'waiting';
  }

  hold(): void {
    this.paused = true;
    this.life?.pause();
  }

  goOn(): void {
    this.paused = false;
    this.life?.resume();
  }

  /** From now on its end is the run's doing, and final. */
  endWithRun(): void {
    if (this.doom.by === 'itself') this.doom.by = 'run';
    if (this.state !== 'crashed') this.state = 'ended';
  }

  close(): void {
    this.stdout?.close();
    this.stderr?.close();
    this.stdout = undefined;
    this.stderr = undefined;
  }

  private open(): void {
    if (this.stdout) return;
    const { logs, directory, ready } = this.plan;
    for (const folder of [logs, directory]) mkdirSync(folder, { recursive: true });
    for (const name of OUTPUTS) closeSync(openSync(outputFile(logs, name), 'a'));
    this.stdout = new Tail(outputFile(logs, 'stdout'));
    if (ready.kind === 'line') this.stderr = new Tail(outputFile(logs, 'stderr'));
  }

  private becomeReady(): void {
    const firstTime = !this.hasBeenReady;
    this.state = 'ready';
    this.hasBeenReady = true;
    this.keeper.becameReady(this, firstTime);
  }

  private died(death: Death, doom: { by: ProgramExit['by'] }, since: Nanoseconds): void {
    const now = this.keeper.now();
    const { status, signal, memory, error } = death;
    const by = doom.by === 'itself' && memory ? 'memory' : doom.by;
    const { host } = this.plan;
    const current = doom === this.doom;
    if (current) this.alive = false;
    this.keeper.exited({
      host,
      status,
      signal,
      at: now,
      up: now - since,
      by,
      ...(error !== undefined && { error }),
    });
    if (current && doom.by === 'itself') this.after(death, now, now - since);
  }

  /** @throws {ProgramError} where the run cannot go on without it */
  private after(death: Death, now: Nanoseconds, up: Nanoseconds): void {
    const { restart, ready } = this.plan;
    const failed = death.status !== 0;
    if (restart === 'always' || (restart === 'on-failure' && failed)) {
      if (up >= LONG_ENOUGH) this.pause = FIRST_PAUSE;
      this.restartAt = now + this.pause;
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
      this.state = 'restarting';
      this.life?.clear();
      return;
    }
    const starting = this.state === 'starting';
    // A daemon puts itself into the background: its port may answer yet.
    if (starting && !failed && ready.kind === 'port') return;
    this.state = 'ended';
    if (starting && (failed || ready.kind === 'line')) {
      throw this.error(
        `${describeDeath(death)} after ${formatDuration(up)}, before ${describeReadiness(ready)}`,
      );
    }
    if (failed && up < AT_ONCE) throw this.error(`${describeDeath(death)} after ${formatDuration(up)}`);
    if (starting) this.becomeReadyAndEnd();
  }

  /** It has done what it had to do before it counted as ready. */
  private becomeReadyAndEnd(): void {
    this.becomeReady();
    this.state = 'ended';
  }

  private error(problem: string): ProgramError {
    const { plan } = this;
    const said = OUTPUTS.toReversed()
      .map(name => lastLines(outputFile(plan.logs, name), LINES_SHOWN))
      .find(lines => lines.length > 0);
    const what = plan.kind === 'command' ? plan.argv.join(' ') : [plan.bundle.name, ...plan.args].join(' ');
    return new ProgramError(plan.slice, this.host.name, `${what}: ${problem}`, said);
  }
}

function describeDeath({ status, signal, memory, error }: Death): string {
  const because = memory ? ' because memory ran out' : '';
  const why = error === undefined ? '' : ` (${error.split('\n')[0]})`;
  return status === undefined
    ? `ended by ${signal}${because}`
    : `ended with status ${status}${because}${why}`;
}
