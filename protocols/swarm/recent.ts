// How much came or went lately: what the choker ranks neighbours by.
import type { Nanoseconds } from '../port.ts';

/** Seconds over which is summed: Cohen's rolling average. */
const WINDOW = 20;

/** A sum over the last 20 s, in steps of a second. */
export class Recent {
  private readonly bins = new Float64Array(WINDOW);
  private second = -Infinity;
  private total = 0;

  add(now: Nanoseconds, amount: number): void {
    this.advance(now);
    this.bins[this.second % WINDOW] += amount;
    this.total += amount;
  }

  sum(now: Nanoseconds): number {
    this.advance(now);
    return this.total;
  }

  private advance(now: Nanoseconds): void {
    const second = Math.floor(now / 1e9);
    if (second === this.second) return;
    if (second - this.second >= WINDOW) {
      this.bins.fill(0);
      this.total = 0;
    } else {
      for (let begun = this.second + 1; begun <= second; begun++) {
        this.total -= this.bins[begun % WINDOW];
        this.bins[begun % WINDOW] = 0;
      }
    }
    this.second = second;
  }
}
