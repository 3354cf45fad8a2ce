// What is seen of machines in the course of a run, window after window.
import type { Stage } from '../subsystem.ts';
import type { Lack } from './admission.ts';
import type { Disks } from './disks.ts';
import type { Memory } from './memory.ts';
import type { MachinesSpec } from './spec.ts';
import { WindowAverage } from './window-average.ts';

/** Cores that are wanted, and that are got. */
class Balance {
  readonly wanted = new WindowAverage();
  readonly got = new WindowAverage();

  change(byWant: number, byRate: number, now: number): void {
    this.wanted.change(byWant, now);
    this.got.change(byRate, now);
  }

  /** Share of what is wanted that is got, over a window; all of nothing is 1. */
  granted(now: number): number {
    const wanted = this.wanted.take(now);
    const got = this.got.take(now);
    return wanted > 0 ? Math.min(1, got / wanted) : 1;
  }
}

export class MachineGauges {
  private readonly stage: Stage;
  private readonly all = new Balance();
  /** By host, its slice's. */
  private readonly balances: readonly Balance[];
  private readonly cores = new WindowAverage();
  private readonly coresEach: number;
  private running = 0;

  /** @param lacks by host, for want of what it has been refused */
  constructor(
    spec: MachinesSpec,
    stage: Stage,
    memory: Memory,
    disks: Disks,
    lacks: readonly (Lack | undefined)[],
  ) {
    this.stage = stage;
    this.coresEach = spec.cores;
    const { sim, testbed, instruments } = stage;
    const { nodes } = testbed;
    this.cores.change(spec.cores * nodes.up.reduce((sum, up) => sum + up, 0), 0);
    this.balances = testbed.slices.flatMap(slice => {
      const balance = new Balance();
      return slice.nodes.map(() => balance);
    });
    const gauge = (name: string, read: () => number) => instruments.gauge(name, read, 'ratio');
    const ofAll = (size: number, used: () => number) => () => (size > 0 ? used() / (size * nodes.count) : 0);
    gauge('machines.cpu.used', () => {
      const cores = this.cores.take(sim.now);
      return cores > 0 ? this.all.got.take(sim.now) / cores : 0;
    });
    gauge('machines.cpu.denied', () => 1 - this.all.granted(sim.now));
    gauge(
      'machines.memory.used',
      ofAll(spec.memory, () => memory.used().memory),
    );
    gauge(
      'machines.swap.used',
      ofAll(spec.swap, () => memory.used().swap),
    );
    const onDisks = () => nodes.names.reduce((sum, _, node) => sum + disks.usedOn(node), 0);
    gauge('machines.disk.used', ofAll(spec.disk.size, onDisks));
    instruments.gauge('machines.slivers.running', () => this.running);
    const refused = lacks.filter(lack => lack !== undefined).length;
    instruments.gauge('machines.slivers.refused', () => refused);
    this.showSlices(lacks);
  }

  cpuChanged(host: number, byWant: number, byRate: number): void {
    if (byWant === 0 && byRate === 0) return;
    const { now } = this.stage.sim;
    this.all.change(byWant, byRate, now);
    this.balances[host].change(byWant, byRate, now);
  }

  sliverChanged(by: number): void {
    this.running += by;
  }

  nodeChanged(by: number): void {
    this.cores.change(by * this.coresEach, this.stage.sim.now);
  }

  /** Of slices that claim something of machines, or ask it of them. */
  private showSlices(lacks: readonly (Lack | undefined)[]): void {
    const { sim, testbed, instruments } = this.stage;
    let first = 0;
    for (const { spec, nodes } of testbed.slices) {
      const own = lacks.slice(first, first + nodes.length);
      const balance = this.balances[first];
      first += nodes.length;
      const refused = own.filter(lack => lack !== undefined).length;
      if (spec.claim) instruments.gauge(`${spec.name}.slivers.refused`, () => refused);
      if (spec.demand?.cpu ?? spec.demand?.jobs) {
        instruments.gauge(`${spec.name}.cpu.granted`, () => balance.granted(sim.now), 'ratio');
      }
    }
  }
}
