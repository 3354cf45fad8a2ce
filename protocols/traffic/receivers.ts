// To whom a host sends.
import { sampleOther } from '../members.ts';
import type { Address, Directory } from '../port.ts';

export class Receivers {
  private readonly directory: Directory;
  private readonly self: Address;
  private readonly count: number;
  private readonly random: () => number;
  private readonly drawn: Address[] = [];

  /** @param count how many, once they are listed; 0: each time whoever is drawn from all */
  constructor(directory: Directory, self: Address, count: number, random: () => number) {
    this.directory = directory;
    this.self = self;
    this.count = count;
    this.random = random;
  }

  /** Undefined where nobody else is listed. */
  next(): Address | undefined {
    const { drawn, count } = this;
    if (count === 0) return this.sample();
    if (drawn.length < count) {
      const other = this.sample();
      if (other !== undefined && !drawn.includes(other)) drawn.push(other);
    }
    return drawn.length === 0 ? undefined : drawn[Math.floor(this.random() * drawn.length)];
  }

  private sample(): Address | undefined {
    return sampleOther(this.directory, this.self, this.random);
  }
}
