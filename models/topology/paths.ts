// The square matrix of path delays, the form in which every imported topology ends.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Paths, Routes } from './topology.ts';

/** Delays in one flat array, row `from`, column `to`. */
export class MatrixPaths implements Paths {
  readonly size: number;
  readonly routes?: Routes;
  private readonly delays: Float64Array;

  /**
   * @param delays size * size one-way delays in nanoseconds, finite and >= 0, row by row
   * @param routes where more is known of the paths than their delays
   */
  constructor(size: number, delays: Float64Array, routes?: Routes) {
    if (delays.length !== size * size) {
      throw new RangeError(`a matrix of ${size} sites needs ${size * size} delays, got ${delays.length}`);
    }
    this.size = size;
    this.delays = delays;
    if (routes) this.routes = routes;
  }

  delay(from: number, to: number): Nanoseconds {
    return this.delays[from * this.size + to];
  }
}
