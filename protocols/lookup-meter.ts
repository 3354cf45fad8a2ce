// What is measured of lookups, whatever is looked up in: the designs of hash tables are compared by it.
import type { Counter, Distribution, Meter, Nanoseconds } from './port.ts';

/** What a lookup met on its way. */
interface Way {
  readonly hops: number;
  /** Nodes that were asked and did not answer. */
  readonly timeouts: number;
}

/**
 * The distributions `lookup.success` (1 or 0), `lookup.latency` (ns) and `lookup.hops` of those that succeeded, and the
 * counter `lookup.timeouts`.
 */
export class LookupMeter {
  private readonly success: Distribution;
  private readonly latency: Distribution;
  private readonly hops: Distribution;
  private readonly timeouts: Counter;

  constructor(meter: Meter) {
    this.success = meter.distribution('lookup.success', 'ratio');
    this.latency = meter.distribution('lookup.latency', 'ns');
    this.hops = meter.distribution('lookup.hops', 'hops');
    this.timeouts = meter.counter('lookup.timeouts');
  }

  succeeded({ hops, timeouts }: Way, latency: Nanoseconds): void {
    this.met(timeouts);
    this.success.record(1);
    this.latency.record(latency);
    this.hops.record(hops);
  }

  /** @param timeouts on its way, if it went any */
  failed(timeouts = 0): void {
    this.met(timeouts);
    this.success.record(0);
  }

  private met(timeouts: number): void {
    if (timeouts > 0) this.timeouts.add(timeouts);
  }
}
