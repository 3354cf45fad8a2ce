// Statistics that several tests need.
import { expect } from 'vitest';
import { estimate } from '../results/replications.ts';

/** The 99 % confidence interval of the mean of independent values, by Student's t. */
export function interval99(values: readonly number[]): { low: number; high: number } {
  const { mean, halfWidth99 } = estimate(values);
  return { low: mean - halfWidth99, high: mean + halfWidth99 };
}

/** What the 99 % interval of independent values says of a figure: '' where it covers it. */
export function missed(values: readonly number[], figure: number): string {
  const { low, high } = interval99(values);
  return low <= figure && figure <= high ? '' : `${figure} is not in [${low}, ${high}]`;
}

/** Expects the 99 % interval of independent values to cover a figure. */
export const covers = (values: readonly number[], figure: number): void =>
  expect(missed(values, figure)).toBe('');

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** 1 .. count, a replication each. */
export const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
