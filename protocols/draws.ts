// Draws from the distributions that traffic follows. Each takes a source of numbers uniform in [0, 1).

type Random = () => number;

/** Exponential. @param mean > 0 */
export const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;

/** Pareto: P(X > x) = (least / x)^shape from `least` on. Its mean is infinite where the shape is at most 1. */
export const pareto = (random: Random, shape: number, least: number): number =>
  least * (1 - random()) ** (-1 / shape);

/** Pareto given that it is at most `most`. @param most > least */
export function boundedPareto(random: Random, shape: number, least: number, most: number): number {
  const beyond = (least / most) ** shape;
  return least * (1 - random() * (1 - beyond)) ** (-1 / shape);
}

/** The mean of `boundedPareto`. */
export function meanOfBoundedPareto(shape: number, least: number, most: number): number {
  const ratio = least / most;
  if (shape === 1) return (least * Math.log(1 / ratio)) / (1 - ratio);
  return ((shape * least) / (shape - 1)) * ((1 - ratio ** (shape - 1)) / (1 - ratio ** shape));
}

/** Weibull: P(X > x) = exp(-(x / scale)^shape). */
export const weibull = (random: Random, shape: number, scale: number): number =>
  scale * (-Math.log(1 - random())) ** (1 / shape);

/** Lognormal: its logarithm is normal with this mean and deviation. */
export const lognormal = (random: Random, mean: number, deviation: number): number =>
  Math.exp(mean + deviation * normal(random));

/** Standard normal. G. Box, M. Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
