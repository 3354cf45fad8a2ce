// Units: how people write durations, rates, sizes and fractions, and how they are written back.
import { DAY, DURATION_UNITS, type Nanoseconds, parseDuration } from '../sim/time.ts';

/** What a text should have been, where it is not what it should be. */
export class Misread {
  readonly expected: string;
  readonly hint: string | undefined;

  constructor(expected: string, hint?: string) {
    this.expected = expected;
    this.hint = hint;
  }
}

type Units = readonly (readonly [suffix: string, size: number])[];

/** Largest first. */
const RATES: Units = [
  ['Tbps', 1e12],
  ['Gbps', 1e9],
  ['Mbps', 1e6],
  ['kbps', 1e3],
  ['bps', 1],
];
/** Decimal (SI) and binary (IEC 80000-13). */
const SIZES: Units = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
  ['B', 1],
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
];

const pattern = (units: Units, also = '') => {
  const quantity = `\\d+(\\.\\d+)?\\s*(${units.map(([suffix]) => suffix).join('|')})`;
  return also === '' ? `^${quantity}$` : `^(${quantity}|${also})$`;
};

/** What the JSON Schema says of each: the same texts that the readers below take. */
export const DURATION_PATTERN = pattern(DURATION_UNITS);
export const SHIFT_PATTERN = DURATION_PATTERN.replace('^', '^[+-]?\\s*');
export const RATE_PATTERN = pattern(RATES, 'unlimited');
export const SIZE_PATTERN = pattern(SIZES);
export const FRACTION_PATTERN = '^\\d+(\\.\\d+)?(\\s*%|[eE]-?\\d+)?$';

/** Beyond this a double cannot tell two instants a microsecond apart: ten years, in nanoseconds. */
export const LONGEST: Nanoseconds = 3650 * DAY;

/** Other ways in which people write a unit, in lower case, and what they write for each. */
// biome-ignore format: a table reads better in rows
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['d', ['day', 'days']],
  ['h', ['hr', 'hrs', 'hour', 'hours']],
  ['m', ['min', 'mins', 'minute', 'minutes']],
  ['s', ['sec', 'secs', 'second', 'seconds']],
  ['ms', ['msec', 'millisecond', 'milliseconds']],
  ['us', ['usec', 'µs', 'microsecond', 'microseconds']],
  ['ns', ['nsec', 'nanosecond', 'nanoseconds']],
  ['Gbps', ['gbit/s', 'gb/s', 'gbit', 'gb']],
  ['Mbps', ['mbit/s', 'mb/s', 'mbit', 'mb']],
  ['kbps', ['kbit/s', 'kb/s', 'kbit', 'kb']],
  ['bps', ['bit/s', 'bit']],
  ['B', ['byte', 'bytes']],
]);

/** The text with the unit that was probably meant; a figure without one is taken to be in the unit `bare`. */
function suggestion(value: unknown, units: Units, bare = ''): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([^\d\s]\S*)?\s*$/.exec(String(value));
  if (!match) return undefined;
  const unit = (match[2] ?? bare).toLowerCase();
  const meant = units.find(
    ([suffix]) => suffix.toLowerCase() === unit || ALIASES.get(suffix)?.includes(unit),
  );
  return meant && `${match[1]}${meant[0]}`;
}

function scale(text: string, units: Units): number | undefined {
  const match = new RegExp(pattern(units)).exec(text);
  if (!match) return undefined;
  const [, size] = units.find(([suffix]) => suffix === match[2])!;
  return Math.round(Number.parseFloat(text) * size);
}

/** In the first unit of the list that three decimals write exactly; the unit of size 1 always does. */
function write(value: number, units: Units, read: (text: string) => unknown): string {
  for (const [suffix, size] of units) {
    const text = `${Number((value / size).toFixed(3))}${suffix}`;
    if (value >= size && read(text) === value) return text;
  }
  return `${value}${units.find(([, size]) => size === 1)![0]}`;
}

