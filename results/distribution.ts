// A distribution in bounded memory: exact count, sum, minimum and maximum beside a high-dynamic-range histogram.
import { build, type JsHistogram } from 'hdr-histogram-js';
import { countOnly, type Statistics } from './statistics.ts';
import { SCALES, type Unit } from './unit.ts';

/** A quantile is low by less than this part of the true one (or by less than one tick of its unit). */
export const QUANTILE_ERROR = 2 ** -10;

/**
 * The values recorded under one name.
 *
 * The q-quantile is the smallest recorded value that at least a share q of the sample does not exceed: the inverse of
 * the empirical distribution function (Hyndman and Fan 1996, type 1). What is reported is the lower edge of its bin:
 * never above it, and below it by less than 2^-10 of it (0.098 %) or one tick of the unit, whichever is the larger.
 * The first and the last value in order are exact, and so are whole numbers up to 2047.
 *
 * Memory grows with the largest value, by 8 KB each time it doubles, to at most 360 KB.
 */
export class Distribution {
  readonly name: string;
  readonly unit: Unit;
  private readonly ticks: number;
  private readonly limit: number;
  private readonly bins: JsHistogram;
  private count = 0;
  private sum = 0;
  private min = Infinity;
  private max = 0;

  constructor(name: string, unit: Unit) {
    this.name = name;
    this.unit = unit;
    this.ticks = SCALES[unit].ticks;
    this.limit = Number.MAX_SAFE_INTEGER / this.ticks;
    this.bins = newBins();
  }

  /**
   * @param value in the distribution's unit, >= 0 and at most 2^53 ticks of the unit (see unit.ts)
   * @throws {RangeError} for any other, NaN included: it names the metric, and nothing is recorded
   */
  record(value: number): void {
    if (!(value >= 0 && value <= this.limit)) throw this.refusal(value);
    this.bins.recordValue(value * this.ticks);
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Adds all that another distribution of the same unit holds; the result is that of recording its values here. */
  merge(other: Distribution): void {
    if (other.unit !== this.unit) {
      throw new RangeError(
        `${this.name} is in ${this.unit}, ${other.name} in ${other.unit}: they cannot be merged`,
      );
    }
    if (other.count === 0) return;
    const last = other.bins.countsArrayIndex(other.max * other.ticks);
    if (last >= this.bins.countsArrayLength) this.bins.resize(other.max * other.ticks);
    for (let index = other.bins.countsArrayIndex(other.min * other.ticks); index <= last; index++) {
      const count = other.bins.getCountAtIndex(index);
      if (count > 0) this.bins.addToCountAtIndex(index, count);
    }
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** Forgets all values and keeps the memory for the next ones. */
  reset(): void {
    if (this.count === 0) return;
    this.bins.reset();
    this.count = 0;
    this.sum = 0;
    this.min = Infinity;
    this.max = 0;
  }

  statistics(): Statistics {
    if (this.count === 0) return countOnly(0);
    const [p50, p90, p99] = this.quantiles([0.5, 0.9, 0.99]);
    return {
      count: this.count,
      mean: Math.min(this.max, Math.max(this.min, this.sum / this.count)),
      min: this.min,
      p50,
      p90,
      p99,
      max: this.max,
    };
  }

  /**
   * @param shares each in [0, 1], ascending
   * @returns the quantiles in the distribution's unit
   * @throws {RangeError} where nothing was recorded, or for a share that is out of range or out of order
   */
  quantiles<const S extends readonly number[]>(shares: S): { [K in keyof S]: number } {
    if (this.count === 0) throw new RangeError(`${this.name} has no quantile: nothing was recorded`);
    let index = this.bins.countsArrayIndex(this.min * this.ticks);
    let seen = this.bins.getCountAtIndex(index);
    let previous = 0;
    const quantile = (share: number): number => {
      if (!(share >= previous && share <= 1)) {
        throw new RangeError(`${this.name}: shares ascend within [0, 1], got ${share} after ${previous}`);
      }
      previous = share;
      const rank = rankOf(share, this.count);
      if (rank === this.count) return this.max;
      while (seen < rank) seen += this.bins.getCountAtIndex(++index);
      return Math.max(this.min, this.bins.valueFromIndex(index) / this.ticks);
    };
    return shares.map(quantile) as { [K in keyof S]: number };
  }

  private refusal(value: number): RangeError {
    return new RangeError(
      `${this.name} was given ${value}: a value in ${this.unit} is a number from 0 to ${this.limit.toPrecision(3)}`,
    );
  }
}

/** 64-bit counts: they never overflow, and recording is faster than with 32-bit ones. */
function newBins(): JsHistogram {
  return build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 }) as JsHistogram;
}

/** ceil(share * count), at least 1; a product that rounding lifted just above a whole number counts as that number. */
function rankOf(share: number, count: number): number {
  return Math.max(1, Math.ceil(share * count * (1 - 2 ** -51)));
}
