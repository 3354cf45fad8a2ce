// Expectations: what a run's metrics must satisfy, as people write it (`dht.lookup.success >= 0.99`), and the judgement.
import { nearest } from './nearest.ts';
import { Misread, readDuration, readFraction, readSize } from './units.ts';

export const STATISTICS = ['count', 'mean', 'min', 'p50', 'p90', 'p99', 'max'] as const;
export type Statistic = (typeof STATISTICS)[number];

export const OPERATORS = ['>=', '<=', '>', '<', '=='] as const;
export type Operator = (typeof OPERATORS)[number];

/** The first words of metrics that belong to no slice. */
export const TESTBED_METRICS = [
  'flood',
  'machines',
  'management',
  'network',
  'nodes',
  'requests',
  'site',
  'transport',
  'worm',
] as const;

/** One number of a run. */
export interface Measure {
  /** The variant whose run it is; none was written: every variant's. */
  readonly variant?: string;
  /** `slice.metric` or `network.metric` or `nodes.metric`, without the statistic. */
  readonly metric: string;
  /** `default` where none was written: the mean, or of a counter that has counted something its count. */
  readonly statistic: Statistic | 'default';
}

/** A measure against a value. */
export interface Expectation extends Measure {
  /** As it was written. */
  readonly text: string;
  readonly operator: Operator;
  /** Finite. Times are in milliseconds, sizes in bytes, percentages as fractions. */
  readonly value: number;
  /** The value was written as a time. */
  readonly unit?: 'ms';
}

/** A measure of one variant against a multiple of another's. */
export interface Contrast {
  /** As it was written. */
  readonly text: string;
  readonly left: VariantMeasure;
  readonly operator: Operator;
  /** Finite, >= 0; 1 where none was written. */
  readonly factor: number;
  readonly right: VariantMeasure;
}

type VariantMeasure = Measure & { readonly variant: string };

export interface Judgement {
  readonly text: string;
  /** null where the metric is missing or its sample is empty */
  readonly actual: number | null;
  /** What `actual` was compared with, where that was measured too. */
  readonly bound?: number;
  readonly passed: boolean;
  /** Why there is nothing to compare. */
  readonly reason?: string;
}

const FORM = 'metric[.statistic], one of >= <= > < ==, and a value, such as "dht.lookup.success >= 0.99"';
const CONTRAST_FORM =
  'a metric of a variant on both sides, such as "push/dht.sent <= 0.5 * poll/dht.sent" (or 50% * poll/dht.sent)';
const MEASURE = String.raw`(?:[A-Za-z0-9_-]+\/)?[a-z0-9-]+(?:\.[A-Za-z0-9_-]+)+`;
const LINE = new RegExp(String.raw`^(${MEASURE})\s*(>=|<=|==|>|<)\s*(\S(?:.*\S)?)$`);
const MULTIPLE = new RegExp(String.raw`^(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(%)?\s*\*\s*)?(${MEASURE})$`);

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

function readMeasure(text: string): Measure | Misread {
  const [, variant, path] = /^(?:([^/]*)\/)?(.*)$/.exec(text) as unknown as [
    string,
    string | undefined,
    string,
  ];
  const { metric, statistic } = splitMetric(path);
  if (!metric.includes('.'))
    return new Misread(`a metric of two words or more before .${statistic}, such as dht.lookup.success`);
  const meant = statistic === undefined ? misnamed(path) : undefined;
  if (meant) {
    const hint = variant === undefined ? meant : `${variant}/${meant}`;
    return new Misread(`a statistic that is one of ${STATISTICS.join(', ')}`, hint);
  }
  return { ...(variant !== undefined && { variant }), metric, statistic: statistic ?? 'default' };
}

