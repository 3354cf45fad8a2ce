// Loss: whether a message is lost on its path, independently or in bursts.
import type { RandomStream } from '../../sim/random.ts';
import type { LossSpec } from './spec.ts';

export interface Loss {
  /** Decides over the next message of a sender. */
  drops(sender: number): boolean;
}

export const noLoss: Loss = { drops: () => false };

/** Each message is lost with the same probability, whatever became of the others. */
export class IndependentLoss implements Loss {
  private readonly rate: number;
  private readonly streams: (sender: number) => RandomStream;

  constructor(rate: number, streams: (sender: number) => RandomStream) {
    this.rate = rate;
    this.streams = streams;
  }

  drops(sender: number): boolean {
    return this.streams(sender).uniform() < this.rate;
  }
}

// What became of a sender's last message; 0 where it has sent none.
const PASSED = 1;
const LOST = 2;

/**
 * Two states a sender, one that loses all and one that loses nothing, changing from message to message
 * (Gilbert, Bell System Technical Journal 39(5), 1960, with h = 0). Bursts are geometric with the given mean.
 * The first message finds either state as often as it is met in the long run.
 */
export class BurstLoss implements Loss {
  /** The chance that the next message is lost, by what became of the last. */
  private readonly chances: readonly number[];
  private readonly last: Uint8Array;
  private readonly streams: (sender: number) => RandomStream;

  constructor(senders: number, spec: LossSpec, streams: (sender: number) => RandomStream) {
    const leave = 1 / spec.burst;
    this.chances = [spec.rate, (spec.rate * leave) / (1 - spec.rate), 1 - leave];
    this.last = new Uint8Array(senders);
    this.streams = streams;
  }

  drops(sender: number): boolean {
    const lost = this.streams(sender).uniform() < this.chances[this.last[sender]];
    this.last[sender] = lost ? LOST : PASSED;
    return lost;
  }
}
