// Jitter: the part of a message's delay that differs from message to message.
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';

export interface Jitter {
  /** Extra one-way delay of one message of a sender, in integer nanoseconds, >= 0. */
  sample(sender: number): Nanoseconds;
}

export const noJitter: Jitter = { sample: () => 0 };

/** Exponentially distributed extra delay. It may reorder messages, as UDP allows. */
export class ExponentialJitter implements Jitter {
  private readonly mean: Nanoseconds;
  private readonly streams: (sender: number) => RandomStream;

  constructor(mean: Nanoseconds, streams: (sender: number) => RandomStream) {
    this.mean = mean;
    this.streams = streams;
  }

  sample(sender: number): Nanoseconds {
    return Math.round(this.streams(sender).exponential(this.mean));
  }
}
