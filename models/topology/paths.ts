// The square matrix of path delays, the form in which every imported topology ends.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Paths } from './topology.ts';

/** Delays in one flat array, row `from`, column `to`. */
export class MatrixPaths implements Paths {
  readonly size: number;
  private readonly delays: Float64Array;

  /** @param delays size * size one-way delays in nanoseconds, finite and >= 0, row by row */
  constructor(size: number, delays: Float64Array) {
    if (delays.length !== size * size) {
      throw new RangeError(`a matrix of ${size} sites needs ${size * size} delays, got ${delays.length}`);
    }
    this.size = size;
    this.delays = delays;
  }

  delay(from: number, to: number): Nanoseconds {
    return this.delays[from * this.size + to];
  }
}
