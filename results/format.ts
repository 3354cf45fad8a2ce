// How people read numbers: four digits that matter, in at most eight characters.
import type { ExpectationResult, Summary } from './summary.ts';

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

/** Units of time in milliseconds, the longest first, and from how many of each on it is the one to show. */
const LONG: readonly (readonly [size: number, suffix: string, from: number])[] = [
  [86_400e3, 'd', 2],
  [3600e3, 'h', 2],
  [60e3, 'min', 10],
  [1e3, 's', 100],
];

/** The unit in which people read values, and how many of the shown unit it holds: long times are not read in ms. */
export function readableUnit(
  unit: string,
  values: readonly (number | null)[],
): { readonly unit: string; readonly size: number } {
  const largest = Math.max(...values.map(value => value ?? 0));
  const long = unit === 'ms' ? LONG.find(([size, , from]) => largest >= from * size) : undefined;
  return long ? { unit: long[1], size: long[0] } : { unit, size: 1 };
}

/** What an expectation met: a number, with its unit where that is worth a word, or why there is none. */
export function formatOutcome({ actual, bound, unit, reason }: ExpectationResult): string {
  if (actual === null) return printable(reason ?? 'nothing was measured');
  const plain = unit === undefined || unit === 'ratio' || unit === 'count';
  const shown = (value: number) => {
    if (plain) return formatNumber(value);
    const readable = readableUnit(unit, [value]);
    return `${formatNumber(value / readable.size)} ${readable.unit}`;
  };
  return bound === undefined ? shown(actual) : `${shown(actual)} against ${shown(bound)}`;
}

/** What ran: the scenario, and which of its variants. */
export const runName = ({ scenario, variant }: Pick<Summary, 'scenario' | 'variant'>): string =>
  variant === undefined ? scenario : `${scenario} · ${variant}`;

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
