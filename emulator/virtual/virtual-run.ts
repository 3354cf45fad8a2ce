// A run in virtual time: real Node.js programs, one a host, all in this thread, on the simulation's clock and network.
import './realm/install.ts';
import type { Fabric } from '../../models/network/fabric.ts';
import type { Hosts } from '../../models/network/hosts.ts';
import type { Meter } from '../../protocols/port.ts';
import type { EventKind, Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, type Nanoseconds } from '../../sim/time.ts';
import type { HostPlan } from '../host-plan.ts';
import type { ServiceBundle } from '../service/bundle.ts';
import { compileService, type Service } from '../service/compile.ts';
import { addSourceMap, installStackTraces } from '../service/stack-traces.ts';
import { type ClockError, HostClock } from './host/host-clock.ts';
import { installOs } from './host/host-os.ts';
import type { StreamName } from './host/lines.ts';
import type { Call, Ending, Main, Program } from './host/program.ts';
import { VirtualHost } from './host/virtual-host.ts';
import { Loop } from './loop.ts';
import { HostNames } from './names.ts';
import type { Machine } from './realm/machine.ts';
import type { Tracer } from './trace.ts';
import { HostStack } from './transport/host-stack.ts';
import { Internet, type Tap } from './transport/internet.ts';
import type { Packet } from './transport/packet.ts';

export type { Ending } from './host/program.ts';

/** One host and its program, as plain data. */
export interface VirtualHostPlan {
  readonly plan: HostPlan;
  /** Hosts of one site hear each other's broadcasts. */
  readonly site: number;
  readonly clock: ClockError;
  /** Which of the run's services it is an instance of. */
  readonly service: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: the service's own folder. */
  readonly cwd?: string | undefined;
}

/** What a run tells of its hosts, which go by their indices. */
export interface Watcher {
  /** A line that a program has written, without its end. */
  output(host: number, stream: StreamName, line: string): void;
  /** A program has ended. Its host may be started again. */
  exited(host: number, ending: Ending): void;
}

export interface VirtualRunOptions {
  readonly sim: Simulation;
  readonly fabric: Fabric<Packet>;
  /** The fabric's hosts. The run says which are up. */
  readonly hosts: Hosts<Packet>;
  readonly meter: Meter;
  readonly seed: string;
  /** What `Date.now()` says at the start, in milliseconds since 1970. */
  readonly epoch?: number | undefined;
  readonly services: readonly ServiceBundle[];
  /** In the order of their indices. */
  readonly plans: readonly VirtualHostPlan[];
  /** How long the answer to a DNS query takes. */
  readonly dnsDelay?: Nanoseconds | undefined;
  /** Real milliseconds after which a program that does not come to rest is stopped. Infinity while one debugs. */
  readonly patience?: number | undefined;
  readonly watcher: Watcher;
  /** Where records of hosts that are traced go. */
  readonly tracer?: Tracer | undefined;
  readonly traced?: ReadonlySet<number> | undefined;
}

/** What a service's function finds besides Node's globals. */
const PARAMETERS = ['require', 'process', 'globalThis', 'global', 'self'];

/** The first of January 2026. */
const EPOCH = 1_767_225_600_000;
const PATIENCE = 10_000;

installOs(machine => (machine as Program).plan);
installStackTraces();

export class VirtualRun {
  readonly internet: Internet;
  private readonly options: VirtualRunOptions;
  private readonly hosts: readonly VirtualHost[];
  private readonly loop: Loop;
  private readonly started: EventKind<VirtualHost>;

