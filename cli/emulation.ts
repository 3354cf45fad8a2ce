// An emulated testbed that is up: its hosts in the kernel, the switch between them, and the programs in them.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type HostPlan, planHosts } from '../emulator/host-plan.ts';
import { Bell } from '../emulator/kernel/bell.ts';
import type { Moment } from '../emulator/kernel/clock.ts';
import { KernelHosts } from '../emulator/kernel/hosts.ts';
import { programNeeds } from '../emulator/kernel/programs/check.ts';
import { Janitor } from '../emulator/kernel/programs/janitor.ts';
import type { ProgramPlan as KernelPlan, ProgramListener } from '../emulator/kernel/programs/plan.ts';
import { Programs } from '../emulator/kernel/programs/programs.ts';
import type { ServiceBundle } from '../emulator/service/bundle.ts';
import { standaloneProgram } from '../emulator/service/standalone.ts';
import type { FaultEvent } from '../models/faults/event.ts';
import { hostsByNode, sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { type ProgramPlan, planPrograms } from './program-plans.ts';
import { type ServiceCode, Services } from './services.ts';
import type { FromSwitch, Packet, SwitchPlan, Taken, ToSwitch } from './switch-messages.ts';

/** From this rate on a host's packets may be segments of 64 KB until they arrive: a burst of 0.5 ms at most. */
const OFFLOAD_FROM = 1e9;

export interface EmulationOptions {
  readonly testbed: Testbed;
  readonly scenario: Scenario;
  /** Whether the slices' programs run; else the testbed is held open for whoever enters its hosts. */
  readonly programs: boolean;
  /** Whether ping's daemons say who gave each answer. */
  readonly answers: boolean;
  /** To be made: a folder for each host, its programs' working directory and logs. */
  readonly directory: string;
  readonly listener: Omit<ProgramListener, 'failed'>;
}

/** Milliseconds. */
const SWITCH_ENDS_WITHIN = 2000;

/** Belongs to the thread that opens it, which is in the run's mount namespace until it has closed. */
export class Emulation {
  readonly plans: readonly HostPlan[];
  readonly programs: Programs;
  /** Rejects when the run cannot go on. */
  readonly failure: Promise<never>;
  private readonly parts: Parts;
  private readonly hostsOn: readonly number[][];
  private closed = false;
  private readonly takers: ((taken: Taken) => void)[] = [];
  private readonly onlookers = new Map<number, Set<(packet: Packet) => void>>();

  /**
   * @throws {KernelError} where this machine does not allow it
   * @throws {ProgramError | ServiceError} where a program cannot be started
   */
  static async open(options: EmulationOptions): Promise<Emulation> {
    const { testbed } = options;
    const plans = planHosts(sliversOf(testbed).names);
    const janitor = new Janitor();
    const { directory } = options;
    mkdirSync(directory);
    janitor.removeFiles(dirname(directory));
    const opened: Partial<Parts> = { janitor };
    try {
      const programs = options.programs ? await kernelPlans(options, plans, directory) : [];
      opened.hosts = new KernelHosts(plans, {
        offload: offloads(options.scenario),
        ...programNeeds(programs),
      });
      opened.bell = new Bell();
      opened.worker = await startSwitch(options.scenario, opened.hosts, opened.bell);
      let fail: (error: Error) => void = () => undefined;
      const failure = new Promise<never>((_resolve, reject) => {
        fail = reject;
      });
      failure.catch(() => undefined);
      opened.worker.on('error', fail);
      const { hosts } = opened;
      opened.programs = await Programs.make(
        programs,
        { hosts: plans, space: hosts, janitor },
        withFailure(options.listener, fail),
      );
      return new Emulation(testbed, plans, failure, opened as Parts);
    } catch (error) {
      await closeParts(opened);
      throw error;
    }
  }

  private constructor(testbed: Testbed, plans: readonly HostPlan[], failure: Promise<never>, parts: Parts) {
    this.plans = plans;
    this.failure = failure;
    this.parts = parts;
    this.programs = parts.programs;
    this.hostsOn = hostsByNode(sliversOf(testbed), testbed);
    parts.worker.on('message', (message: FromSwitch) => this.hear(message));
  }

  /** Sets the clock to 0 and lets programs start as their slices do. */
  async start(): Promise<Moment> {
    const start = process.hrtime();
    this.parts.worker.postMessage({ kind: 'start', start } satisfies ToSwitch);
    await Promise.race([once(this.parts.worker, 'message'), this.failure]);
    this.programs.start();
    return start;
  }

  /** Removes what the kernel does not, should this process be killed. */
  get janitor(): Janitor {
    return this.parts.janitor;
  }

  /** What the switch has measured since the last time. */
  take(): Promise<Taken> {
    const taken = new Promise<Taken>(resolve => this.takers.push(resolve));
    this.tell({ kind: 'take' });
    return Promise.race([taken, this.failure]);
  }

  inject(events: readonly FaultEvent[]): void {
    this.tell({ kind: 'faults', events });
  }

  /** Tells of a host's packets until what is returned is called. */
  capture(host: number, onlooker: (packet: Packet) => void): () => void {
    const others = this.onlookers.get(host) ?? new Set();
    this.onlookers.set(host, others.add(onlooker));
    this.tell({ kind: 'capture', host, on: true });
    return () => {
      if (others.delete(onlooker) && others.size === 0) this.tell({ kind: 'capture', host, on: false });
    };
  }

  /** Packets that the kernel dropped because the switch did not read in time. */
  interfaceDrops(): number {
    return this.plans.reduce((sum, _plan, host) => sum + this.parts.hosts.interfaceDrops(host), 0);
  }

  /** Ends programs, the switch and the hosts. The directory stays. */
  async close(): Promise<void> {
    this.closed = true;
    await closeParts(this.parts);
  }

  private tell(message: ToSwitch): void {
    if (this.closed) return;
    this.parts.worker.postMessage(message);
    this.parts.bell.ring();
  }

  private hear(message: FromSwitch): void {
    if (message.kind === 'taken') this.takers.shift()?.(message);
    else if (message.kind === 'packet') {
      for (const onlooker of this.onlookers.get(message.host) ?? []) onlooker(message);
    } else if (message.kind === 'node') {
      for (const host of this.hostsOn[message.node]) this.programs[message.what](host);
    }
  }
}

interface Parts {
  readonly janitor: Janitor;
  hosts: KernelHosts;
  bell: Bell;
  worker: Worker;
  programs: Programs;
}

async function startSwitch(scenario: Scenario, hosts: KernelHosts, bell: Bell): Promise<Worker> {
  const { tunDescriptors, offload } = hosts;
  const plan: SwitchPlan = { scenario, tunDescriptors: [...tunDescriptors], offload, bell: bell.descriptor };
  const worker = new Worker(new URL('./switch-worker.js', import.meta.url), { workerData: plan });
  await once(worker, 'message');
  return worker;
}

/** In the reverse of the order in which they were made; what was not made is left out. */
async function closeParts({ programs, worker, bell, hosts, janitor }: Partial<Parts>): Promise<void> {
  await programs?.stop();
  if (worker && bell) {
    const ended = once(worker, 'exit');
    worker.postMessage({ kind: 'stop' } satisfies ToSwitch);
    bell.ring();
    const late = setTimeout(() => worker.terminate(), SWITCH_ENDS_WITHIN);
    await ended;
    clearTimeout(late);
  }
  bell?.close();
  hosts?.close();
  await janitor?.dismiss();
}

/** The listener's own members may be methods, which a spread would lose. */
function withFailure(
  listener: EmulationOptions['listener'],
  failed: (error: Error) => void,
): ProgramListener {
  return {
    started: host => listener.started(host),
    ready: host => listener.ready(host),
    json: (host, line) => listener.json(host, line),
    exited: exit => listener.exited(exit),
    failed,
  };
}

const offloads = ({ network: { access } }: Scenario) => Math.min(access.up, access.down) >= OFFLOAD_FROM;

async function kernelPlans(
  { testbed, answers }: EmulationOptions,
  plans: readonly HostPlan[],
  directory: string,
): Promise<KernelPlan[]> {
  const programs = planPrograms(testbed, plans);
  const services = await Services.of(programs, true);
  const standalone = new Standalone(services, directory);
  const specs = new Map(testbed.slices.map(({ spec }) => [spec.name, spec]));
  return programs.map((program): KernelPlan => {
    const spec = specs.get(program.slice)!;
    const logs = join(directory, plans[program.host].name.replaceAll('/', '-'));
    mkdirSync(logs);
    const { host, slice, env, ready, restart, startAt, code } = program;
    const after = 'after' in spec.run ? spec.run.after : [];
    const common = { host, slice, after, env, ready, restart, startAt, directory: join(logs, 'files'), logs };
    const args = argsOf(program, answers);
    const { share, raw = true } = spec;
    if (code.kind === 'command') {
      return { kind: 'command', ...common, argv: [code.program, ...args], share, raw };
    }
    // Processes that share one cannot be held to a share of their own. Services have no raw sockets.
    const limited = share.cpu < Infinity || share.memory < Infinity;
    if (code.pack && !limited) return { kind: 'packed', ...common, bundle: services.of(code), args };
    return {
      kind: 'command',
      ...common,
      argv: [process.execPath, '--enable-source-maps', standalone.of(code), ...args],
      share,
    };
  });
}

/** Files of services that run in processes of their own, each written once. */
class Standalone {
  private readonly services: Services;
  private readonly directory: string;
  private readonly files = new Map<ServiceBundle, string>();

  constructor(services: Services, directory: string) {
    this.services = services;
    this.directory = directory;
  }

  of(code: ServiceCode): string {
    const bundle = this.services.of(code);
    const known = this.files.get(bundle);
    if (known !== undefined) return known;
    const file = join(this.directory, `.service-${this.files.size}.cjs`);
    writeFileSync(file, standaloneProgram(bundle));
    this.files.set(bundle, file);
    return file;
  }
}

function argsOf({ args, code }: ProgramPlan, answers: boolean): readonly string[] {
  return answers && code.kind === 'service' && args[0] === 'ping' ? [...args, '--answers'] : args;
}
