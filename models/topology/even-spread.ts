// What stands for a distribution at any number of sites, where draws independent of each other would stray.

/**
 * Numbers in [0, 1) by index, of which any that follow each other are spread evenly: from a start, in steps of an irrational
 * number. With square roots of different primes as steps, several together are spread evenly too (R. D. Richtmyer, "The
 * Evaluation of Definite Integrals, and a Quasi-Monte-Carlo Method", Los Alamos LA-1342, 1951).
 */
export function evenSteps(step: number, start: number): (index: number) => number {
  return index => (start + index * step) % 1;
}

/** Whose turn it is, and how many it has had. */
export interface Turn {
  readonly index: number;
  readonly before: number;
}

/**
 * Turns in proportion to shares > 0: the next is always that of the largest share for half a turn more than it has had. At
 * any time none given to another would be nearer to the shares (A. Sainte-Lague's method of dealing out seats, 1910).
 */
export function turns(shares: readonly number[]): () => Turn {
  const had = shares.map(() => 0);
  return () => {
    let index = 0;
    for (let other = 1; other < shares.length; other++) {
      if (shares[other] * (had[index] + 0.5) > shares[index] * (had[other] + 0.5)) index = other;
    }
    return { index, before: had[index]++ };
  };
}

/** What of several stands at a point of [0, 1), each taking up its share of it; some share is above 0. */
export function sharedOut<T>(shares: readonly (readonly [item: T, share: number])[]): (point: number) => T {
  const taking = shares.filter(([, share]) => share > 0);
  let sum = 0;
  const ends = taking.map(([, share]) => {
    sum += share;
    return sum;
  });
  return point => {
    let low = 0;
    for (let high = taking.length - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (point * sum < ends[middle]) high = middle;
      else low = middle + 1;
    }
    return taking[low][0];
  };
}
