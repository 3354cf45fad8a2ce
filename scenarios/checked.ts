// Values of a checked document in base units: whatever cannot be read here should not have passed the check.
import type { Law } from '../sim/law.ts';
import type { Nanoseconds } from '../sim/time.ts';
import { readLaw } from './law-text.ts';
import { Misread, readDuration, readFraction, readRate, readSize } from './units.ts';

export type Text = string | number;

/** What a reader made of a value that has been checked. */
export function sure<T>(reading: T | Misread): T {
  if (reading instanceof Misread) throw new Error(`unchecked value: expected ${reading.expected}`);
  return reading;
}

export const time = (value: Text): Nanoseconds => sure(readDuration(value));
/** bit/s */
export const rate = (value: Text): number => sure(readRate(value));
export const fraction = (value: Text): number => sure(readFraction(value));
/** bytes */
export const size = (value: Text): number => sure(readSize(value));
/** A duration or the law that it is drawn from, in nanoseconds. */
export const timeLaw = (value: Text): Law => sure(readLaw(value, readDuration, 'a duration'));
/** A size or the law that it is drawn from, in bytes. */
export const sizeLaw = (value: Text): Law => sure(readLaw(value, readSize, 'a size'));
/** A fraction or the law that it is drawn from. */
export const fractionLaw = (value: Text): Law => sure(readLaw(value, readFraction, 'a fraction'));

/** `{ [key]: read(value) }`, or nothing where the value was left out. */
export function given<K extends string, V, T>(
  key: K,
  value: V | undefined,
  read: (value: V) => T,
): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: read(value) } as { [P in K]: T });
}
