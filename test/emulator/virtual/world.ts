// Worlds of simulated hosts for tests: what is in one, and a run of it in a worker thread of the built program.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type BundleOptions, bundleService, type ServiceBundle } from '../../../emulator/service/bundle.ts';

export interface WorldHost {
  readonly name: string;
  /** Index of its service. */
  readonly service: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: { readonly offset: number; readonly drift: number };
  readonly site?: number;
  readonly startAt?: number;
  readonly traced?: boolean;
}

export interface Act {
  readonly at: number;
  readonly host: number;
  readonly what: 'start' | 'crash' | 'restart' | 'pause' | 'resume' | 'jump' | 'term';
  readonly by?: number;
}

export interface World {
  readonly services: readonly ServiceBundle[];
  readonly hosts: readonly WorldHost[];
  /** Nanoseconds. */
  readonly until: number;
  readonly seed?: string;
  /** One way, nanoseconds: 50 ms. */
  readonly delay?: number;
  readonly delays?: readonly (readonly number[])[];
  readonly loss?: number;
  readonly access?: { readonly up?: number; readonly down?: number; readonly queue?: number };
  readonly acts?: readonly Act[];
  readonly patience?: number;
  readonly limit?: number;
  /** When the heap is to be looked at. */
  readonly weighAt?: readonly number[];
}

export interface Line {
  readonly time: number;
  readonly host: string;
  readonly stream: string;
  readonly text: string;
}

export interface Exit {
  readonly time: number;
  readonly host: string;
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly error: string | undefined;
}

export interface Happened {
  readonly lines: Line[];
  readonly exits: Exit[];
  readonly trace: {
    readonly time: number;
    readonly host: number;
    readonly kind: string;
    readonly text: string;
  }[];
  digest: string;
  events: number;
  /** Real seconds. */
  wall: number;
  /** Bytes at the times of `weighAt` and at the end. */
  readonly heaps: number[];
  error: string | undefined;
}

const root = new URL('../../../', import.meta.url);
const worker = fileURLToPath(
  root.pathname.endsWith('/dist/')
    ? new URL('test/emulator/virtual/world-worker.js', root)
    : new URL('dist/test/emulator/virtual/world-worker.js', root),
);

/** A service among the tests' own. */
export function bundled(file: string, options: BundleOptions = {}): Promise<ServiceBundle> {
  return bundleService(serviceFile(file), options);
}

export function serviceFile(name: string): string {
  const source = root.pathname.endsWith('/dist/') ? new URL('../', root) : root;
  return fileURLToPath(new URL(`test/emulator/virtual/services/${name}`, source));
}

/** Runs a world to its end. @throws {Error} where the run itself fails */
export async function runWorld(world: World): Promise<Happened> {
  if (!existsSync(worker)) throw new Error('build first: npm run build');
  const thread = new Worker(worker, {
    workerData: world,
    execArgv: ['--expose-internals', '--no-warnings'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  try {
    const happened = await new Promise<Happened>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject);
      thread.once('exit', code => reject(new Error(`the worker ended with status ${code}`)));
    });
    if (happened.error !== undefined) throw new Error(happened.error);
    return happened;
  } finally {
    await thread.terminate();
  }
}

/** What a host wrote, in order. */
export function linesOf({ lines }: Happened, host: string): string[] {
  return lines.filter(line => line.host === host).map(({ text }) => text);
}
