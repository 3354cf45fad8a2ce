// Statistics that several tests need.
import { estimate } from '../results/replications.ts';

/** The 99 % confidence interval of the mean of independent values, by Student's t. */
export function interval99(values: readonly number[]): { low: number; high: number } {
  const { mean, halfWidth99 } = estimate(values);
  return { low: mean - halfWidth99, high: mean + halfWidth99 };
}
