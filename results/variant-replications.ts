// Replications of variants: every variant ran with every seed, so that they share their luck.
import { fullest, leftOut, metricNames } from './comparison.ts';
import { formatNumber, NONE, printable } from './format.ts';
import { checkReplications, type Estimate, estimate, pairedDifference } from './replications.ts';
import type { StatisticName } from './statistics.ts';
import { type Summary, statistic } from './summary.ts';
import { namedTable } from './table.ts';
import type { ShownUnit } from './unit.ts';

/** One metric of all variants. */
export interface VariantReplications {
  readonly metric: string;
  readonly statistic: StatisticName;
  readonly unit: ShownUnit;
  readonly variants: readonly ReplicatedVariant[];
}

export interface ReplicatedVariant {
  readonly variant: string;
  /** Runs that had such a number. */
  readonly n: number;
  /** Null where fewer than two runs had a number. */
  readonly estimate: Estimate | null;
  /**
   * This variant less the first, seed by seed, over the seeds with which both had a number; null for the first, and
   * where there are fewer than two.
   */
  readonly difference: Estimate | null;
}

/**
 * For every metric, by name, each variant's estimate of its mean, or of a counter its count, and the paired difference
 * from the first variant.
 * @param summaries by variant: at least two complete runs each, of the same seeds in the same order
 * @throws {ResultsError} where they are not that
 */
export function replicateVariants(summaries: ReadonlyMap<string, readonly Summary[]>): VariantReplications[] {
  for (const runs of summaries.values()) checkReplications(runs);
  const all = [...summaries.values()].flat();
  const [reference] = summaries.values();
  return metricNames(all).map(metric => {
    const filled = fullest(metric, all);
    const name = filled.mean === null ? 'count' : 'mean';
    const unit = name === 'count' ? 'count' : filled.unit;
    const numbers = (runs: readonly Summary[]) => runs.map(summary => statistic(summary, metric, name));
    const first = numbers(reference!);
    const variants = [...summaries].map(([variant, runs]): ReplicatedVariant => {
      const values = numbers(runs);
      const present = values.filter(value => value !== undefined);
      return {
        variant,
        n: present.length,
        estimate: present.length < 2 ? null : estimate(present),
        difference: runs === reference ? null : differenceOf(values, first),
      };
    });
    return { metric, statistic: name, unit, variants };
  });
}

function differenceOf(
  values: readonly (number | undefined)[],
  from: readonly (number | undefined)[],
): Estimate | null {
  const pairs = values.flatMap((value, seed) => {
    const other = from[seed];
    return value === undefined || other === undefined ? [] : [[value, other] as const];
  });
  if (pairs.length < 2) return null;
  return pairedDifference(
    pairs.map(([value]) => value),
    pairs.map(([, other]) => other),
  );
}

/** Whether with every seed the variants had the same number, or none had any. */
const isAlike = ({ variants: [first, ...others] }: VariantReplications): boolean =>
  others.every(
    ({ n, difference }) =>
      n === first!.n &&
      (n === 0 || (difference !== null && difference.mean === 0 && difference.deviation === 0)),
  );

/**
 * As aligned text, a row a variant: mean and 99 % half-width, and the difference from the first variant with its own.
 * Metrics in which no variant differs from the first are left out, and counted below.
 */
export function variantReplicationsTable(replicated: readonly VariantReplications[]): string {
  const apart = replicated.filter(one => !isAlike(one));
  const first = replicated[0]?.variants[0]?.variant ?? '';
  const rows = apart.flatMap(({ metric, statistic, unit, variants }) =>
    variants.map(({ variant, n, estimate, difference }, index) => ({
      name: index === 0 ? printable(metric) : '',
      cells: [
        variant,
        statistic,
        String(n),
        ...numbersOf(estimate),
        ...(index === 0 ? ['', ''] : numbersOf(difference)),
        unit,
      ],
    })),
  );
  const head = ['variant', 'of', 'runs', 'mean', '± 99 %', `less ${first}`, '± 99 %', 'unit'];
  const blocks = rows.length > 0 ? [namedTable(head, rows, column => column >= 2 && column <= 6)] : [];
  return `${[...blocks, leftOut(replicated.length - apart.length)].filter(text => text !== '').join('\n\n')}\n`;
}

const numbersOf = (estimate: Estimate | null): string[] =>
  estimate ? [formatNumber(estimate.mean), formatNumber(estimate.halfWidth99)] : [NONE, NONE];
