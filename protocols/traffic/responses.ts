// What is measured of what came where it was wanted.
import type { Counter, Distribution, Meter, Nanoseconds } from '../port.ts';

/**
 * The counter `goodput.bytes` (payload that came for the first time), and of requests the distributions
 * `response.answered` (ratio: 1 or 0) and `response.latency` (ns, from the request until all of the response is there).
 */
export class Responses {
  private readonly goodput: Counter;
  private readonly answered: Distribution;
  private readonly latency: Distribution;

  constructor(meter: Meter) {
    this.goodput = meter.counter('goodput.bytes');
    this.answered = meter.distribution('response.answered', 'ratio');
    this.latency = meter.distribution('response.latency', 'ns');
  }

  received(bytes: number): void {
    this.goodput.add(bytes);
  }

  /** @param latency undefined where the request failed */
  ended(latency: Nanoseconds | undefined): void {
    this.answered.record(latency === undefined ? 0 : 1);
    if (latency !== undefined) this.latency.record(latency);
  }
}