  constructor(options: VirtualRunOptions) {
    const { sim, fabric, hosts, plans, seed, meter, epoch = EPOCH } = options;
    this.options = options;
    const sites = hostsBySite(plans);
    this.internet = new Internet({
      sim,
      fabric,
      hosts,
      names: plans.map(({ plan }) => plan.name),
      seed,
      hostsOnSite: host => sites.get(plans[host].site)!.filter(other => other !== host),
      meter,
    });
    const call = sim.kind<Call>('call', (host, call) => this.hosts[host].carryOut(call));
    this.started = sim.kind<VirtualHost>('start', (index, host) => {
      if (!hosts.isUp(index)) hosts.boot(index, host.stack);
      host.start();
    });
    const names = new HostNames(
      plans.map(({ plan }) => plan),
      options.dnsDelay ?? MILLISECOND,
    );
    const mains = options.services.map((bundle, index) => mainOf(bundle, index));
    this.hosts = plans.map(({ plan, clock, service, args, env, cwd }, index) => {
      const bundle = options.services[service];
      return new VirtualHost({
        sim,
        call,
        index,
        plan,
        seed,
        clock: new HostClock(sim, epoch, clock),
        stack: new HostStack(this.internet, index),
        names,
        invocation: { main: bundle.main, args, env, cwd: cwd ?? bundle.folders[0].path },
        folders: bundle.folders,
        main: mains[service],
        output: (stream, line) => options.watcher.output(index, stream, line),
        exited: ending => options.watcher.exited(index, ending),
        trace: this.tracerOf(index),
      });
    });
    this.loop = new Loop(
      { sim, settled: machine => this.settled(machine), hung: machine => this.hung(machine as Program) },
      options.patience ?? PATIENCE,
    );
  }

  /** Sees the packets of hosts as they leave and enter; undefined: nobody does. */
  set tap(tap: Tap | undefined) {
    this.internet.tap = tap;
  }

  /**
   * Runs events up to and including `until`, at most `limit` of them, and lets the thread's own loop turn meanwhile.
   * @returns whether `until` was reached
   */
  advance(until: Nanoseconds, limit = Infinity): Promise<boolean> {
    return this.loop.advance(until, limit);
  }

  /** Starts a host's program, in an event of its own: a new instance with the disk of the ones before. */
  start(host: number, at: Nanoseconds = this.options.sim.now): void {
    this.options.sim.post(at, this.started, host, this.hosts[host]);
  }

  /** The host is gone at once, with all that its program had in memory. */
  crash(host: number): void {
    this.options.hosts.crash(host);
    this.hosts[host].crash();
  }

  /** As after a loss of power that is over at once. */
  restart(host: number): void {
    this.crash(host);
    this.start(host);
  }

  /** The host's program stands still, as after SIGSTOP. Its kernel goes on. */
  pause(host: number): void {
    this.hosts[host].pause();
  }

  resume(host: number): void {
    this.hosts[host].resume();
  }

  /** Sends the host's program a signal: SIGTERM, for instance. */
  signal(host: number, name: NodeJS.Signals): void {
    this.hosts[host].signal(name);
  }

  /** Sets the host's time ahead, or back. */
  jumpClock(host: number, by: Nanoseconds): void {
    this.hosts[host].clock.jump(by);
  }

  /** Whether a program on the host takes TCP connections at a port. */
  listens(host: number, port: number): boolean {
    return this.hosts[host].stack.listens(port);
  }

  isRunning(host: number): boolean {
    return this.hosts[host].program !== undefined;
  }

  /** Ends all programs, as when their hosts lose power. */
  stop(): void {
    for (const host of this.hosts.keys()) this.crash(host);
  }

  private settled(machine: Machine): void {
    this.hosts[machine.index].settle();
  }

  private hung(program: Program): void {
    const patience = this.options.patience ?? PATIENCE;
    const error = `did not come to rest within ${patience / 1000} s of real time: a loop without end?`;
    program.end({ code: undefined, signal: undefined, error });
  }

  private tracerOf(host: number) {
    const { tracer, traced, sim } = this.options;
    if (tracer === undefined || traced?.has(host) !== true) return undefined;
    return (kind: Parameters<NonNullable<Machine['trace']>>[0], text: string) =>
      tracer({ time: sim.now, host, kind, text });
  }
}

function hostsBySite(plans: readonly VirtualHostPlan[]): ReadonlyMap<number, readonly number[]> {
  const sites = new Map<number, number[]>();
  for (const [host, { site }] of plans.entries()) {
    const others = sites.get(site);
    if (others === undefined) sites.set(site, [host]);
    else others.push(host);
  }
  return sites;
}

function mainOf(bundle: ServiceBundle, index: number): Main {
  const script = `petri-service:${index}/${bundle.name}`;
  addSourceMap(script, bundle.map);
  const service: Service = compileService(bundle, PARAMETERS, script);
  return program => {
    const { global } = program;
    const require = Object.assign((name: string) => program.require(name), {
      resolve: (name: string) => name,
      cache: {},
      main: undefined,
    });
    return service(require, program.process, global, global, global);
  };
}
