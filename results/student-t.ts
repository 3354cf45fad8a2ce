// Student's t: its distribution function and quantiles, for whole degrees of freedom.

/**
 * P(|T| <= t), T with Student's distribution: the finite trigonometric series of Abramowitz and Stegun, Handbook of
 * Mathematical Functions (1964), 26.7.3 and 26.7.4, in theta = atan(t / sqrt(degrees)).
 */
function centralProbability(theta: number, degrees: number): number {
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/**
 * The t for which P(|T| <= t) = confidence: how many standard errors a two-sided confidence interval reaches.
 * Found by bisection to the last bit of theta.
 * @param confidence in (0, 1), for instance 0.95
 * @param degrees degrees of freedom, a whole number >= 1
 * @throws {RangeError} for any other
 */
export function studentT(confidence: number, degrees: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`a confidence lies between 0 and 1, got ${confidence}`);
  }
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`degrees of freedom are a whole number from 1, got ${degrees}`);
  }
  let low = 0;
  let high = Math.PI / 2;
  for (let middle = high / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (centralProbability(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}
