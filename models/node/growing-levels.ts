// Levels that grow: what each sliver takes of something, straight lines in time that are bent at events.
import type { Nanoseconds } from '../../sim/time.ts';

export class GrowingLevels {
  private readonly levels: Float64Array;
  private readonly slopes: Float64Array;
  private readonly since: Float64Array;

  constructor(count: number) {
    this.levels = new Float64Array(count);
    this.slopes = new Float64Array(count);
    this.since = new Float64Array(count);
  }

  /** @param slope what is added in a nanosecond, >= 0 */
  set(index: number, level: number, slope: number, now: Nanoseconds): void {
    this.levels[index] = level;
    this.slopes[index] = slope;
    this.since[index] = now;
  }

  at(index: number, now: Nanoseconds): number {
    return this.levels[index] + this.slopes[index] * (now - this.since[index]);
  }

  slopeOf(index: number): number {
    return this.slopes[index];
  }
}
