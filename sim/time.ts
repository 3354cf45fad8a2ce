// Time: integer nanoseconds held in a double, and how people write and read it.

/** Virtual time or a span of it, in integer nanoseconds. Exact to 2^53 ns, that is 104 days. */
export type Nanoseconds = number;

export const MICROSECOND: Nanoseconds = 1e3;
export const MILLISECOND: Nanoseconds = 1e6;
export const SECOND: Nanoseconds = 1e9;
export const MINUTE: Nanoseconds = 60e9;
export const HOUR: Nanoseconds = 3600e9;
export const DAY: Nanoseconds = 86400e9;

/** The units in which people write durations, the largest first. */
export const DURATION_UNITS: readonly (readonly [suffix: string, span: Nanoseconds])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
  ['ms', MILLISECOND],
  ['us', MICROSECOND],
  ['ns', 1],
];

/**
 * Reads a duration as people write it: a number and a unit (`50ms`, `1.5h`, `3d`; ns, us, ms, s, m, h, d).
 * @returns nanoseconds, rounded to the nearest; Infinity where a double cannot hold them; `undefined` where the text is
 *   no duration or is negative
 */
export function parseDuration(text: string): Nanoseconds | undefined {
  const match = /^(\d+)(\.\d+)?\s*(ns|us|ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  const [, whole, decimals = '0', suffix] = match;
  const unit = DURATION_UNITS.find(unit => unit[0] === suffix)![1];
  // Apart, since the product of a long number with decimals may be off by a nanosecond.
  return Number(whole) * unit + Math.round(Number(decimals) * unit);
}

/**
 * Writes a duration in the largest unit that leaves at least 1, to at most three decimals: `1.5h`, `50ms`, `0s`.
 * @throws {RangeError} where the span is not finite
 */
export function formatDuration(span: Nanoseconds): string {
  if (!Number.isFinite(span))
    throw new RangeError(`a duration is a finite number of nanoseconds, got ${span}`);
  const exact = DURATION_UNITS.find(([, size]) => Math.abs(span) >= size);
  if (!exact) return '0s';
  // Rounding may lead into the next unit: 999.9999 ms is a second.
  const rounded = Number((span / exact[1]).toFixed(3)) * exact[1];
  const [suffix, size] = DURATION_UNITS.find(([, size]) => Math.abs(rounded) >= size)!;
  return `${Number((rounded / size).toFixed(3))}${suffix}`;
}
