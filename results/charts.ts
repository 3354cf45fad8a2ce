// The time series as the report's charts take them: lines of numbers, few enough for a page.
import type { Kind } from './instruments.ts';
import type { Series, SeriesRow } from './recorder.ts';
import type { ShownUnit } from './unit.ts';

/** One chart: `lines` hold a number for each of `times` (seconds), or null where the window had none. */
export interface Chart {
  readonly name: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly times: readonly number[];
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

/** Points beyond which a chart's windows are joined; no screen shows more. */
const MOST_POINTS = 600;

/** The charts of all series that hold anything, and the number of windows that one point stands for. */
export function chartsOf(series: readonly Series[]): { charts: Chart[]; windowsPerPoint: number } {
  const all = series
    .map(one => ({ one, rows: [...one.rows()] }))
    .filter(({ rows }) => rows.some(({ count }) => count > 0));
  const windowsPerPoint = Math.max(1, ...all.map(({ rows }) => Math.ceil(rows.length / MOST_POINTS)));
  const charts = all.map(({ one, rows }) => chartOf(one, joinedBy(windowsPerPoint, rows)));
  return { charts, windowsPerPoint };
}

function chartOf({ name, kind, unit }: Series, rows: readonly SeriesRow[]): Chart {
  const line = (label: string, value: (row: SeriesRow) => number | null) => ({
    label,
    values: rows.map(row => rounded(value(row))),
  });
  const quantiles = () => [
    line('p50', row => row.p50),
    line('p90', row => row.p90),
    line('p99', row => row.p99),
  ];
  const lines = {
    counter: () => [line('rate', row => row.count / row.span)],
    gauge: () => [line('value', row => row.mean)],
    // A ratio is often 0 or 1, of which only the mean says something.
    distribution: () => (unit === 'ratio' ? [line('mean', row => row.mean)] : quantiles()),
  }[kind]();
  return { name, kind, unit: axisUnit(kind, unit), times: rows.map(({ time }) => time), lines };
}

function axisUnit(kind: Kind, unit: ShownUnit): string {
  if (kind === 'counter') return 'per second';
  return unit === 'count' ? '' : unit;
}

/** Joins neighbours: counts and spans add up, the mean is theirs together, every other number the largest, so that no peak is lost. */
function joinedBy(size: number, rows: readonly SeriesRow[]): readonly SeriesRow[] {
  if (size === 1) return rows;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    rows.slice(i * size, (i + 1) * size).reduce((a, b) => ({
      time: b.time,
      span: a.span + b.span,
      count: a.count + b.count,
      mean: joinedMean(a, b),
      min: larger(a.min, b.min),
      p50: larger(a.p50, b.p50),
      p90: larger(a.p90, b.p90),
      p99: larger(a.p99, b.p99),
      max: larger(a.max, b.max),
    })),
  );
}

function joinedMean(a: SeriesRow, b: SeriesRow): number | null {
  if (a.mean === null || b.mean === null) return a.mean ?? b.mean;
  return (a.mean * a.count + b.mean * b.count) / (a.count + b.count);
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

/** More digits than a screen shows would only swell the page. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}
