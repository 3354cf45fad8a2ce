// The world of a virtual run: its testbed, its hosts with their programs, its faults, and what is told of them.

import { parentPort } from 'node:worker_threads';
import { planHosts } from '../emulator/host-plan.ts';
import type { Packet } from '../emulator/virtual/transport/packet.ts';
import { VirtualRun } from '../emulator/virtual/virtual-run.ts';
import { wireBytes } from '../emulator/virtual/wire.ts';
import { buildTestbed } from '../models/build-testbed.ts';
import { injectFaults } from '../models/faults/inject.ts';
import { Fabric } from '../models/network/fabric.ts';
import { Hosts } from '../models/network/hosts.ts';
import { capsOf } from '../models/network/token-buckets.ts';
import { capSpecsOf, clockErrorsOf, hostsByNode, type Slivers, sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import { Sender } from '../results/courier.ts';
import { CausalSimulation } from '../sim/causal-simulation.ts';
import { EventLog } from '../sim/event-log.ts';
import { Simulation } from '../sim/simulation.ts';
import { milestones } from './milestones.ts';
import { ProgramMetrics } from './program-metrics.ts';
import type { FromVirtual, VirtualPlan } from './virtual-messages.ts';
import { VirtualPrograms } from './virtual-programs.ts';

/** Events between two looks at the world outside the run. */
const SLICE = 20_000;

const port = parentPort!;
const tell = (message: FromVirtual) => port.postMessage(message);

/** One that tells of events, or knows where each came from, where the plan wants it. */
function simulationFor({ events }: VirtualPlan): Simulation {
  if (typeof events === 'number') {
    Error.stackTraceLimit = 30;
    return new CausalSimulation();
  }
  return events === 'told'
    ? new Simulation(new EventLog(chunk => tell({ kind: 'events', chunk })))
    : new Simulation();
}

/** To be made in a thread whose realm is installed; it posts `FromVirtual` messages. */
export class VirtualWorld {
  private readonly plan: VirtualPlan;
  private readonly testbed: Testbed;
  private readonly slivers: Slivers;
  private readonly sim: Simulation;
  private readonly sender = new Sender();
  private readonly run: VirtualRun;
  private readonly programs: VirtualPrograms;
  private readonly metrics: ProgramMetrics;
  private failure: string | undefined;

  constructor(plan: VirtualPlan) {
    this.plan = plan;
    this.sim = simulationFor(plan);
    this.testbed = buildTestbed(plan.scenario);
    this.slivers = sliversOf(this.testbed);
    this.metrics = new ProgramMetrics(this.slivers, prefix => this.sender.meter(prefix));
    this.run = this.makeRun();
    this.programs = this.makePrograms();
    this.injectFaults();
  }

  async toItsEnd(): Promise<void> {
    const { sim, plan } = this;
    this.programs.begin();
    if (typeof plan.events === 'number') return this.explain(plan.events);
    for (const milestone of milestones(plan.scenario)) {
      const until = Math.min(milestone, plan.until);
      while (!(await this.run.advance(until, SLICE))) {
        tell({ kind: 'progress', now: sim.now, events: sim.events });
        if (this.over) return this.end();
      }
      if (this.over) return this.end();
      this.tellMilestone();
      if (milestone >= plan.until) break;
    }
    this.end();
  }

  private get over(): boolean {
    return this.failure !== undefined || Atomics.load(this.plan.stop, 0) !== 0;
  }

  /** Runs up to an event, and tells what it was. */
  private async explain(event: number): Promise<void> {
    const { sim, plan } = this;
    await this.run.advance(plan.until, event + 1);
    const reached = sim.events > event;
    const stack = (reached && (sim as CausalSimulation).origin?.stack) || '';
    tell({ kind: 'explained', explained: { event: reached ? sim.last : undefined, stack } });
  }

  private end(): void {
    const { sim } = this;
    this.tellMilestone();
    if (sim.digest instanceof EventLog) sim.digest.flush();
    tell({
      kind: 'ended',
      now: sim.now,
      events: sim.events,
      digest: sim.digest.toString(),
      failure: this.failure,
    });
  }

  private tellMilestone(): void {
    const nodesUp = this.testbed.nodes.up.reduce((sum, up) => sum + up, 0);
    tell({ kind: 'milestone', now: this.sim.now, parcel: this.sender.pack(), nodesUp });
  }

  private makeRun(): VirtualRun {
    const { sim, testbed, plan, sender } = this;
    const { network, nodes, seed } = testbed;
    const { names, nodeOf } = this.slivers;
    const hosts = new Hosts<Packet>(nodeOf);
    const caps = capsOf(capSpecsOf(this.slivers));
    const clocks = clockErrorsOf(this.slivers, seed);
    const cargo = { copy: (packet: Packet) => packet, corrupt: () => undefined, dropped: () => undefined };
    const run = new VirtualRun({
      sim,
      fabric: new Fabric(sim, { network, caps, hosts, cargo }, sender.meter('network'), sender.meter('site')),
      hosts,
      meter: sender.meter('transport'),
      seed,
      epoch: plan.epoch,
      services: plan.services,
      plans: planHosts(names).map((hostPlan, host) => ({
        plan: hostPlan,
        site: nodes.siteOf[nodeOf[host]],
        clock: { offset: clocks[host].offset, drift: clocks[host].rate - 1 },
        service: plan.serviceOf[host],
        args: plan.programs[host].args,
        env: plan.programs[host].env,
      })),
      ...(plan.debugged && { patience: Infinity }),
      watcher: {
        output: (host, _stream, line) => this.hear(host, line),
        exited: (host, ending) => this.programs.exited(host, ending),
      },
      tracer: ({ host, time, kind, text }) => tell({ kind: 'trace', host, time, text: `${kind} ${text}` }),
      traced: new Set(plan.traced),
    });
    if (plan.captured.length > 0) {
      const captured = new Set(plan.captured);
      run.tap = (host, direction, packet) => {
        if (!captured.has(host)) return;
        tell({ kind: 'packet', host, direction, time: sim.now, bytes: wireBytes(packet) });
      };
    }
    return run;
  }

  private makePrograms(): VirtualPrograms {
    const { plan, sim } = this;
    const { specs, names } = this.slivers;
    const programs = plan.programs.map((program, host) => {
      const { run } = specs[host];
      return { plan: program, name: names[host], after: 'after' in run ? run.after : [] };
    });
    return new VirtualPrograms(sim, this.run, programs, {
      ended: (host, well, how) => {
        this.metrics.ended(host, well);
        if (!well) tell({ kind: 'died', host, time: sim.now, how });
      },
      failed: message => {
        this.failure ??= message;
      },
    });
  }

  private hear(host: number, line: string): void {
    this.programs.printed(host, line);
    if (this.metrics.take(host, line)) return;
    if (this.plan.answers && line.startsWith('{')) tell({ kind: 'json', host, line });
    tell({ kind: 'output', host, text: `${line}\n` });
  }

  private injectFaults(): void {
    const { testbed, run, programs, sim } = this;
    const { nodes, network } = testbed;
    const hostsOn = hostsByNode(this.slivers, testbed);
    injectFaults(testbed.faults, sim, network, {
      crash(node) {
        if (!nodes.up[node]) return;
        nodes.up[node] = 0;
        for (const host of hostsOn[node]) programs.crash(host);
      },
      recover(node) {
        if (nodes.up[node]) return;
        nodes.up[node] = 1;
        for (const host of hostsOn[node]) programs.restart(host);
      },
      pause: node => hostsOn[node].forEach(host => void run.pause(host)),
      resume: node => hostsOn[node].forEach(host => void run.resume(host)),
      jumpClock: (node, by) => hostsOn[node].forEach(host => void run.jumpClock(host, by)),
    });
  }
}
