// Notations: the kinds of text that stand in a scenario, each with its reader, its pattern for editors and its limits.
import { readExpectation } from './expectation.ts';
import { readLaw } from './law-text.ts';
import { readPartition, readSelector } from './selector.ts';
import { readRule, readTransport } from './transport.ts';
import {
  DURATION_PATTERN,
  FRACTION_PATTERN,
  Misread,
  RATE_PATTERN,
  readDuration,
  readFraction,
  readRate,
  readShift,
  readSize,
  SHIFT_PATTERN,
  SIZE_PATTERN,
  writeDuration,
  writeFraction,
  writeRate,
  writeShift,
  writeSize,
} from './units.ts';

/** A quantity: text with a unit that stands for a number in base units (nanoseconds, bit/s, bytes, fractions). */
export interface Quantity {
  readonly read: (value: unknown) => number | Misread;
  readonly write: (value: number) => string;
  readonly pattern: string;
  /** What the value is called in messages. */
  readonly noun: string;
}

export const quantities = {
  duration: { read: readDuration, write: writeDuration, pattern: DURATION_PATTERN, noun: 'a duration' },
  shift: { read: readShift, write: writeShift, pattern: SHIFT_PATTERN, noun: 'a shift' },
  rate: { read: readRate, write: writeRate, pattern: RATE_PATTERN, noun: 'a rate' },
  size: { read: readSize, write: writeSize, pattern: SIZE_PATTERN, noun: 'a size' },
  fraction: { read: readFraction, write: writeFraction, pattern: FRACTION_PATTERN, noun: 'a fraction' },
} as const satisfies Record<string, Quantity>;

export type QuantityKind = keyof typeof quantities;

/** Limits of a quantity in base units; both are allowed values but for `below`. */
export interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly below?: number;
}

/** The schema's own keyword `notation`: how the value is read. JSON Schema ignores it; its `pattern` says nearly as much. */
export type Notation =
  | ({ readonly kind: QuantityKind } & Limits)
  /** A quantity, or the distribution that it is drawn from. */
  | ({ readonly kind: 'law'; readonly of: QuantityKind } & Limits)
  | { readonly kind: 'selector' | 'partition' | 'expectation' | 'place' | 'rule' | 'transport' };

/** A point as `latitude,longitude` in degrees, or undefined where the text has not that form or is not on the Earth. */
export function readPoint(text: string): { latitude: number; longitude: number } | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return undefined;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

function readPlace(value: unknown): string | Misread {
  const place = typeof value === 'string' ? readSelector(value) : undefined;
  if (typeof value === 'string' && readPoint(value)) return value;
  if (place && !(place instanceof Misread) && place.kind === 'name' && place.name === value) return value;
  return new Misread(
    'the name of a site, or a point "latitude,longitude" in degrees, such as "40.35,-74.66"',
  );
}

function withinLimits(value: unknown, kind: QuantityKind, limits: Limits): number | Misread {
  const { read, write, noun } = quantities[kind];
  const figure = read(value);
  if (figure instanceof Misread) return figure;
  const {
    minimum = Number.NEGATIVE_INFINITY,
    maximum = Number.POSITIVE_INFINITY,
    below = Number.POSITIVE_INFINITY,
  } = limits;
  if (figure < minimum) return new Misread(`${noun} of at least ${write(minimum)}`);
  if (figure > maximum) return new Misread(`${noun} of at most ${write(maximum)}`);
  if (figure >= below && below < Number.POSITIVE_INFINITY)
    return new Misread(`${noun} below ${write(below)}`);
  return figure;
}

/** The limits are those of a plain quantity; figures of a distribution are above 0. */
function readLawWithin(value: unknown, kind: QuantityKind, limits: Limits): unknown {
  const { read, noun } = quantities[kind];
  const law = readLaw(value, read, noun);
  return law instanceof Misread || law.kind !== 'constant' ? law : withinLimits(value, kind, limits);
}

/** What the value stands for, or what it should have been. */
export function readNotation(notation: Notation, value: unknown): unknown {
  switch (notation.kind) {
    case 'selector':
      return readSelector(value);
    case 'partition':
      return readPartition(value);
    case 'expectation':
      return readExpectation(value);
    case 'place':
      return readPlace(value);
    case 'rule':
      return readRule(value);
    case 'transport':
      return readTransport(value);
    case 'law':
      return readLawWithin(value, notation.of, notation);
    default:
      return withinLimits(value, notation.kind, notation);
  }
}
