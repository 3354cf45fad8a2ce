// The programs of a run: started in order, watched, restarted, held, killed, and gone at its end.
import { setTimeout as wait } from 'node:timers/promises';
import type { Nanoseconds } from '../../../sim/time.ts';
import type { HostPlan } from '../../host-plan.ts';
import type { Entrance, LogFiles } from '../control/protocol.ts';
import { KernelError } from '../kernel-error.ts';
import { checkPrograms } from './check.ts';
import { type ControlGroup, ControlGroups, controllersFor } from './control-groups.ts';
import type { Janitor } from './janitor.ts';
import { outputFile } from './output.ts';
import { PackedLauncher } from './packed-launcher.ts';
import { PidNamespace } from './pid-namespace.ts';
import type { ProgramExit, ProgramListener, ProgramPlan, ProgramsReport } from './plan.ts';
import { type HostSpace, ProcessLauncher } from './process-launcher.ts';
import { signalAll } from './processes.ts';
import { ProcessorWaiting } from './processor-waiting.ts';
import { type Keeper, Program, type ProgramState } from './program.ts';
import { ProgramError } from './program-error.ts';
import { isReady } from './readiness.ts';
import { PACKED_MAIN } from './shared-process.ts';
import { StartOrder } from './start-order.ts';

/** Milliseconds between two looks at the programs, and looks between two at what does not hurry. */
const TICK = 20;
const PROBE_EVERY = 3;
const READ_EVERY = 12;
const SAMPLE_EVERY = 50;
/** Milliseconds of each tick for starting programs: others on this thread have work, too. */
const START_FOR = 10;
/** Bytes of a program's output that are read at a time, and at the end of the run. */
const READ_MOST = 1 << 17;
const READ_AT_END = 1 << 26;
const GRACE: Nanoseconds = 2e9;

export interface ProgramsOptions {
  /** All hosts of the run, those without a program too. */
  readonly hosts: readonly HostPlan[];
  readonly space: HostSpace;
  /** Told of what the kernel will not remove, should the run be killed. */
  readonly janitor: Pick<Janitor, 'removeGroup'>;
  /** `packed/main.js` as built, where it is not beside this file. */
  readonly packedMain?: string;
  /** How long programs may take to end when they are asked to. */
  readonly grace?: Nanoseconds;
}

/** What programs run in, made before them and gone after them. */
interface Surroundings {
  readonly namespace: PidNamespace;
  readonly groups: ControlGroups | undefined;
}

/** Belongs to the thread that made it, which must be the one that made the hosts. */
export class Programs {
  /** In the order in which they came. */
  readonly exits: ProgramExit[] = [];
  private readonly options: ProgramsOptions;
  private readonly listener: ProgramListener;
  private readonly surroundings: Surroundings;
  private readonly processes: ProcessLauncher;
  private readonly packed: PackedLauncher;
  private readonly waiting: ProcessorWaiting;
  private readonly programs: ReadonlyMap<number, Program>;
  private readonly order: StartOrder;
  /** Those that have printed more than was read. */
  private readonly behind = new Set<Program>();
  private timer: NodeJS.Timeout | undefined;
  /** When more programs will be started than there was time for. */
  private next: NodeJS.Immediate | undefined;
  private startedAt = 0n;
  private ticks = 0;
  private over = false;
  private failed = false;

  /**
   * Makes the surroundings of programs; starts none.
   * @param plans at most one a host
   * @throws {ProgramError} where one of them cannot be started
   * @throws {KernelError} where this machine does not allow it
   */
  static async make(
    plans: readonly ProgramPlan[],
    options: ProgramsOptions,
    listener: ProgramListener,
  ): Promise<Programs> {
    checkPrograms(plans, options.hosts);
    const limited = plans.flatMap(plan => (plan.kind === 'command' ? controllersFor(plan.share) : []));
    const groups =
      limited.length > 0
        ? new ControlGroups(limited, directory => options.janitor.removeGroup(directory))
        : undefined;
    try {
      const namespace = new PidNamespace();
      return new Programs(plans, options, listener, { namespace, groups });
    } catch (error) {
      await groups?.close();
      throw error;
    }
  }

  private constructor(
    plans: readonly ProgramPlan[],
    options: ProgramsOptions,
    listener: ProgramListener,
    surroundings: Surroundings,
  ) {
    const { hosts, space } = options;
    const { namespace, groups } = surroundings;
    this.options = options;
    this.listener = listener;
    this.surroundings = surroundings;
    this.processes = new ProcessLauncher(hosts, space, namespace, groupsOf(plans, groups));
    this.packed = new PackedLauncher(plans, {
      hosts,
      space,
      namespace,
      main: options.packedMain ?? PACKED_MAIN,
    });
    this.waiting = new ProcessorWaiting(namespace);
    const keeper = this.keeper();
    this.programs = new Map(plans.map(plan => [plan.host, new Program(plan, hosts[plan.host], keeper)]));
    this.order = new StartOrder([...this.programs.values()]);
  }

  /** Nanoseconds since the start of the run. */
  now(): Nanoseconds {
    return Number(process.hrtime.bigint() - this.startedAt);
  }

  /** From now on programs start when their turn comes. */
  start(): void {
    this.startedAt = process.hrtime.bigint();
    this.timer = setInterval(() => this.guarded(() => this.tick()), TICK);
  }

  /** Whether every program has been ready once. */
  get ready(): boolean {
    return this.order.complete;
  }

  /** @returns `none` for a host without a program */
  state(host: number): ProgramState | 'paused' | 'none' {
    const program = this.programs.get(host);
    return program === undefined ? 'none' : program.paused ? 'paused' : program.state;
  }

