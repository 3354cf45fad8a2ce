// `process` as a program sees it: its own arguments, environment, identity, exit and output.
import { EventEmitter } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { virtualHrtime } from '../realm/clocks.ts';
import { pristine } from '../realm/pristine.ts';
import { unsupported } from '../realm/unsupported.ts';
import { type Lines, writableOf } from './lines.ts';

/** What a process asks of the program that it is the view of. */
export interface Owner {
  readonly pid: number;
  readonly ended: boolean;
  readonly stdout: Lines;
  readonly stderr: Lines;
  /** Seconds since it started. */
  uptime(): number;
  /** Ends the program: it does not return. */
  exit(code: number): never;
  signal(name: NodeJS.Signals): void;
  require(name: string): unknown;
}

export interface Invocation {
  readonly main: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

type Listener = (...args: unknown[]) => void;

/** Of Node's own these do not ask who they are called on, and programs count on it: `const { cwd } = process`. */
const DETACHABLE = ['cwd', 'chdir', 'exit', 'reallyExit', 'kill', 'uptime', 'nextTick', 'umask'] as const;

/** The same on every host, since what a machine uses is no part of the simulation. */
const MEMORY = { rss: 64e6, heapTotal: 32e6, heapUsed: 16e6, external: 2e6, arrayBuffers: 1e6 };
const USER = 1000;

const real = pristine.process;

export class HostProcess extends EventEmitter {
  env: Record<string, string>;
  argv: string[];
  argv0 = 'node';
  execPath = '/usr/bin/node';
  execArgv: string[] = [];
  title = 'node';
  exitCode: number | string | undefined = undefined;
  readonly pid: number;
  readonly ppid = 1;

  readonly #owner: Owner;
  #cwd: string;
  #umask = 0o022;
  #stdin: Readable | undefined = undefined;
  #stdout: Writable | undefined = undefined;
  #stderr: Writable | undefined = undefined;
  #capture: ((error: unknown) => void) | null = null;

  // Programs take these from `process` and call them by themselves.
  cwd = (): string => this.#cwd;
  uptime = (): number => this.#owner.uptime();
  emitWarning = real.emitWarning;

  exit = (code?: number | string): never => {
    if (code !== undefined) this.exitCode = code;
    return this.#owner.exit(this.status);
  };

  /** What an ended program still asks for is never done. */
  nextTick = (callback: Listener, ...args: unknown[]): void => {
    if (!this.#owner.ended) real.nextTick(callback, ...args);
  };

  constructor(owner: Owner, { main, args, env, cwd }: Invocation) {
    super();
    this.#owner = owner;
    this.#cwd = cwd;
    this.pid = owner.pid;
    this.env = { ...env };
    this.argv = [this.execPath, main, ...args];
    for (const name of DETACHABLE) {
      Object.defineProperty(this, name, { value: this[name].bind(this), writable: true, configurable: true });
    }
  }

  get stdin(): Readable {
    this.#stdin ??= Object.assign(Readable.from([]), { fd: 0 });
    return this.#stdin;
  }

  get stdout(): Writable {
    this.#stdout ??= writableOf(this.#owner.stdout, 1);
    return this.#stdout;
  }

  get stderr(): Writable {
    this.#stderr ??= writableOf(this.#owner.stderr, 2);
    return this.#stderr;
  }

  chdir(directory: string): void {
    const { resolve } = this.#owner.require('path') as typeof import('node:path').posix;
    const { statSync } = this.#owner.require('fs') as typeof import('node:fs');
    const target = resolve(this.#cwd, directory);
    statSync(target);
    this.#cwd = target;
  }

  reallyExit(code?: number): never {
    return this.#owner.exit(code ?? this.status);
  }

  abort(): void {
    this.#owner.signal('SIGABRT');
  }

  /** What the program's exit status would be now. */
  get status(): number {
    return Number(this.exitCode ?? 0) & 0xff;
  }

  kill(pid: number, signal: NodeJS.Signals | number = 'SIGTERM'): true {
    if (pid !== this.pid)
      throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH', errno: -3, syscall: 'kill' });
    if (signal !== 0) this.#owner.signal(typeof signal === 'number' ? 'SIGTERM' : signal);
    return true;
  }

  readonly hrtime = virtualHrtime;

  memoryUsage = Object.assign(() => ({ ...MEMORY }), { rss: () => MEMORY.rss });

  cpuUsage() {
    return { user: 0, system: 0 };
  }

  threadCpuUsage() {
    return { user: 0, system: 0 };
  }

  resourceUsage() {
    return { ...real.resourceUsage(), ...RESOURCES };
  }

  availableMemory(): number {
    return 1e9;
  }

  constrainedMemory(): number {
    return 0;
  }

  umask(mask?: number): number {
    const before = this.#umask;
    if (mask !== undefined) this.#umask = mask;
    return before;
  }

  getuid(): number {
    return USER;
  }

  geteuid(): number {
    return USER;
  }

  getgid(): number {
    return USER;
  }

  getegid(): number {
    return USER;
  }

  getgroups(): number[] {
    return [USER];
  }

  getActiveResourcesInfo(): string[] {
    return [];
  }

  getBuiltinModule(name: string): unknown {
    return this.#owner.require(name);
  }

  setUncaughtExceptionCaptureCallback(capture: ((error: unknown) => void) | null): void {
    this.#capture = capture;
  }

  hasUncaughtExceptionCaptureCallback(): boolean {
    return this.#capture !== null;
  }

  /** What the program has set to catch everything. */
  get capture(): ((error: unknown) => void) | null {
    return this.#capture;
  }

  setSourceMapsEnabled(): void {}

  binding(name: string): never {
    throw unsupported(`process.binding('${name}')`);
  }

  _linkedBinding(name: string): never {
    throw unsupported(`process.binding('${name}')`);
  }

  dlopen(): never {
    throw unsupported('a native add-on');
  }

  get [Symbol.toStringTag](): string {
    return 'process';
  }
}

/** Of the resources that a process has used: none. */
const RESOURCES = {
  userCPUTime: 0,
  systemCPUTime: 0,
  maxRSS: 64_000,
  minorPageFault: 0,
  majorPageFault: 0,
  fsRead: 0,
  fsWrite: 0,
  voluntaryContextSwitches: 0,
  involuntaryContextSwitches: 0,
};

// What describes this Node.js is the same for all.
for (const name of ['version', 'versions', 'arch', 'platform', 'release', 'config', 'features'] as const)
  Object.defineProperty(HostProcess.prototype, name, { value: real[name], enumerable: true });
