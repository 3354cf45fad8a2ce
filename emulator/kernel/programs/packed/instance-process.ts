// What an instance sees as `process`: its own arguments, environment, folder, output, signals and end.
import { EventEmitter } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import type { Start } from './messages.ts';

/** Thrown by `process.exit`, which does not return. */
export const EXIT = Symbol('process.exit');

export interface InstanceProcess {
  readonly process: NodeJS.Process;
  /** After this what is still written is lost. */
  close(): void;
}

/** @param main the service's file, for `process.argv` @param exit told of the status */
export function makeProcess(
  { args, env, directory, stdout, stderr }: Start,
  main: string,
  exit: (status: number) => void,
): InstanceProcess {
  const files = [stdout, stderr].map(file => new LogFile(file));
  const own = Object.create(process) as NodeJS.Process;
  const kill = own.kill;
  const values: Partial<Record<keyof NodeJS.Process, unknown>> = {
    argv: [process.execPath, main, ...args],
    execArgv: [],
    env: { ...env },
    exitCode: undefined,
    cwd: () => directory,
    exit: (code?: number | string) => {
      const status = Number(code ?? own.exitCode ?? 0);
      own.exitCode = status;
      own.emit('exit', status);
      exit(status);
      throw EXIT;
    },
    // Only itself: its process is that of others, too.
    kill: (pid: number, signal?: string | number) =>
      pid === process.pid
        ? (own as EventEmitter).emit(String(signal ?? 'SIGTERM'))
        : kill.call(process, pid, signal),
    connected: false,
    send: undefined,
  };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(own, name, { value, writable: true, configurable: true, enumerable: true });
  }
  for (const [index, name] of (['stdout', 'stderr'] as const).entries()) {
    Object.defineProperty(own, name, {
      get: () => files[index].stream,
      configurable: true,
      enumerable: true,
    });
  }
  // Its listeners are its own, too.
  EventEmitter.call(own as unknown as EventEmitter);
  return { process: own, close: () => files.forEach(file => void file.close()) };
}

/** Written at once, as Node.js writes to files. Opened when something is written: few write to both. */
class LogFile {
  private readonly file: string;
  private opened: Writable | undefined;
  private descriptor: number | undefined;
  private closed = false;

  constructor(file: string) {
    this.file = file;
  }

  get stream(): Writable {
    this.opened ??= new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.write(chunk);
        done();
      },
    });
    return this.opened;
  }

  close(): void {
    this.closed = true;
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  private write(chunk: Buffer): void {
    // The number of a descriptor that has been closed may be another's.
    if (this.closed) return;
    this.descriptor ??= openSync(this.file, 'a');
    writeSync(this.descriptor, chunk);
  }
}
