// How people read numbers: four digits that matter, in at most eight characters.
import type { ExpectationResult } from './summary.ts';

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const LARGE: readonly (readonly [size: number, suffix: string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
];

/** What stands where there is no number. */
export const NONE = '–';

/**
 * A number for a table: `0.99875`, `134.2`, `12,345`, `1.235M`, `3.1e-5`; a dash for null. Whole numbers below a
 * million are exact, all others have three to five significant digits.
 */
export function formatNumber(value: number | null): string {
  if (value === null) return NONE;
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2);
  for (const [unit, suffix] of LARGE) {
    if (size >= unit || Math.round(size) >= unit) return `${Number((value / unit).toPrecision(4))}${suffix}`;
  }
  if (Number.isInteger(value) || size >= 1000) return GROUPED.format(value);
  if (size >= 1) return String(Number(value.toPrecision(4)));
  if (size >= 0.1) return String(Number(value.toFixed(5)));
  if (size >= 0.001) return String(Number(value.toPrecision(3)));
  return String(Number(value.toPrecision(3)).toExponential());
}

/** What an expectation met: a number, with its unit where that is worth a word, or why there is none. */
export function formatOutcome({ actual, unit, reason }: ExpectationResult): string {
  if (actual === null) return printable(reason ?? 'nothing was measured');
  return unit === undefined || unit === 'ratio' || unit === 'count'
    ? formatNumber(actual)
    : `${formatNumber(actual)} ${unit}`;
}

const SPANS: readonly (readonly [seconds: number, suffix: string])[] = [
  [86400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
];

/** A span of time in the largest unit that leaves at least one: `1.5 h`, `30 min`, `1.93 s`. */
export function formatSeconds(seconds: number): string {
  const [size, suffix] = SPANS.find(([size]) => seconds >= size) ?? SPANS[SPANS.length - 1];
  return `${formatNumber(Number((seconds / size).toPrecision(3)))} ${suffix}`;
}

/** Text of unknown origin without the control characters that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}

/** A digest short enough for a line, long enough to tell two runs apart. */
export function shortDigest(digest: string): string {
  return digest.length > 16 ? `${digest.slice(0, 12)}…` : digest;
}
