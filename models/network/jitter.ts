// Jitter: the part of a message's delay that differs from message to message.
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export interface Jitter {
  /** Extra one-way delay of one message from a node, in integer nanoseconds, >= 0. */
  sample(node: number): Nanoseconds;
}

export const noJitter: Jitter = { sample: () => 0 };

/** Exponentially distributed extra delay. It may reorder messages, as UDP allows. */
export class ExponentialJitter implements Jitter {
  private readonly mean: Nanoseconds;
  private readonly streams: (node: number) => RandomStream;

  constructor(mean: Nanoseconds, streams: (node: number) => RandomStream) {
    this.mean = mean;
    this.streams = streams;
  }

  sample(node: number): Nanoseconds {
    return Math.round(this.streams(node).exponential(this.mean));
  }
}
