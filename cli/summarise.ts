// From a finished run to its summary.
import { type ExpectationResult, type Summary, statistic, summaryOf } from '../results/summary.ts';
import { type Expectation, judge } from '../scenarios/expectation.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Finished } from './finished.ts';
import { VERSION } from './version.ts';

/**
 * The summary of a run, its expectations judged. A run that was cut short has met none of them yet.
 * @param variant its name among the scenario's variants, if there are any
 */
export function summarise(scenario: Scenario, finished: Finished, variant?: string): Summary {
  const { mode, recorder, digest, now, events, hosts, wallSeconds, partial, fidelity } = finished;
  const summary = summaryOf(recorder, {
    scenario: scenario.name,
    ...(variant !== undefined && { variant }),
    mode,
    seed: scenario.seed,
    digest,
    virtualSeconds: now / 1e9,
    wallSeconds,
    events,
    hosts,
    expectations: [],
    partial,
    ...(fidelity && { fidelity }),
    version: VERSION,
  });
  const expectations = scenario.expect
    .map(expectation => resultOf(expectation, summary.metrics))
    .map(result => ({ ...result, passed: result.passed && !partial }));
  return { ...summary, expectations };
}

/** @param metrics of the run that is judged */
export function resultOf(expectation: Expectation, metrics: Summary['metrics']): ExpectationResult {
  const { text, metric, unit } = expectation;
  const measured = Object.hasOwn(metrics, metric) ? metrics[metric].unit : undefined;
  if (unit !== undefined && measured !== undefined && measured !== unit) {
    const reason = `${metric} is measured in ${measured}, it cannot be compared with a time`;
    return { text, actual: null, passed: false, reason };
  }
  const judgement = judge(expectation, (name, which) => statistic({ metrics }, name, which));
  return measured === undefined || expectation.statistic === 'count'
    ? judgement
    : { ...judgement, unit: measured };
}
