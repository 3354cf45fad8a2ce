// Variants of one scenario, run with one seed, and what sets them apart.
import type { StatisticName, Statistics } from './statistics.ts';
import { STATISTIC_NAMES } from './statistics.ts';
import { type ExpectationResult, type MetricSummary, type Summary, statistic } from './summary.ts';
import type { ShownUnit } from './unit.ts';

/** The summary.json of a run of variants. */
export interface VariantsSummary {
  readonly scenario: string;
  readonly mode: string;
  readonly seed: string;
  /** Over the names and digests of all variants; empty where they have none. */
  readonly digest: string;
  /** Each variant's own summary, by its name. */
  readonly variants: Readonly<Record<string, Summary>>;
  /** Of each variant, and of two together; a text begins with the name of the variant that it is about. */
  readonly expectations: readonly ExpectationResult[];
  /** True where a variant was stopped before its end, or has not run. */
  readonly partial: boolean;
  readonly version: string;
}

/** One statistic of a metric in every variant. */
export interface ComparedStatistic {
  readonly metric: string;
  readonly statistic: StatisticName;
  readonly unit: ShownUnit;
  /** In the order of the variants; null where one has no such number. */
  readonly values: readonly (number | null)[];
}

/** The names of all metrics that any of the runs has, in code-unit order. */
export const metricNames = (summaries: readonly Summary[]): string[] =>
  [...new Set(summaries.flatMap(({ metrics }) => Object.keys(metrics)))].sort();

/** The metric in the run that has most of it: a value, or a count of nothing, or no such metric. */
export function fullest(metric: string, summaries: readonly Summary[]): MetricSummary {
  const present = summaries.flatMap(({ metrics }) => (Object.hasOwn(metrics, metric) ? metrics[metric] : []));
  return present.find(({ mean }) => mean !== null) ?? present[0];
}

/** One row a statistic that any of the runs has. */
export function compareStatistics(
  metric: string,
  names: readonly StatisticName[],
  summaries: readonly Summary[],
): ComparedStatistic[] {
  const { unit } = fullest(metric, summaries);
  return names
    .map(name => ({
      metric,
      statistic: name,
      unit: name === 'count' ? ('count' as const) : unit,
      values: summaries.map(summary => statistic(summary, metric, name) ?? null),
    }))
    .filter(({ values }) => values.some(value => value !== null));
}

const NOTHING: Pick<Statistics, 'count' | 'mean'> = { count: 0, mean: null };

/** Whether a metric says the same of all runs. One that a run does not have is there as one that has counted nothing. */
export function isAlike(metric: string, summaries: readonly Summary[]): boolean {
  const [first, ...others] = summaries.map(
    ({ metrics }): Partial<Statistics> => (Object.hasOwn(metrics, metric) ? metrics[metric] : NOTHING),
  );
  return others.every(other =>
    STATISTIC_NAMES.every(name => (other[name] ?? null) === (first[name] ?? null)),
  );
}

/** What is said of metrics that a table of variants does not show. */
export function leftOut(metrics: number): string {
  if (metrics === 0) return '';
  return metrics === 1
    ? '1 metric is the same in all variants and is left out'
    : `${metrics} metrics are the same in all variants and are left out`;
}
