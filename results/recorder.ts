// The recorder: hands out instruments by name, cuts their records into windows of time, and keeps what came out.
import { ResultsError } from './errors.ts';
import {
  CounterMetric,
  conflict,
  DistributionMetric,
  GaugeMetric,
  type Kind,
  type Metric,
} from './instruments.ts';
import type { Statistics } from './statistics.ts';
import { SCALES, type ShownUnit, type Unit } from './unit.ts';

/** An instrument that counts. */
export interface Counter {
  add(by?: number): void;
}

/** An instrument that takes values. */
export interface ValueRecorder {
  record(value: number): void;
}

/** A recorder's instruments under one prefix. */
export interface Meter {
  counter(name: string): Counter;
  distribution(name: string, unit: Unit): ValueRecorder;
}

/** One window of one metric's time series. */
export interface SeriesRow extends Statistics {
  /** End of the window, in seconds. */
  readonly time: number;
  /** Length of the window, in seconds, > 0. */
  readonly span: number;
}

/** A metric's time series, in the unit as shown. */
export interface Series {
  readonly name: string;
  readonly kind: Kind;
  readonly unit: ShownUnit;
  rows(): Iterable<SeriesRow>;
}

/** A metric over the measured part of the run, in the unit as shown. */
export interface MetricTotal {
  readonly name: string;
  readonly unit: ShownUnit;
  readonly statistics: Statistics;
}

/**
 * Records one run. Times are in nanoseconds and never go back. A window reaches from the last `sample` (or
 * `startMeasuring`, or the start) to the next; records made at the instant of a `sample`, after it, belong to the next.
 */
export class Recorder {
  private readonly metrics = new Map<string, Metric>();
  private readonly start: number;
  private readonly ends: number[] = [];
  private measuredSince: number;

  /** @param start the time at which the run starts, in nanoseconds */
  constructor(start = 0) {
    this.start = start;
    this.measuredSince = start;
  }

  /** Instruments whose names are `${prefix}.${name}`. */
  meter(prefix: string): Meter {
    return {
      counter: name => this.counter(`${prefix}.${name}`),
      distribution: (name, unit) => this.distribution(`${prefix}.${name}`, unit),
    };
  }

  /** @throws {ResultsError} where the name is that of another kind of metric */
  counter(name: string): Counter {
    const existing = this.metrics.get(name);
    if (existing instanceof CounterMetric) return existing;
    if (existing) throw conflict(existing, 'a counter');
    return this.enter(new CounterMetric(name, this.ends.length));
  }

  /** @throws {ResultsError} where the name is that of another kind of metric, or in another unit */
  distribution(name: string, unit: Unit): ValueRecorder {
    const existing = this.metrics.get(name);
    if (existing instanceof DistributionMetric && existing.unit === unit) return existing.open;
    if (existing) throw conflict(existing, `a distribution in ${unit}`);
    return this.enter(new DistributionMetric(name, unit, this.ends.length)).open;
  }

  /**
   * A quantity that is read at the end of every window.
   * @param read answers a finite number >= 0 in the unit; what it throws, `sample` throws
   * @throws {ResultsError} where the name is taken: two readers of one gauge would contradict each other
   */
  gauge(name: string, read: () => number, unit: Unit = 'count'): void {
    const existing = this.metrics.get(name);
    if (existing) throw conflict(existing, 'another gauge');
    this.enter(new GaugeMetric(name, unit, this.ends.length, read));
  }

  /**
   * Ends the warm-up: totals start afresh, series go on. The open window ends here too, so that no window holds
   * records from both sides. Whatever was recorded at this very instant before the call counts as warm-up.
   * @throws {RangeError} where `now` is before the last window's end
   */
  startMeasuring(now: number): void {
    this.sample(now);
    for (const metric of this.metrics.values()) metric.restart();
    this.measuredSince = now;
  }

  /**
   * Closes a window of the time series. Without effect where no time has passed since the last one.
   * @throws {RangeError} where `now` is before the last window's end, or where a gauge reads no valid number
   */
  sample(now: number): void {
    const last = this.ends.at(-1) ?? this.start;
    if (!(now >= last && now < Infinity)) {
      throw new RangeError(`a window cannot end at ${now} ns: the last one ended at ${last} ns`);
    }
    if (now === last) return;
    for (const metric of this.metrics.values()) metric.closeWindow();
    this.ends.push(now);
  }

  /** The end of the warm-up in seconds; the start of the run where there was none. */
  get measuredFrom(): number {
    return this.measuredSince / 1e9;
  }

  /** Every metric's statistics since the end of the warm-up, by name. */
  totals(): MetricTotal[] {
    return this.byName().map(metric => ({
      name: metric.name,
      unit: SCALES[metric.unit].shown,
      statistics: metric.total(),
    }));
  }

  /** Every metric's time series, the warm-up included, by name. */
  series(): Series[] {
    return this.byName().map(metric => ({
      name: metric.name,
      kind: metric.kind,
      unit: SCALES[metric.unit].shown,
      rows: () => this.rowsOf(metric),
    }));
  }

  private *rowsOf(metric: Metric): Iterable<SeriesRow> {
    for (let window = metric.firstWindow; window < this.ends.length; window++) {
      const end = this.ends[window];
      const begin = window === 0 ? this.start : this.ends[window - 1];
      yield { time: end / 1e9, span: (end - begin) / 1e9, ...metric.window(window - metric.firstWindow) };
    }
  }

  /** In code-unit order: the same on every machine, whatever the order of asking. */
  private byName(): Metric[] {
    return [...this.metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private enter<M extends Metric>(metric: M): M {
    if (metric.name === '' || /(^|\.)(\.|$)/.test(metric.name)) {
      throw new ResultsError(
        `'${metric.name}' is no name for a metric`,
        'name it by words with dots between them',
      );
    }
    this.metrics.set(metric.name, metric);
    return metric;
  }
}
