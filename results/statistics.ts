// The statistics that every metric has, whatever its kind. Where there is none the field is null, never zero.

export interface Statistics {
  readonly count: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export type StatisticName = keyof Statistics;

/** In the order of every table and file. */
export const STATISTIC_NAMES: readonly StatisticName[] = ['count', 'mean', 'min', 'p50', 'p90', 'p99', 'max'];

/** Statistics that are a count alone: of a counter, or of an empty sample (0). */
export function countOnly(count: number): Statistics {
  return { count, mean: null, min: null, p50: null, p90: null, p99: null, max: null };
}

/** The statistics in a unit that is `divisor` times as large; the count stays. */
export function inUnitsOf(divisor: number, statistics: Statistics): Statistics {
  if (divisor === 1) return statistics;
  const scaled = (value: number | null) => (value === null ? null : value / divisor);
  return {
    count: statistics.count,
    mean: scaled(statistics.mean),
    min: scaled(statistics.min),
    p50: scaled(statistics.p50),
    p90: scaled(statistics.p90),
    p99: scaled(statistics.p99),
    max: scaled(statistics.max),
  };
}
