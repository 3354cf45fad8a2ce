// What a scenario expects of its variants, judged: of each by itself, and of two together.
import { type ExpectationResult, type Summary, statistic } from '../results/summary.ts';
import type { ShownUnit } from '../results/unit.ts';
import {
  type Contrast,
  type Expectation,
  expectationOf,
  isContrast,
  judgeContrast,
  type Measure,
} from '../scenarios/expectation.ts';
import { resultOf } from './summarise.ts';

/**
 * In the order of the lines; a line about every variant is judged in each, and told with its name.
 * @param summaries of variants; one that has not run is left out, and fails those lines alone that compare it
 */
export function judgeVariants(
  lines: readonly (Expectation | Contrast)[],
  summaries: readonly Summary[],
): ExpectationResult[] {
  return lines.flatMap(line =>
    isContrast(line)
      ? resultOfContrast(line, summaries)
      : summaries.flatMap(summary => resultInVariant(line, summary)),
  );
}

function resultInVariant(line: Expectation, { variant, metrics, partial }: Summary): ExpectationResult[] {
  const expectation = expectationOf(line, variant);
  if (!expectation) return [];
  const result = resultOf(expectation, metrics);
  return [{ ...result, text: `${variant}/${expectation.text}`, passed: result.passed && !partial }];
}

function resultOfContrast(contrast: Contrast, summaries: readonly Summary[]): ExpectationResult {
  const { text, left, right } = contrast;
  const runOf = (name: string) => summaries.find(({ variant }) => variant === name);
  const nothing = (reason: string) => ({ text, actual: null, passed: false, reason });
  const missing = [left, right].find(({ variant }) => runOf(variant) === undefined);
  if (missing) return nothing(`${missing.variant} has not run`);
  const [unit, other] = [left, right].map(measure => unitOf(measure, runOf(measure.variant)!));
  if (unit !== undefined && other !== undefined && unit !== other) {
    return nothing(`${left.metric} is measured in ${unit}, it cannot be compared with ${other}`);
  }
  const judgement = judgeContrast(
    contrast,
    variant => (metric, which) => statistic(runOf(variant)!, metric, which),
  );
  const whole = [left, right].every(({ variant }) => !runOf(variant)!.partial);
  return { ...judgement, ...(unit && { unit }), passed: judgement.passed && whole };
}

/** The unit of a measure; undefined where the run has no such metric. */
function unitOf({ metric, statistic }: Measure, { metrics }: Summary): ShownUnit | undefined {
  if (!Object.hasOwn(metrics, metric)) return undefined;
  return statistic === 'count' ? 'count' : metrics[metric]!.unit;
}
