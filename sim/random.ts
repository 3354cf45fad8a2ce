// Random numbers in named streams: what one host or model draws never changes what another draws.
import seedrandom from 'seedrandom';

/** What seedrandom tells of an Alea generator that it has seeded. */
interface AleaState {
  s0: number;
  s1: number;
  s2: number;
  c: number;
}

/** 2^-32. */
const UNIT = 2 ** -32;

// A stream's figures stand in a chunk that it shares with the streams made next to it: a run may have a million of them,
// and a typed array each would cost more memory, and more time, than the numbers in it.
const STRIDE = 5;
const CHUNK = 1024 * STRIDE;
const S0 = 0;
const S1 = 1;
const S2 = 2;
const CARRY = 3;
/** A normal that `normal` has in hand, or NaN. */
const SPARE = 4;
let chunk = new Float64Array(CHUNK);
let chunkUsed = 0;

/** A stream of random numbers with the distributions that models need. */
export class RandomStream {
  private readonly state: Float64Array;
  private readonly base: number;

  /** @param name the same name always gives the same stream, that of `seedrandom.alea(name)` */
  constructor(name: string) {
    if (chunkUsed === CHUNK) {
      chunk = new Float64Array(CHUNK);
      chunkUsed = 0;
    }
    this.state = chunk;
    this.base = chunkUsed;
    chunkUsed += STRIDE;
    const { s0, s1, s2, c } = seedrandom.alea(name, { state: true }).state() as unknown as AleaState;
    this.state.set([s0, s1, s2, c, Number.NaN], this.base);
  }

  /**
   * Uniform in [0, 1), with 32 random bits. The generator is Alea (J. Baagoe, 2010), a multiply-with-carry generator of
   * lag 3 with multiplier 2091639.
   */
  uniform(): number {
    const { state, base } = this;
    const sum = 2091639 * state[base + S0] + state[base + CARRY] * UNIT;
    const carry = Math.trunc(sum);
    state[base + S0] = state[base + S1];
    state[base + S1] = state[base + S2];
    state[base + CARRY] = carry;
    state[base + S2] = sum - carry;
    return sum - carry;
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
    const spare = this.state[this.base + SPARE];
    if (!Number.isNaN(spare)) {
      this.state[this.base + SPARE] = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.state[this.base + SPARE] = v * factor;
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