  /** A program's process; undefined where it has none of its own, or none now. */
  pid(host: number): number | undefined {
    return this.programs.get(host)?.pid;
  }

  restarts(host: number): number {
    return this.programs.get(host)?.restarts ?? 0;
  }

  /** Kills all that runs in a host. It stays so until `restart`. */
  crash(host: number): void {
    this.guarded(() => this.programs.get(host)?.crash());
  }

  /** Kills all that runs in a host, and starts its program anew. */
  restart(host: number): void {
    this.guarded(() => this.programs.get(host)?.restart());
  }

  /** Holds all that runs in a host. */
  pause(host: number): void {
    this.programs.get(host)?.hold();
  }

  resume(host: number): void {
    this.programs.get(host)?.goOn();
  }

  report(): ProgramsReport {
    const unread = [...this.programs.values()].reduce((sum, { unread }) => sum + unread, 0);
    return this.waiting.report(unread);
  }

  /** By what another process of this user enters a host. */
  entrance(host: number): Entrance {
    const { net, uts } = this.options.space.namespaceDescriptors(host);
    const { namespace } = this.surroundings;
    const plan = this.programs.get(host)?.plan;
    const directory = plan?.directory ?? '/';
    const own = (descriptor: number) => `/proc/${process.pid}/fd/${descriptor}`;
    return {
      net: own(net),
      uts: own(uts),
      mount: own(namespace.mount),
      pid: `/proc/${namespace.initPid}/ns/pid`,
      user: `/proc/${process.pid}/ns/user`,
      directory,
      env: { HOSTNAME: this.options.hosts[host].hostname },
    };
  }

  /** Undefined for a host without a program. */
  logs(host: number): LogFiles | undefined {
    const logs = this.programs.get(host)?.plan.logs;
    return logs === undefined
      ? undefined
      : { stdout: outputFile(logs, 'stdout'), stderr: outputFile(logs, 'stderr') };
  }

  /**
   * Asks all programs to end, kills those that do not, and everything else that runs in the hosts. What they have
   * printed is told before this ends. May be called at any time; again does nothing.
   */
  async stop(): Promise<void> {
    if (this.over) return;
    this.over = true;
    for (const program of this.programs.values()) program.endWithRun();
    const reaper = setInterval(() => this.processes.reap(), TICK);
    clearInterval(this.timer);
    await this.askToEnd();
    await this.surroundings.namespace.close();
    this.processes.reap();
    await this.packed.close();
    clearInterval(reaper);
    for (const program of this.programs.values()) {
      program.readOutput(READ_AT_END);
      program.close();
    }
    this.waiting.close();
    await this.surroundings.groups?.close();
  }

  private async askToEnd(): Promise<void> {
    const { namespace } = this.surroundings;
    const left = () => namespace.processes();
    signalAll(left, 'SIGTERM');
    signalAll(left, 'SIGCONT');
    const until = performance.now() + (this.options.grace ?? GRACE) / 1e6;
    while (performance.now() < until && left().length > 0) await wait(TICK);
  }

  private keeper(): Keeper {
    const { listener, options } = this;
    return {
      now: () => this.now(),
      launch: (plan, died) => {
        const guarded: typeof died = death => this.guarded(() => died(death));
        return plan.kind === 'command'
          ? this.processes.launch(plan, guarded)
          : this.packed.launch(plan, guarded);
      },
      isReady: ({ plan, host }, up, printed) =>
        isReady(plan.ready, { up, printed }, plan.host, host, options.space),
      started: host => listener.started(host),
      becameReady: (program, firstTime) => {
        if (firstTime) this.order.ready(program);
        listener.ready(program.plan.host);
      },
      json: (host, line) => listener.json(host, line),
      exited: exit => {
        this.exits.push(exit);
        listener.exited(exit);
      },
    };
  }

  private tick(): void {
    const tick = this.ticks++;
    this.processes.reap();
    if (tick % SAMPLE_EVERY === 0) this.waiting.sample(this.now());
    if (!this.next) this.startSome();
    let index = tick;
    for (const program of this.programs.values()) {
      index++;
      program.restartIfDue();
      // Each in its turn, so that no tick has to look at all.
      const eager = program.awaitsLine || this.behind.has(program);
      if (eager || index % READ_EVERY === 0) this.read(program);
      if (program.plan.ready.kind !== 'port' || index % PROBE_EVERY === 0) program.checkReady();
    }
  }

  private read(program: Program): void {
    if (program.readOutput(READ_MOST)) this.behind.add(program);
    else this.behind.delete(program);
  }

  /** Starts those whose turn has come, with room between for others on this thread. */
  private startSome(): void {
    if (this.over || this.failed) return;
    const until = performance.now() + START_FOR;
    for (const program of this.order.due(this.now())) {
      program.launch();
      if (performance.now() < until) continue;
      this.next ??= setImmediate(() => {
        this.next = undefined;
        this.guarded(() => this.startSome());
      });
      return;
    }
  }

  /** What a program did wrong ends the run; after that nothing is told any more. */
  private guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof ProgramError || error instanceof KernelError)) throw error;
      if (this.over || this.failed) return;
      this.failed = true;
      this.listener.failed(error);
    }
  }
}

function groupsOf(
  plans: readonly ProgramPlan[],
  groups: ControlGroups | undefined,
): ReadonlyMap<number, ControlGroup> {
  return new Map(
    plans.flatMap(plan => {
      if (plan.kind !== 'command' || controllersFor(plan.share).length === 0) return [];
      return [[plan.host, groups!.make(plan.host, plan.share)]];
    }),
  );
}
