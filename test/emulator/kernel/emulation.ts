// An emulation in small, for tests and benchmarks: hosts a constant delay apart, and a switch in a worker thread.
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { planHosts } from '../../../emulator/host-plan.ts';
import { Bell } from '../../../emulator/kernel/bell.ts';
import { KernelHosts } from '../../../emulator/kernel/hosts.ts';
import { mergeReports, type SwitchReport } from '../../../emulator/kernel/report.ts';
import type { NetworkSpec } from '../../../models/network/spec.ts';
import { MILLISECOND } from '../../../sim/time.ts';
import type { PlainNetwork, Request } from './plain-network.ts';

/** The thread runs as it was built, also where the tests are transformed as they run. */
const program = join(projectRoot(), 'dist/test/emulator/kernel/plain-network.js');

function projectRoot(): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  return basename(root) === 'dist' ? dirname(root) : root;
}

export const unlimited: NetworkSpec = {
  grain: 'message',
  access: { up: Infinity, down: Infinity, queue: 100 * MILLISECOND },
  jitter: 0,
  loss: { rate: 0, burst: 1 },
};

export interface Answer {
  readonly report: SwitchReport;
  readonly counts: Readonly<Record<string, number>>;
  readonly inFlight: number;
}

export interface Captured {
  readonly host: number;
  readonly direction: 'sent' | 'received';
  readonly time: number;
  readonly bytes: Uint8Array;
}

export interface Plan {
  readonly hosts: number;
  /** One-way delay between any two, in nanoseconds. */
  readonly delay: number;
  readonly network?: NetworkSpec;
  readonly offload?: boolean;
  readonly slots?: number;
}

export class Emulation {
  readonly hosts: KernelHosts;
  readonly captured: Captured[] = [];
  private readonly bell = new Bell();
  private readonly worker: Worker;
  private readonly answers: Answer[] = [];

  private constructor({ hosts, delay, network = unlimited, offload = false, slots }: Plan) {
    const plans = planHosts(Array.from({ length: hosts }, (_, index) => `test@node${index}`));
    this.hosts = new KernelHosts(plans, { offload });
    const { tunDescriptors } = this.hosts;
    const plain: PlainNetwork = {
      start: process.hrtime(),
      bell: this.bell.descriptor,
      tunDescriptors,
      offload,
      delay,
      network,
      seed: '1',
      ...(slots === undefined ? {} : { slots }),
    };
    this.worker = new Worker(program, { workerData: plain });
    this.worker.on('message', (message: Answer | Captured) => {
      if ('report' in message) this.answers.push(message);
      else if ('bytes' in message) this.captured.push(message);
    });
  }

  static async start(plan: Plan): Promise<Emulation> {
    const emulation = new Emulation(plan);
    await once(emulation.worker, 'message');
    return emulation;
  }

  tell(request: Request): void {
    this.worker.postMessage(request);
    this.bell.ring();
  }

  /** What the switch has counted since the last time. */
  async report(): Promise<Answer> {
    const before = this.answers.length;
    this.tell({ kind: 'report' });
    while (this.answers.length === before) await once(this.worker, 'message');
    return this.answers[this.answers.length - 1];
  }

  /** Ends it. @returns all that was counted */
  async end(): Promise<Answer> {
    this.tell({ kind: 'stop' });
    await once(this.worker, 'exit');
    this.bell.close();
    this.hosts.close();
    const last = this.answers[this.answers.length - 1];
    return { ...last, report: this.answers.map(({ report }) => report).reduce(mergeReports) };
  }
}
