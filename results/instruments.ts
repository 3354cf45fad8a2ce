// The three kinds of metric as the recorder keeps them: what is open in this window, the series so far, the total.
import { Distribution } from './distribution.ts';
import { ResultsError } from './errors.ts';
import { countOnly, inUnitsOf, type Statistics } from './statistics.ts';
import { SCALES, type Unit } from './unit.ts';

export type Kind = 'counter' | 'gauge' | 'distribution';

/** A metric of any kind. All statistics are in its unit as shown. */
export interface Metric {
  readonly name: string;
  readonly kind: Kind;
  readonly unit: Unit;
  /** Number of the recorder's window in which the metric's series begins. */
  readonly firstWindow: number;
  /** Ends the window: its statistics join the series, its values the total. */
  closeWindow(): void;
  /** Forgets the total and what the open window holds; the series stays. */
  restart(): void;
  /** Of all since the last restart, the open window included. */
  total(): Statistics;
  /** @param index 0 is the window `firstWindow` */
  window(index: number): Statistics;
}

/** Counts events or amounts. A window of its series holds the increment. */
export class CounterMetric implements Metric {
  readonly kind = 'counter';
  readonly unit = 'count';
  readonly name: string;
  readonly firstWindow: number;
  private readonly increments: number[] = [];
  private closed = 0;
  private open = 0;

  constructor(name: string, firstWindow: number) {
    this.name = name;
    this.firstWindow = firstWindow;
  }

  /**
   * @param by finite, >= 0; 1 where left out
   * @throws {RangeError} for any other, NaN included
   */
  add(by = 1): void {
    if (!(by >= 0 && by < Infinity))
      throw new RangeError(`${this.name} was added ${by}: a counter only goes up`);
    this.open += by;
  }

  closeWindow(): void {
    this.increments.push(this.open);
    this.closed += this.open;
    this.open = 0;
  }

  restart(): void {
    this.closed = 0;
    this.open = 0;
  }

  total(): Statistics {
    return countOnly(this.closed + this.open);
  }

  window(index: number): Statistics {
    return countOnly(this.increments[index]);
  }
}

/** A quantity that is read at the end of every window. Its total is the sample of the values read. */
export class GaugeMetric implements Metric {
  readonly kind = 'gauge';
  readonly name: string;
  readonly unit: Unit;
  readonly firstWindow: number;
  private readonly read: () => number;
  private readonly values: number[] = [];
  private readonly sampled: Distribution;

  constructor(name: string, unit: Unit, firstWindow: number, read: () => number) {
    this.name = name;
    this.unit = unit;
    this.firstWindow = firstWindow;
    this.read = read;
    this.sampled = new Distribution(name, unit);
  }

  closeWindow(): void {
    const value = this.read();
    this.sampled.record(value);
    this.values.push(value / SCALES[this.unit].perShown);
  }

  restart(): void {
    this.sampled.reset();
  }

  total(): Statistics {
    return inUnitsOf(SCALES[this.unit].perShown, this.sampled.statistics());
  }

  window(index: number): Statistics {
    const value = this.values[index];
    return { count: 1, mean: value, min: value, p50: value, p90: value, p99: value, max: value };
  }
}

/** Numbers that one window of a distribution takes in its series. */
const WIDTH = 7;

/**
 * A distribution with its series. Values are recorded once, into the open window, and join the total when it closes:
 * that keeps `record` at the price of one histogram.
 */
export class DistributionMetric implements Metric {
  readonly kind = 'distribution';
  readonly name: string;
  readonly unit: Unit;
  readonly firstWindow: number;
  /** The instrument to record into. */
  readonly open: Distribution;
  private readonly closed: Distribution;
  private readonly series: number[] = [];

  constructor(name: string, unit: Unit, firstWindow: number) {
    this.name = name;
    this.unit = unit;
    this.firstWindow = firstWindow;
    this.open = new Distribution(name, unit);
    this.closed = new Distribution(name, unit);
  }

  closeWindow(): void {
    const { count, mean, min, p50, p90, p99, max } = this.shown(this.open);
    this.series.push(count, mean ?? NaN, min ?? NaN, p50 ?? NaN, p90 ?? NaN, p99 ?? NaN, max ?? NaN);
    this.closed.merge(this.open);
    this.open.reset();
  }

  restart(): void {
    this.closed.reset();
    this.open.reset();
  }

  total(): Statistics {
    const all = new Distribution(this.name, this.unit);
    all.merge(this.closed);
    all.merge(this.open);
    return this.shown(all);
  }

  window(index: number): Statistics {
    const [count, mean, min, p50, p90, p99, max] = this.series.slice(index * WIDTH, (index + 1) * WIDTH);
    return count === 0 ? countOnly(0) : { count, mean, min, p50, p90, p99, max };
  }

  private shown(distribution: Distribution): Statistics {
    return inUnitsOf(SCALES[this.unit].perShown, distribution.statistics());
  }
}

/** The error of asking for one name as two different things. */
export function conflict(existing: Metric, wanted: string): ResultsError {
  return new ResultsError(
    `the metric '${existing.name}' is a ${existing.kind} in ${existing.unit}, it cannot also be ${wanted}`,
    'give one of the two another name',
  );
}
