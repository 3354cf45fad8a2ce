// comparison.csv: every statistic of every metric, a column a variant.
import { stringify } from 'csv-stringify/sync';
import { compareStatistics, metricNames } from './comparison.ts';
import { STATISTIC_NAMES } from './statistics.ts';
import type { Summary } from './summary.ts';

/** An empty field means that the variant has no such number. @param variants summaries by name */
export function comparisonCsv(variants: Readonly<Record<string, Summary>>): string {
  const summaries = Object.values(variants);
  const rows = metricNames(summaries)
    .flatMap(metric => compareStatistics(metric, STATISTIC_NAMES, summaries))
    .map(({ metric, statistic, unit, values }) => [metric, statistic, unit, ...values]);
  return stringify([['metric', 'statistic', 'unit', ...Object.keys(variants)], ...rows]);
}
