// Random numbers in named streams: what one host or model draws never changes what another draws.
import seedrandom from 'seedrandom';

/** What seedrandom tells of an Alea generator that it has seeded. */
interface AleaState {
  s0: number;
  s1: number;
  s2: number;
  c: number;
}

const TWO_TO_32 = 2 ** 32;

/**
 * A stream of random numbers with the distributions that models need. Its state is four 32-bit integers in the object
 * itself: a run may have a million streams, and each draw costs one look at memory.
 */
export class RandomStream {
  private s0: number;
  private s1: number;
  private s2: number;
  private carry: number;
  /** A normal that `normal` has in hand. */
  private spare: number | undefined;

  /** @param name the same name always gives the same stream, that of `seedrandom.alea(name)` */
  constructor(name: string) {
    const { s0, s1, s2, c } = seedrandom.alea(name, { state: true }).state() as unknown as AleaState;
    this.s0 = (s0 * TWO_TO_32) | 0;
    this.s1 = (s1 * TWO_TO_32) | 0;
    this.s2 = (s2 * TWO_TO_32) | 0;
    this.carry = c;
    this.spare = undefined;
  }

  /**
   * Uniform in [0, 1), with 32 random bits. The generator is Alea (J. Baagoe, 2010), a multiply-with-carry generator of
   * lag 3 with multiplier 2091639, here in integers: the sum stays below 2^53.
   */
  uniform(): number {
    const sum = 2091639 * (this.s0 >>> 0) + this.carry;
    const carry = Math.floor(sum / TWO_TO_32);
    const low = sum - carry * TWO_TO_32;
    this.s0 = this.s1;
    this.s1 = this.s2;
    this.s2 = low | 0;
    this.carry = carry | 0;
    return low / TWO_TO_32;
  }

  /** Uniform over the integers 0 .. n - 1; n in 1 .. 2^32. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Exponential with the given mean (> 0), by inversion. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Normal by the polar method (Marsaglia & Bray, SIAM Review 6(3), 1964). */
  normal(mean: number, standardDeviation: number): number {
    return mean + standardDeviation * this.standardNormal();
  }

  /** exp of a normal with mean `mu` and standard deviation `sigma`: its median is exp(mu). */
  lognormal(mu: number, sigma: number): number {
    return Math.exp(this.normal(mu, sigma));
  }

  /** Weibull with scale > 0 and shape > 0, by inversion. */
  weibull(scale: number, shape: number): number {
    return scale * (-Math.log(1 - this.uniform())) ** (1 / shape);
  }

  /** Pareto (type I): at least `minimum`, tail exponent `alpha`, both > 0. */
  pareto(minimum: number, alpha: number): number {
    return minimum / (1 - this.uniform()) ** (1 / alpha);
  }

  /** Puts the array in random order, in place (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [items[last], items[other]] = [items[other], items[last]];
    }
    return items;
  }

  private standardNormal(): number {
    const { spare } = this;
    if (spare !== undefined) {
      this.spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.spare = v * factor;
        return u * factor;
      }
    }
  }
}

/**
 * The stream that a run's seed and a purpose name: `stream(seed, 'princeton-1', 'ping')`.
 * Parts are kept apart, so ('a', 'bc') and ('ab', 'c') are different streams.
 */
export function stream(seed: string, ...purpose: (string | number)[]): RandomStream {
  return new RandomStream(JSON.stringify([seed, ...purpose]));
}