const DURATION = 'a duration with its unit (ns, us, ms, s, m, h, d), such as 50ms or 1.5h';
const RATE = 'a rate with its unit (bps, kbps, Mbps, Gbps, Tbps), such as 10Mbps, or unlimited';
const SIZE = 'a size with its unit (B, KB, MB, GB, TB, or binary KiB, MiB, GiB, TiB), such as 15KB';
const FRACTION = 'a percentage such as 0.1%, or a fraction between 0 and 1 such as 0.001';

/** @returns nanoseconds, an integer in 0 .. `LONGEST` */
export function readDuration(value: unknown): Nanoseconds | Misread {
  const span = typeof value === 'string' && value === value.trim() ? parseDuration(value) : undefined;
  if (span === undefined) return new Misread(DURATION, suggestion(value, DURATION_UNITS, 's'));
  return span <= LONGEST ? span : new Misread('a duration of at most 3650d');
}

const SHIFT = 'a duration forward or back, with its unit (ns, us, ms, s, m, h, d), such as 5s or -5s';

/** Reads a duration with or without a sign. @returns nanoseconds, an integer in -`LONGEST` .. `LONGEST` */
export function readShift(value: unknown): Nanoseconds | Misread {
  const [, sign, span] = /^([+-]?)\s*(\S.*)$/.exec(String(value)) ?? [];
  const length = typeof value === 'string' ? readDuration(span) : new Misread(DURATION);
  if (typeof length === 'number') return sign === '-' ? 0 - length : length;
  if (length.expected !== DURATION) return length;
  const meant = suggestion(span, DURATION_UNITS, 's');
  return new Misread(SHIFT, meant && `${sign === '-' ? '-' : ''}${meant}`);
}

/** @returns bit/s: an integer in 1 .. 2^53 - 1, or `Infinity` for `unlimited` */
export function readRate(value: unknown): number | Misread {
  if (value === 'unlimited') return Number.POSITIVE_INFINITY;
  const rate = typeof value === 'string' ? scale(value, RATES) : undefined;
  if (rate === undefined) return new Misread(RATE, suggestion(value, RATES));
  const possible = rate >= 1 && Number.isSafeInteger(rate);
  return possible ? rate : new Misread('a rate of 1bps to 9000Tbps, or unlimited');
}

/** @returns bytes, an integer in 0 .. 2^53 - 1 */
export function readSize(value: unknown): number | Misread {
  const size = typeof value === 'string' ? scale(value, SIZES) : undefined;
  if (size === undefined) return new Misread(SIZE, suggestion(value, SIZES, 'B'));
  return Number.isSafeInteger(size) ? size : new Misread('a size of at most 9000TB');
}

/** Reads `0.1%`, `0.001` or the number 0.001. @returns a number in [0, 1] */
export function readFraction(value: unknown): number | Misread {
  let fraction = typeof value === 'number' ? value : Number.NaN;
  if (typeof value === 'string' && new RegExp(FRACTION_PATTERN).test(value)) {
    fraction = value.endsWith('%') ? Number.parseFloat(value) / 100 : Number(value);
  }
  return fraction >= 0 && fraction <= 1 ? fraction : new Misread(FRACTION);
}

/** The inverse of `readDuration`, exact for every integer in 0 .. `LONGEST`. */
export const writeDuration = (span: Nanoseconds): string =>
  span === 0 ? '0s' : write(span, DURATION_UNITS, readDuration);

/** The inverse of `readShift`, exact for every integer in its range. */
export const writeShift = (shift: Nanoseconds): string =>
  shift < 0 ? `-${writeDuration(-shift)}` : writeDuration(shift);

/** The inverse of `readRate`, exact for every rate that it returns. */
export const writeRate = (rate: number): string =>
  rate === Number.POSITIVE_INFINITY ? 'unlimited' : write(rate, RATES, readRate);

/** The inverse of `readSize`, exact for every size that it returns. */
export const writeSize = (size: number): string => write(size, SIZES, readSize);

/** The inverse of `readFraction`, exact: a percentage where one of at most twelve digits is, else the fraction itself. */
export function writeFraction(fraction: number): string {
  const percentage = `${Number((fraction * 100).toPrecision(12))}%`;
  return readFraction(percentage) === fraction ? percentage : String(fraction);
}
