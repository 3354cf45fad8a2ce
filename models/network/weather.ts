// Weather: what a path adds to the delay of messages, and takes of them, because it is that time and no other.
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Variation } from '../topology/variation.ts';

/** Nodes are named by their index; a sender's draws decide over its messages. */
export interface Weather {
  /** One-way delay over that of the path, in integer nanoseconds, >= 0. */
  extraDelay(from: number, to: number, now: Nanoseconds): Nanoseconds;
  /** Whether the path loses a message. */
  drops(from: number, to: number, now: Nanoseconds, sender: number): boolean;
}

/** Paths that are the same at all times. */
export const steady: Weather = { extraDelay: () => 0, drops: () => false };

/** Paths that vary as a model of them says. */
export class VaryingPaths implements Weather {
  private readonly variation: Variation;
  private readonly streams: (sender: number) => RandomStream;

  constructor(variation: Variation, streams: (sender: number) => RandomStream) {
    this.variation = variation;
    this.streams = streams;
  }

  extraDelay(from: number, to: number, now: Nanoseconds): Nanoseconds {
    return this.variation.extraDelay(from, to, now);
  }

  drops(from: number, to: number, now: Nanoseconds, sender: number): boolean {
    const rate = this.variation.lossRate(from, to, now);
    return rate > 0 && this.streams(sender).uniform() < rate;
  }
}
