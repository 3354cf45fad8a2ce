// Tenants: what slices' slivers ask of their nodes while they run, CPU and jobs, and what they are seen to get.
import type { Counter, Distribution } from '../../protocols/port.ts';
import type { EventKind } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Stage } from '../subsystem.ts';
import { type CpuDemand, cpuDemandsOf } from './cpu-demand.ts';
import type { Disks } from './disks.ts';
import { Jobs } from './jobs.ts';
import type { Processors } from './processors.ts';

/** What belongs to a slice. */
interface Tenant {
  readonly jobs: Jobs | undefined;
  /** Of the node's CPU, in each sample. */
  readonly used: Distribution | undefined;
  readonly resets: Counter | undefined;
}

/** A step of a sliver's demand. */
interface Step {
  readonly begun: Nanoseconds;
  /** CPU time that it had had by then. */
  readonly spent: Nanoseconds;
}

export class Tenants {
  private readonly stage: Stage;
  private readonly cores: number;
  private readonly processors: Processors;
  private readonly tenantOf: readonly Tenant[];
  private readonly demands: readonly (CpuDemand | undefined)[];
  private readonly steps: (Step | undefined)[] = [];
  private readonly lives: Int32Array;
  private readonly step: EventKind<undefined>;

  /** @throws {TestbedError} where a trace is none */
  constructor(stage: Stage, cores: number, processors: Processors, disks: Disks) {
    this.stage = stage;
    this.cores = cores;
    this.processors = processors;
    const { sim, testbed, slivers, instruments } = stage;
    this.lives = new Int32Array(slivers.names.length);
    const room = { sim, processors, disks, seed: testbed.seed, ...slivers };
    this.tenantOf = testbed.slices.flatMap(({ spec: { name, demand }, nodes }) => {
      const meter = instruments.meter(name);
      const tenant: Tenant = {
        jobs: demand?.jobs && new Jobs(demand.jobs, room, meter),
        used: demand?.cpu && 'every' in demand.cpu ? meter.distribution('cpu.used', 'ratio') : undefined,
        resets: demand?.memory && meter.counter('resets'),
      };
      return nodes.map(() => tenant);
    });
    this.demands = testbed.slices.flatMap(({ spec: { name, demand }, nodes, hosts }) => {
      if (demand?.cpu === undefined) return nodes.map(() => undefined);
      const { siteOf, sites } = testbed.nodes;
      const demanders = nodes.map((node, index) => ({
        slice: name,
        name: hosts[index],
        site: sites[siteOf[node]],
      }));
      return cpuDemandsOf(demand.cpu, demanders, cores, testbed.seed);
    });
    this.step = sim.kind('cpu-demand', (host, _nothing, life) => {
      if (life === this.lives[host]) this.goOn(host);
    });
  }

  sliverUp(host: number): void {
    this.goOn(host);
    this.tenantOf[host].jobs?.sliverUp(host);
  }

  sliverDown(host: number): void {
    this.lives[host]++;
    this.steps[host] = undefined;
    this.tenantOf[host].jobs?.sliverDown(host);
  }

  wasReset(host: number): void {
    this.tenantOf[host].resets?.add();
  }

  /** Ends a step of the demand, if there is one, and begins the next. */
  private goOn(host: number): void {
    const demand = this.demands[host];
    if (demand === undefined) return;
    const { sim } = this.stage;
    const spent = this.processors.spentBy(host);
    const last = this.steps[host];
    if (last !== undefined && demand.sampled) {
      this.tenantOf[host].used?.record((spent - last.spent) / ((sim.now - last.begun) * this.cores));
    }
    this.steps[host] = { begun: sim.now, spent };
    this.processors.load(host, demand.step(sim.now));
    if (demand.until < Infinity) sim.post(demand.until, this.step, host, undefined, this.lives[host]);
  }
}
