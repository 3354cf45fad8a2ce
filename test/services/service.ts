// `petri-service` as its users meet it: a process, its lines of output and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/services/main.js', import.meta.url));

/** One line of output; which fields it has depends on what it tells of. */
export interface Line {
  readonly time: number;
  readonly event?: string;
  readonly address?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly rtt?: number;
  readonly metric?: string;
  readonly value?: number;
  readonly unit?: string;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Service>();

/** To be called after each test: no process outlives it. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(service => service.end('SIGKILL')));
}

export class Service {
  readonly lines: Line[] = [];
  /** What it wrote to standard error. */
  complaint = '';
  readonly ended: Promise<Ended>;
  readonly process: ChildProcess;
  private rest = '';
  private heard: () => void = () => undefined;

  constructor(...argv: readonly string[]) {
    if (!existsSync(program)) throw new Error('build first: npm run build');
    this.process = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.complaint += text;
    });
    this.ended = new Promise(resolve =>
      this.process.once('close', (status, signal) => {
        running.delete(this);
        this.heard();
        resolve({ status, signal });
      }),
    );
  }

  /** The address that it says it listens on. */
  async address(): Promise<string> {
    return (await this.line(({ event }) => event === 'listening')).address!;
  }

  /** The first line of a kind, once it has come. Rejects where the process ends without it. */
  async line(wanted: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find(wanted);
      if (found) return found;
      if (!running.has(this)) throw new Error(`ended without the line: ${this.complaint}`);
      await new Promise<void>(resolve => {
        this.heard = resolve;
      });
    }
  }

  /** The values of a metric from a Unix time in milliseconds on. */
  values(metric: string, since = 0): number[] {
    return this.lines.filter(line => line.metric === metric && line.time >= since).map(({ value }) => value!);
  }

  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }

  private read(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop()!;
    for (const part of parts) this.lines.push(JSON.parse(part));
    this.heard();
  }
}
