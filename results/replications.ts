// Replications: what several runs with different seeds say together, with confidence intervals.
import { ResultsError } from './errors.ts';
import { formatNumber, NONE, printable } from './format.ts';
import type { StatisticName } from './statistics.ts';
import { studentT } from './student-t.ts';
import { type MetricSummary, type Summary, statistic } from './summary.ts';
import { plainTable } from './table.ts';
import type { ShownUnit } from './unit.ts';

/** A mean and how well it is known: with confidence c the true mean lies within the half-width on either side. */
export interface Estimate {
  /** Number of independent values. */
  readonly n: number;
  readonly mean: number;
  /** Standard deviation of the values (n - 1 in the denominator). */
  readonly deviation: number;
  readonly halfWidth95: number;
  readonly halfWidth99: number;
}

/** One metric over several runs. */
export interface Replicated {
  readonly metric: string;
  readonly statistic: StatisticName;
  readonly unit: ShownUnit;
  /** Runs that had such a number. */
  readonly n: number;
  /** Null where fewer than two runs had a number. */
  readonly estimate: Estimate | null;
}

/** Which statistic of a metric is compared between runs. */
export type Choice = (metric: string, summary: MetricSummary) => StatisticName;

/** The mean of a distribution or gauge, the count of a counter. */
const meanOrCount: Choice = (_, { mean }) => (mean === null ? 'count' : 'mean');

/**
 * Mean and confidence intervals by Student's t, as if the values were independent and normal (means over a run nearly
 * are): half-width = t(c, n - 1) s / sqrt(n).
 * @param values finite, at least two
 * @throws {ResultsError} where there are fewer, {RangeError} where one is not finite
 */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  if (n < 2) {
    throw new ResultsError(`an interval needs at least two values, got ${n}`, 'run more replications');
  }
  const odd = values.find(value => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`an estimate needs finite values, got ${odd}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const error = deviation / Math.sqrt(n);
  return {
    n,
    mean,
    deviation,
    halfWidth95: studentT(0.95, n - 1) * error,
    halfWidth99: studentT(0.99, n - 1) * error,
  };
}

/**
 * The estimate of a design's difference from another, a[i] - b[i], where run i of both had the same seed. With common
 * random numbers the two share their luck, and the interval is narrower than that of two separate means. A difference
 * is significant where the interval excludes zero.
 * @throws {ResultsError} where the lengths differ or are below two, {RangeError} where a value is not finite
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  if (a.length !== b.length) {
    throw new ResultsError(
      `${a.length} values cannot be paired with ${b.length}`,
      'run both with the same seeds',
    );
  }
  return estimate(a.map((value, i) => value - b[i]));
}

/**
 * For every metric of the runs, by name, the chosen statistic's estimate.
 * @param summaries at least two complete runs of one scenario in one mode, each with another seed
 * @param choose the mean where there is one, else the count, where left out
 * @throws {ResultsError} where they are not that
 */
export function replicate(summaries: readonly Summary[], choose: Choice = meanOrCount): Replicated[] {
  checkReplications(summaries);
  const names = [...new Set(summaries.flatMap(summary => Object.keys(summary.metrics)))].sort();
  return names.map(metric => {
    const present = summaries.flatMap(({ metrics }) =>
      Object.hasOwn(metrics, metric) ? [metrics[metric]] : [],
    );
    const filled = present.find(({ mean }) => mean !== null) ?? present[0];
    const name = choose(metric, filled);
    const values = summaries.flatMap(summary => statistic(summary, metric, name) ?? []);
    return {
      metric,
      statistic: name,
      unit: name === 'count' ? 'count' : filled.unit,
      n: values.length,
      estimate: values.length < 2 ? null : estimate(values),
    };
  });
}

/** The replications as aligned text: mean and half-widths, and in how many runs a metric had a number. */
export function replicationTable(replicated: readonly Replicated[]): string {
  const head = ['', 'of', 'runs', 'mean', '± 95 %', '± 99 %', 'unit'];
  const rows = replicated.map(({ metric, statistic, unit, n, estimate }) => [
    printable(metric),
    statistic,
    String(n),
    estimate ? formatNumber(estimate.mean) : NONE,
    estimate ? formatNumber(estimate.halfWidth95) : NONE,
    estimate ? formatNumber(estimate.halfWidth99) : NONE,
    unit,
  ]);
  return `${plainTable([head, ...rows], column => column >= 2 && column <= 5, head.length)}\n`;
}

/** @throws {ResultsError} where these are not at least two complete runs of one scenario in one mode, a seed each */
export function checkReplications(summaries: readonly Summary[]): void {
  if (summaries.length < 2) {
    throw new ResultsError(`replications are at least two runs, got ${summaries.length}`, 'run more seeds');
  }
  const { scenario, mode } = summaries[0];
  const seeds = new Set<string>();
  for (const summary of summaries) {
    if (summary.scenario !== scenario || summary.mode !== mode) {
      throw new ResultsError(
        `${summary.scenario} in mode ${summary.mode} is no replication of ${scenario} in mode ${mode}`,
        'compare runs of one scenario in one mode',
      );
    }
    if (summary.partial) {
      throw new ResultsError(
        `the run with seed ${summary.seed} is partial`,
        'run it to its end, or leave it out',
      );
    }
    if (seeds.has(summary.seed)) {
      throw new ResultsError(`two runs have seed ${summary.seed}`, 'give each replication a seed of its own');
    }
    seeds.add(summary.seed);
  }
}