/** Reads one line of `expect:`. That its first word names a slice, and a variant, is for others to check. */
export function readExpectation(value: unknown): Expectation | Contrast | Misread {
  const match = typeof value === 'string' ? LINE.exec(value.trim()) : null;
  if (!match) return new Misread(FORM);
  const [text, path, operator, right] = match as unknown as [string, string, Operator, string];
  const left = readMeasure(path);
  if (left instanceof Misread) return left;
  if (/[/*]/.test(right)) return readContrast(text, left, operator, right);
  const figure = readValue(right);
  if (figure instanceof Misread) return figure;
  return { text, ...left, operator, ...figure };
}

function readContrast(text: string, left: Measure, operator: Operator, multiple: string): Contrast | Misread {
  const [, figure, percent, path] = MULTIPLE.exec(multiple) ?? [];
  const right = path === undefined ? new Misread(CONTRAST_FORM) : readMeasure(path);
  if (right instanceof Misread) return right;
  const factor = figure === undefined ? 1 : Number(figure) / (percent === undefined ? 1 : 100);
  if (!ofVariant(left) || !ofVariant(right) || !Number.isFinite(factor)) return new Misread(CONTRAST_FORM);
  return { text, left, operator, factor, right };
}

const ofVariant = (measure: Measure): measure is VariantMeasure => measure.variant !== undefined;

export const isContrast = (line: Expectation | Contrast): line is Contrast => 'factor' in line;

/** The measures that a line speaks of. */
export const measuresOf = (line: Expectation | Contrast): readonly Measure[] =>
  isContrast(line) ? [line.left, line.right] : [line];

/**
 * What a line of `expect:` says of a run of this variant alone.
 * @param variant undefined: of a scenario without variants
 * @returns undefined where it speaks of another, or of two
 */
export function expectationOf(
  line: Expectation | Contrast,
  variant: string | undefined,
): Expectation | undefined {
  if (isContrast(line)) return undefined;
  const { variant: named, ...expectation } = line;
  if (named === undefined) return expectation;
  return named === variant ? { ...expectation, text: line.text.slice(named.length + 1) } : undefined;
}

const COMPARE: Readonly<Record<Operator, (actual: number, value: number) => boolean>> = {
  '>=': (actual, value) => actual >= value,
  '<=': (actual, value) => actual <= value,
  '>': (actual, value) => actual > value,
  '<': (actual, value) => actual < value,
  '==': (actual, value) => actual === value,
};

/** A metric's statistic, times in milliseconds; undefined where there is no such metric, or no such statistic of it. */
export type Find = (metric: string, statistic: Statistic) => number | undefined;

/** The number that was asked for, or why there is none. */
function take({ metric, statistic }: Measure, find: Find): number | string {
  const count = find(metric, 'count');
  if (count === undefined) return `there is no metric ${metric}`;
  const byDefault = statistic === 'default';
  const found = find(metric, byDefault ? 'mean' : statistic);
  // A count of nothing may be an empty sample's, which must never pass for a zero.
  const actual = found ?? (byDefault && count > 0 ? count : undefined);
  if (actual !== undefined && !Number.isNaN(actual)) return actual;
  if (count > 0) return `${metric} has no ${statistic}`;
  return `the sample of ${metric} is empty; to expect a count of 0, write ${metric}.count`;
}

/**
 * Compares an expectation with what was measured.
 * @param find answers undefined for the statistics of a counter, and of an empty sample, too
 */
export function judge(expectation: Expectation, find: Find): Judgement {
  const { text, operator, value } = expectation;
  const actual = take(expectation, find);
  if (typeof actual === 'string') return { text, actual: null, passed: false, reason: actual };
  return { text, actual, passed: COMPARE[operator](actual, value) };
}

/** Compares what was measured of two variants. @param findIn as for `judge`, of the variant */
export function judgeContrast(contrast: Contrast, findIn: (variant: string) => Find): Judgement {
  const { text, left, operator, factor, right } = contrast;
  const [actual, other] = [left, right].map(measure => take(measure, findIn(measure.variant))) as [
    number | string,
    number | string,
  ];
  if (typeof actual === 'string')
    return { text, actual: null, passed: false, reason: `${left.variant}: ${actual}` };
  if (typeof other === 'string')
    return { text, actual: null, passed: false, reason: `${right.variant}: ${other}` };
  const bound = factor * other;
  return { text, actual, bound, passed: COMPARE[operator](actual, bound) };
}
