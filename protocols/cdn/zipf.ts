// Zipf's law: ranks whose frequency falls with a power of the rank.

/**
 * Draws ranks 1 .. n with probability in proportion to rank ^ -exponent, in constant time and space, by rejection from the
 * inverse of the integral: W. Hormann, G. Derflinger, "Rejection-Inversion to Generate Variates from Monotone Discrete
 * Distributions", ACM Transactions on Modeling and Computer Simulation 6(3), 1996.
 */
export class Zipf {
  private readonly n: number;
  private readonly exponent: number;
  private readonly low: number;
  private readonly high: number;

  /** @param n >= 1 @param exponent >= 0; 0: uniform */
  constructor(n: number, exponent: number) {
    this.n = n;
    this.exponent = exponent;
    this.low = this.integral(1.5) - 1;
    this.high = this.integral(n + 0.5);
  }

  /** @param random uniform in [0, 1) @returns an integer, 1 .. n */
  draw(random: () => number): number {
    for (;;) {
      const u = this.high + random() * (this.low - this.high);
      const rank = Math.min(Math.max(Math.round(this.inverse(u)), 1), this.n);
      // Of the interval of u that leads to a rank, as much is taken as the rank's weight.
      if (u >= this.integral(rank + 0.5) - rank ** -this.exponent) return rank;
    }
  }

  /** The integral from 1 to x of the weight. */
  private integral(x: number): number {
    const power = 1 - this.exponent;
    return power === 0 ? Math.log(x) : Math.expm1(power * Math.log(x)) / power;
  }

  private inverse(u: number): number {
    const power = 1 - this.exponent;
    return power === 0 ? Math.exp(u) : Math.exp(Math.log1p(power * u) / power);
  }
}
