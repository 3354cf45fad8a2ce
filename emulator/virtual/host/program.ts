// One life of a host's program: from its start to its exit, its crash, or that of its host.
import { inspect } from 'node:util';
import type { EventId } from '../../../sim/event-queue.ts';
import { type RandomStream, stream } from '../../../sim/random.ts';
import type { Nanoseconds } from '../../../sim/time.ts';
import { globalOf } from '../realm/globals.ts';
import type { Closable, Names, TraceKind } from '../realm/machine.ts';
import { upcall } from '../realm/running.ts';
import type { Stack } from '../transport/stack.ts';
import type { Disk } from './disk.ts';
import type { HostClock } from './host-clock.ts';
import { hostConsole } from './host-console.ts';
import type { Named } from './host-os.ts';
import { HostProcess, type Invocation, type Owner } from './host-process.ts';
import { Lines, type Output } from './lines.ts';
import { type Furnished, requireFor } from './modules.ts';

/** How a program ended. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** What nobody caught, with its stack; undefined where it ended of itself. */
  readonly error: string | undefined;
}

/** What a program asks of its host. */
export interface Dwelling {
  readonly name: string;
  readonly plan: Named;
  readonly index: number;
  readonly seed: string;
  readonly clock: HostClock;
  readonly stack: Stack;
  readonly names: Names;
  readonly disk: Disk;
  readonly output: Output;
  readonly trace: ((kind: TraceKind, text: string) => void) | undefined;
  /** Puts a call of the program's into the simulation's queue. */
  schedule(delay: Nanoseconds, call: Call): EventId;
  cancel(id: EventId): void;
  ended(program: Program, ending: Ending): void;
}

/** Something that a program has asked to be called for. */
export interface Call {
  readonly program: Program;
  readonly run: () => void;
}

/** Thrown by `process.exit`, so that no further line of the program runs. */
const EXIT = { toString: () => 'process.exit' };

/** Runs the modules of a service. */
export type Main = (program: Program) => Promise<void>;

export class Program implements Furnished, Owner {
  ended = false;
  references = 0;
  readonly open = new Set<Closable>();
  readonly globals = new Map<PropertyKey, PropertyDescriptor>();
  readonly belongings = new Map<string, unknown>();
  readonly startedAt: Nanoseconds;
  readonly pid: number;
  readonly process: HostProcess;
  readonly stdout: Lines;
  readonly stderr: Lines;

  private readonly host: Dwelling;
  private readonly life: number;
  private leaving = false;
  /** False while a top-level await of the service waits. */
  private loaded = false;
  private chance: RandomStream | undefined = undefined;
  private secret: RandomStream | undefined = undefined;
  private ownConsole: Console | undefined = undefined;

  /** @param life of the host: how many programs it has had before */
  constructor(host: Dwelling, life: number, invocation: Invocation) {
    this.host = host;
    this.life = life;
    this.startedAt = host.clock.monotonic();
    this.pid = 1000 + life;
    const output: Output = (stream, line) => {
      if (this.ended) return;
      host.trace?.('log', `${stream}: ${line}`);
      host.output(stream, line);
    };
    this.stdout = new Lines('stdout', output);
    this.stderr = new Lines('stderr', output);
    this.process = new HostProcess(this, invocation);
  }

  /** Runs the service's modules. */
  start(main: Main): void {
    this.trace?.('program', 'started');
    upcall(this, () => {
      main(this).then(
        () => {
          this.loaded = true;
        },
        error => this.uncaught(error),
      );
    });
  }

  // --- what the realm asks

  get name(): string {
    return this.host.name;
  }

  get plan(): Named {
    return this.host.plan;
  }

  get index(): number {
    return this.host.index;
  }

  get clock(): HostClock {
    return this.host.clock;
  }

  get stack(): Stack {
    return this.host.stack;
  }

  get names(): Names {
    return this.host.names;
  }

  get disk(): Disk {
    return this.host.disk;
  }

  get trace(): ((kind: TraceKind, text: string) => void) | undefined {
    return this.host.trace;
  }

  get random(): RandomStream {
    this.chance ??= stream(this.host.seed, this.name, 'program', this.life);
    return this.chance;
  }

