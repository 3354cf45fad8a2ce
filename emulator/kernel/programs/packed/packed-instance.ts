// One instance of a service in a shared process, from its start to its end.
import { Console } from 'node:console';
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Service } from '../../../service/compile.ts';
import { Hold } from './hold.ts';
import { EXIT, type InstanceProcess, makeProcess } from './instance-process.ts';
import { type Handle, type Instance, runAs, type Timer } from './instances.ts';
import type { Ended, Start } from './messages.ts';

const builtin = createRequire(import.meta.url);

/** Names that a service finds besides Node's globals. */
export const PARAMETERS = ['require', 'process', 'console'] as const;

export class PackedInstance implements Instance {
  readonly life: number;
  readonly network: number;
  readonly hostname: string;
  readonly process: NodeJS.Process;
  readonly handles = new Set<Handle>();
  readonly timers = new Set<Timer>();
  ended = false;
  private readonly output: InstanceProcess;
  private readonly tell: (ended: Ended) => void;
  /** Whether it is being told of an error of its own already. */
  private failing = false;
  /** Whether its modules have been run. */
  private loaded = false;
  private ownConsole: Console | undefined;
  private hold: Hold | undefined;

  /** @param main the service's file */
  constructor(start: Start, main: string, tell: (ended: Ended) => void) {
    this.life = start.life;
    this.network = start.network;
    this.hostname = start.hostname;
    this.tell = tell;
    this.output = makeProcess(start, main, status => this.end({ status, signal: undefined }));
    this.process = this.output.process;
  }

  get console(): Console {
    this.ownConsole ??= new Console(this.process.stdout, this.process.stderr);
    return this.ownConsole;
  }

  run(service: Service): void {
    const require = (name: string) => this.require(name);
    const loaded = () => {
      this.loaded = true;
    };
    runAs(this, () =>
      service(require, this.process, this.console).then(loaded, (error: unknown) => this.fail(error)),
    );
  }

  private require(name: string): unknown {
    if (name === 'process') return this.process;
    if (name === 'console') return this.console;
    return builtin(builtin.resolve(`node:${name}`));
  }

  /** An error that nobody caught. */
  fail(error: unknown, origin: NodeJS.UncaughtExceptionOrigin = 'uncaughtException'): void {
    if (error === EXIT || this.ended) return;
    const { process } = this;
    if (process.listenerCount('uncaughtException') > 0 && !this.failing) {
      this.failing = true;
      this.emit('uncaughtException', error, origin);
      this.failing = false;
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.process.stderr.write(`Uncaught ${text}\n`);
    this.failing = true;
    this.emit('exit', 1);
    this.end({ status: 1, signal: undefined, error: text });
  }

  /** Its default action ends it. */
  signal(name: NodeJS.Signals): void {
    if (this.ended) return;
    if (this.process.listenerCount(name) > 0) this.emit(name, name);
    else this.end({ status: undefined, signal: name });
  }

  /** Ends it where nothing can happen to it any more, as Node.js ends. */
  endIfIdle(): void {
    if (!this.loaded || this.ended || this.hold) return;
    for (const timer of this.timers) if (timer._destroyed) this.timers.delete(timer);
    const kept = [...this.handles, ...this.timers].some(resource => resource.hasRef());
    if (kept) return;
    const status = Number(this.process.exitCode ?? 0);
    this.emit('exit', status);
    this.end({ status, signal: undefined });
  }

  /** Ends it at once: its sockets close, its timers do not come. */
  end(how: Omit<Ended, 'life'>): void {
    if (this.ended) return;
    this.ended = true;
    for (const timer of this.timers) timer.close();
    for (const handle of this.handles) handle.close();
    this.timers.clear();
    this.handles.clear();
    this.output.close();
    this.tell({ life: this.life, ...how });
  }

  pause(): void {
    if (!this.ended) this.hold ??= new Hold(this);
  }

  resume(): void {
    const { hold } = this;
    this.hold = undefined;
    if (!this.ended) runAs(this, () => hold?.release());
  }

  /** Tells its listeners, whose errors are its own. */
  private emit(event: string, ...args: unknown[]): void {
    runAs(this, () => {
      try {
        (this.process as EventEmitter).emit(event, ...args);
      } catch (error) {
        this.fail(error);
      }
    });
  }
}
