// Laws of chance as a scenario names them: how long something takes, or how large it is, drawn anew each time.
import type { RandomStream } from './random.ts';

/** A distribution on the positive numbers. Its parameters are in the unit of what is drawn. */
export type Law =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** Over [low, high]. */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  /** exp of a normal with mean ln(median) and standard deviation sigma. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly kind: 'weibull'; readonly scale: number; readonly shape: number }
  /** Type I: at least `minimum`, tail exponent `alpha`. */
  | { readonly kind: 'pareto'; readonly minimum: number; readonly alpha: number };

export const always = (value: number): Law => ({ kind: 'constant', value });

/** @returns >= 0, not rounded */
export function draw(law: Law, random: RandomStream): number {
  switch (law.kind) {
    case 'constant':
      return law.value;
    case 'exponential':
      return random.exponential(law.mean);
    case 'uniform':
      return law.low + (law.high - law.low) * random.uniform();
    case 'lognormal':
      return random.lognormal(Math.log(law.median), law.sigma);
    case 'weibull':
      return random.weibull(law.scale, law.shape);
    case 'pareto':
      return random.pareto(law.minimum, law.alpha);
  }
}

/** The expectation; Infinity for a Pareto of alpha <= 1. */
export function meanOf(law: Law): number {
  switch (law.kind) {
    case 'constant':
      return law.value;
    case 'exponential':
      return law.mean;
    case 'uniform':
      return (law.low + law.high) / 2;
    case 'lognormal':
      return law.median * Math.exp(law.sigma ** 2 / 2);
    case 'weibull':
      return law.scale * gamma(1 + 1 / law.shape);
    case 'pareto':
      return law.alpha > 1 ? (law.alpha * law.minimum) / (law.alpha - 1) : Infinity;
  }
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The gamma function for x >= 1, to some 14 digits: C. Lanczos, SIAM J. Numer. Anal. Ser. B 1, 1964, with g = 7 and n = 9. */
export function gamma(x: number): number {
  const z = x - 1;
  const sum = LANCZOS.reduce(
    (before, coefficient, index) => before + coefficient / (z + index + 1),
    0.9999999999998099,
  );
  const t = z + LANCZOS.length - 0.5;
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}
