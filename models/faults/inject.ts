// Injection: makes the faults of a schedule happen.
import type { Simulation } from '../../sim/simulation.ts';
import { NO_HOST } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Network } from '../network/network.ts';
import type { FaultEvent, SlowLink } from './schedule.ts';

/** Whose nodes crash and come back. */
export interface Victims {
  crash(node: number): void;
  restart(node: number): void;
}

/** Puts a schedule's events into a simulation. */
export function injectFaults(
  events: readonly FaultEvent[],
  sim: Simulation,
  network: Network,
  victims: Victims,
): void {
  const slowness = new Slowness(network);
  const fault = sim.kind<FaultEvent>('fault', (_host, event) => happen(event, network, slowness, victims));
  for (const event of events) sim.post(event.at, fault, NO_HOST, event);
}

function happen(event: FaultEvent, network: Network, slowness: Slowness, victims: Victims): void {
  switch (event.kind) {
    case 'crash':
    case 'restart':
      victims[event.kind](event.node);
      break;
    case 'cut':
      network.cuts.add(event.grouping);
      break;
    case 'heal':
      network.cuts.remove(event.grouping);
      break;
    case 'slow':
      slowness.begin(event.link);
      break;
    case 'mend':
      slowness.end(event.link);
      break;
  }
}

/** The slow links in force. Of several that concern one node the slowest rate holds, and their delays add up. */
class Slowness {
  private readonly network: Network;
  private readonly rates = new Map<number, number[]>();

  constructor(network: Network) {
    this.network = network;
  }

  begin({ nodes, rate, delay }: SlowLink): void {
    for (const node of nodes) {
      this.delay(node, delay);
      if (rate !== undefined) this.limit(node, [...this.ratesOf(node), rate]);
    }
  }

  end({ nodes, rate, delay }: SlowLink): void {
    for (const node of nodes) {
      this.delay(node, -delay);
      if (rate !== undefined)
        this.limit(node, this.ratesOf(node).toSpliced(this.ratesOf(node).indexOf(rate), 1));
    }
  }

  private delay(node: number, change: Nanoseconds): void {
    this.network.up.addDelay(node, change);
    this.network.down.addDelay(node, change);
  }

  private ratesOf(node: number): number[] {
    return this.rates.get(node) ?? [];
  }

  private limit(node: number, rates: number[]): void {
    this.rates.set(node, rates);
    const slowest = rates.length > 0 ? Math.min(...rates) : undefined;
    this.network.up.setRate(node, slowest);
    this.network.down.setRate(node, slowest);
  }
}
