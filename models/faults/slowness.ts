// Slowness: the slow links that faults have put in force.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Network } from '../network/network.ts';
import type { SlowLink } from './event.ts';

/** Of several slow links that concern one node the slowest rate holds, and their delays add up. */
export class Slowness {
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