  get entropy(): RandomStream {
    this.secret ??= stream(this.host.seed, this.name, 'cryptography', this.life);
    return this.secret;
  }

  get console(): Console {
    this.ownConsole ??= hostConsole(this.stdout, this.stderr, this.clock);
    return this.ownConsole;
  }

  get global(): object {
    return globalOf(this);
  }

  require(name: string): unknown {
    return requireFor(this, name);
  }

  after(delay: Nanoseconds, run: () => void): EventId {
    return this.host.schedule(this.clock.spent + delay, { program: this, run });
  }

  cancel(id: EventId): void {
    this.host.cancel(id);
  }

  askedBy(stack: string): string | undefined {
    const asker = stack.split('\n').find(line => /^\s+at (.*\()?\//.test(line));
    if (asker === undefined) return undefined;
    const packaged = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(asker);
    return packaged?.[1] ?? /\(?(\/[^()]*?):\d+:\d+\)?$/.exec(asker)?.[1];
  }

  uncaught(error: unknown, rejected?: Promise<unknown>): void {
    if (error === EXIT || this.ended) return;
    const { process } = this;
    if (rejected !== undefined && process.listenerCount('unhandledRejection') > 0) {
      this.attempt(() => process.emit('unhandledRejection', error, rejected));
      return;
    }
    const origin = rejected === undefined ? 'uncaughtException' : 'unhandledRejection';
    process.emit('uncaughtExceptionMonitor', error, origin);
    if (process.capture !== null) this.attempt(() => process.capture?.(error));
    else if (process.listenerCount('uncaughtException') > 0)
      this.attempt(() => process.emit('uncaughtException', error, origin));
    else this.die(error);
  }

  warned(warning: Error): void {
    this.process.emit('warning', warning);
    this.stderr.write(`(node:${this.pid}) ${warning.name}: ${warning.message}\n`);
  }

  // --- how it ends

  uptime(): number {
    return (this.clock.read() - this.startedAt) / 1e9;
  }

  exit(code: number): never {
    if (!this.leaving) this.leave(code, undefined);
    throw EXIT;
  }

  /** A signal has come for the program: its own affair where it listens, else its end. */
  signal(name: NodeJS.Signals): void {
    if (this.ended) return;
    const caught = name !== 'SIGKILL' && this.process.listenerCount(name) > 0;
    if (caught) upcall(this, () => this.process.emit(name, name));
    else this.end({ code: undefined, signal: name, error: undefined });
  }

  /** Its host is gone, or the simulation gives it up. */
  end(ending: Ending): void {
    if (this.ended) return;
    this.stdout.end();
    this.stderr.end();
    this.trace?.('program', `ended: ${ending.error?.split('\n')[0] ?? ending.signal ?? ending.code}`);
    this.ended = true;
    for (const closable of this.open) closable.abandon();
    this.open.clear();
    this.host.ended(this, ending);
  }

  /** Ends the program where nothing is left for it to do, as Node does. */
  endIfIdle(): void {
    if (this.ended || this.references > 0) return;
    upcall(this, () => this.process.emit('beforeExit', this.process.status));
    if (this.ended || this.references > 0) return;
    // A top-level await that nothing can end.
    const code = this.loaded ? undefined : 13;
    upcall(this, () => this.leave(code ?? this.process.status, undefined));
  }

  private attempt(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      if (error !== EXIT) this.die(error);
    }
  }

  private die(error: unknown): void {
    const text = describe(error);
    for (const line of text.split('\n')) this.stderr.write(`${line}\n`);
    this.leave(1, text);
  }

  private leave(code: number, error: string | undefined): void {
    this.leaving = true;
    this.process.exitCode = code;
    try {
      this.process.emit('exit', code);
    } catch (thrown) {
      if (thrown !== EXIT) this.stderr.write(`${describe(thrown)}\n`);
    }
    this.end({ code: this.process.status, signal: undefined, error });
  }
}

/** An error as Node prints it before it gives up. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? (inspect(error) as string) : `Uncaught ${inspect(error)}`;
  } catch {
    return 'an error that cannot be shown';
  }
}
