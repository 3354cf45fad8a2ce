// Impairments: what befalls a few messages on their path beside loss. They are doubled, damaged, or held back.
import type { RandomStream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Jitter } from './jitter.ts';

export interface Chance {
  /** Decides over the next message of a sender. */
  strikes(sender: number): boolean;
}

export const never: Chance = { strikes: () => false };

/** Strikes each message with the same probability, whatever became of the others. */
export class RandomChance implements Chance {
  private readonly rate: number;
  private readonly streams: (sender: number) => RandomStream;

  constructor(rate: number, streams: (sender: number) => RandomStream) {
    this.rate = rate;
    this.streams = streams;
  }

  strikes(sender: number): boolean {
    return this.streams(sender).uniform() < this.rate;
  }
}

/** What befalls one message, as bits. */
export const DUPLICATED = 1;
export const DAMAGED = 2;

export interface Mishaps {
  /** Decides over the next message of a sender: 0, or bits of what befalls it. */
  next(sender: number): number;
}

export const noMishaps: Mishaps = { next: () => 0 };

/** Duplication and damage, each by its own luck. */
export class RandomMishaps implements Mishaps {
  private readonly duplication: Chance;
  private readonly damage: Chance;

  constructor(duplication: Chance, damage: Chance) {
    this.duplication = duplication;
    this.damage = damage;
  }

  next(sender: number): number {
    return (this.duplication.strikes(sender) ? DUPLICATED : 0) | (this.damage.strikes(sender) ? DAMAGED : 0);
  }
}

/** Jitter, and beside it messages that are held back so long that what is sent after them overtakes them. */
export class Reordering implements Jitter {
  private readonly jitter: Jitter;
  private readonly chance: Chance;
  private readonly by: Nanoseconds;

  constructor(jitter: Jitter, chance: Chance, by: Nanoseconds) {
    this.jitter = jitter;
    this.chance = chance;
    this.by = by;
  }

  sample(sender: number): Nanoseconds {
    const jitter = this.jitter.sample(sender);
    return this.chance.strikes(sender) ? jitter + this.by : jitter;
  }
}
