// The summary of a run: the one JSON object that scripts, comparisons and expectations read.
import type { Fidelity } from './fidelity.ts';
import type { Recorder } from './recorder.ts';
import type { StatisticName, Statistics } from './statistics.ts';
import type { ShownUnit } from './unit.ts';

/** A metric over the measured part of the run, in the unit named. Null where there is no such number. */
export interface MetricSummary extends Statistics {
  readonly unit: ShownUnit;
}

/** A claim of the scenario, and whether the run bears it out. */
export interface ExpectationResult {
  readonly text: string;
  /** The statistic's value in its shown unit; null where the sample was empty, and then it has not passed. */
  readonly actual: number | null;
  /** What it was compared with, where that was measured too: in another variant, times the factor. */
  readonly bound?: number;
  /** The unit of both, for those who read them. */
  readonly unit?: ShownUnit;
  readonly passed: boolean;
  /** Why there is no `actual`. */
  readonly reason?: string;
}

/** summary.json */
export interface Summary {
  readonly scenario: string;
  /** Of a scenario with variants: which one ran. */
  readonly variant?: string;
  readonly mode: string;
  readonly seed: string;
  readonly digest: string;
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  readonly events: number;
  readonly hosts: number;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly expectations: readonly ExpectationResult[];
  /** True where the run was stopped before its end. */
  readonly partial: boolean;
  /** Of an emulated run alone. */
  readonly fidelity?: Fidelity;
  readonly version: string;
}

/** What a summary says of a run beside its metrics. */
export type RunFacts = Omit<Summary, 'metrics'>;

export function summaryOf(recorder: Recorder, facts: RunFacts): Summary {
  const { scenario, variant, mode, seed, digest, virtualSeconds, wallSeconds, events, hosts } = facts;
  const { expectations, partial, fidelity, version } = facts;
  return {
    scenario,
    ...(variant !== undefined && { variant }),
    mode,
    seed,
    digest,
    virtualSeconds,
    wallSeconds,
    events,
    hosts,
    metrics: Object.fromEntries(
      recorder.totals().map(({ name, unit, statistics }) => [name, { ...statistics, unit }]),
    ),
    expectations,
    partial,
    ...(fidelity && { fidelity }),
    version,
  };
}

/**
 * A statistic of a metric, in the metric's shown unit.
 * @returns `undefined` where the run has no such metric, or the metric no such number (an empty sample)
 */
export function statistic(
  summary: Pick<Summary, 'metrics'>,
  metric: string,
  name: StatisticName,
): number | undefined {
  if (!Object.hasOwn(summary.metrics, metric)) return undefined;
  return summary.metrics[metric][name] ?? undefined;
}
