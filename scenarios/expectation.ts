// Expectations: what a run's metrics must satisfy, as people write it (`dht.lookup.success >= 0.99`), and the judgement.
import { nearest } from './nearest.ts';
import { Misread, readDuration, readFraction, readSize } from './units.ts';

export const STATISTICS = ['count', 'mean', 'min', 'p50', 'p90', 'p99', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];

export const OPERATORS = ['>=', '<=', '>', '<', '=='] as const;
export type Operator = (typeof OPERATORS)[number];

/** The first words of metrics that belong to no slice. */
export const TESTBED_METRICS = ['network', 'nodes', 'transport'] as const;

export interface Expectation {
  /** As it was written. */
  readonly text: string;
  /** `slice.metric` or `network.metric` or `nodes.metric`, without the statistic. */
  readonly metric: string;
  /** `default` where none was written: the mean, or of a counter that has counted something its count. */
  readonly statistic: Statistic | 'default';
  readonly operator: Operator;
  /** Finite. Times are in milliseconds, sizes in bytes, percentages as fractions. */
  readonly value: number;
  /** The value was written as a time. */
  readonly unit?: 'ms';
}

export interface Judgement {
  readonly text: string;
  /** null where the metric is missing or its sample is empty */
  readonly actual: number | null;
  readonly passed: boolean;
  /** Why there is nothing to compare. */
  readonly reason?: string;
}

const FORM = 'metric[.statistic], one of >= <= > < ==, and a value, such as "dht.lookup.success >= 0.99"';
const LINE = /^([a-z0-9-]+(?:\.[A-Za-z0-9_-]+)+)\s*(>=|<=|==|>|<)\s*(\S(?:.*\S)?)$/;

/** What people write for a statistic that has another name here. */
const OTHER_NAMES: ReadonlyMap<string, Statistic> = new Map([
  ['median', 'p50'],
  ['avg', 'mean'],
  ['average', 'mean'],
  ['minimum', 'min'],
  ['maximum', 'max'],
]);

function readValue(text: string): { value: number; unit?: 'ms' } | Misread {
  const time = readDuration(text);
  if (typeof time === 'number') return { value: time / 1e6, unit: 'ms' };
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)))
    return { value: Number(text) };
  for (const read of [readFraction, readSize]) {
    const value = read(text);
    if (typeof value === 'number') return { value };
  }
  const percentage = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  const beyond = percentage ? 'a percentage of at most 100%' : undefined;
  return new Misread(
    beyond ?? 'a number, or one with a unit such as 200ms, 99% or 15KB, on the right',
    time.hint,
  );
}

function splitMetric(path: string): { metric: string; statistic?: Statistic } {
  const statistic = STATISTICS.find(name => path.endsWith(`.${name}`));
  return statistic ? { metric: path.slice(0, -statistic.length - 1), statistic } : { metric: path };
}

/** The path with the right statistic at its end, where its last word names one that does not exist. */
function misnamed(path: string): string | undefined {
  const [, metric, last] = /^(.*?\.)(p\d+\.\d+|[^.]+)$/.exec(path)!;
  const meant = /^p[\d.]+$/.test(last) ? (nearest(last, STATISTICS) ?? 'p99') : undefined;
  const statistic = OTHER_NAMES.get(last) ?? meant;
  return statistic && `${metric}${statistic}`;
}

/** Reads one line of `expect:`. That its first word names a slice is for others to check. */
export function readExpectation(value: unknown): Expectation | Misread {
  const match = typeof value === 'string' ? LINE.exec(value.trim()) : null;
  if (!match) return new Misread(FORM);
  const [, path, operator, right] = match as unknown as [string, string, Operator, string];
  const { metric, statistic } = splitMetric(path);
  if (!metric.includes('.'))
    return new Misread(`a metric of two words or more before .${statistic}, such as dht.lookup.success`);
  const meant = statistic === undefined ? misnamed(path) : undefined;
  if (meant) return new Misread(`a statistic that is one of ${STATISTICS.join(', ')}`, meant);
  const figure = readValue(right);
  if (figure instanceof Misread) return figure;
  return { text: (value as string).trim(), metric, statistic: statistic ?? 'default', operator, ...figure };
}

const COMPARE: Readonly<Record<Operator, (actual: number, value: number) => boolean>> = {
  '>=': (actual, value) => actual >= value,
  '<=': (actual, value) => actual <= value,
  '>': (actual, value) => actual > value,
  '<': (actual, value) => actual < value,
  '==': (actual, value) => actual === value,
};

/**
 * Compares an expectation with what was measured.
 * @param find a metric's statistic, times in milliseconds; undefined where there is no such metric, or no such
 *   statistic of it because it is a counter or its sample is empty
 */
export function judge(
  expectation: Expectation,
  find: (metric: string, statistic: Statistic) => number | undefined,
): Judgement {
  const { text, metric, statistic, operator, value } = expectation;
  const nothing = (reason: string): Judgement => ({ text, actual: null, passed: false, reason });
  const count = find(metric, 'count');
  if (count === undefined) return nothing(`there is no metric ${metric}`);
  const byDefault = statistic === 'default';
  const found = find(metric, byDefault ? 'mean' : statistic);
  // A count of nothing may be an empty sample's, which must never pass for a zero.
  const actual = found ?? (byDefault && count > 0 ? count : undefined);
  if (actual !== undefined && !Number.isNaN(actual)) {
    return { text, actual, passed: COMPARE[operator](actual, value) };
  }
  if (count > 0) return nothing(`${metric} has no ${statistic}`);
  return nothing(`the sample of ${metric} is empty; to expect a count of 0, write ${metric}.count`);
}
