// The rumours that a host has heard, and how old each is.
import { MOST_KNOWN, MOST_RUMOURS, sizeOfRumour } from './codec.ts';
import type { Rumour } from './messages.ts';

interface Heard {
  rumour: Rumour;
  /** Whether it was heard since the last round: it is told from the next one on. */
  fresh: boolean;
}

export class Rumours {
  /** Rounds since its publication that a rumour is told. */
  private readonly hot: number;
  private readonly heard = new Map<number, Heard>();

  constructor(hot: number) {
    this.hot = hot;
  }

  get size(): number {
    return this.heard.size;
  }

  has(id: number): boolean {
    return this.heard.has(id);
  }

  /** @returns whether it is new; what is too old to be told is not, since it may have been forgotten */
  hear(rumour: Rumour): boolean {
    if (rumour.age >= this.hot || this.heard.has(rumour.id)) return false;
    this.heard.set(rumour.id, { rumour, fresh: true });
    return true;
  }

  /** A round begins: all are a round older, and the oldest forgotten. */
  grow(): void {
    for (const heard of this.heard.values()) {
      heard.fresh = false;
      const { id, age, publisher, body } = heard.rumour;
      heard.rumour = { id, age: age + 1, publisher, body };
      if (age + 1 >= 2 * this.hot) this.heard.delete(id);
    }
  }

  /** What is to be told, the newest first, as far as a datagram holds it. @param except ids */
  telling(except?: ReadonlySet<number>): Rumour[] {
    const told: Rumour[] = [];
    let room = MOST_RUMOURS;
    for (const { rumour, fresh } of this.heard.values()) {
      if (fresh || rumour.age > this.hot || except?.has(rumour.id)) continue;
      told.push(rumour);
    }
    told.sort((a, b) => a.age - b.age);
    return told.filter(rumour => {
      room -= sizeOfRumour(rumour);
      return room >= 0;
    });
  }

  /** The ids of all that are remembered, or of the last heard where a datagram cannot hold all. */
  known(): number[] {
    const ids = [...this.heard.keys()];
    return ids.length > MOST_KNOWN ? ids.slice(-MOST_KNOWN) : ids;
  }
}
