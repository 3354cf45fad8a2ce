// How a node's CPU is divided among its slivers: by reserves and shares, or by reservations.

/** What one sliver has of its node's CPU, as far as dividing it goes. */
export interface CpuClaim {
  /** Weight among those that want more than there is, > 0. */
  readonly share: number;
  /** Cores, >= 0. */
  readonly reserve: number;
}

/**
 * Reserves first: a sliver gets what it wants up to its reserve. What is left is divided by shares among those that want
 * more: weighted max-min fairness, by water filling. All of the CPU is used as long as anybody wants it. Reserves that are
 * more than there is, on a node that limps, shrink in proportion. Without reserves, and with the number of a sliver's
 * processes for its share, it is what a system does that knows processes and no slivers.
 * @param capacity cores, >= 0
 * @param wants by sliver: cores, >= 0
 * @param rates takes the result, of the same length
 */
export function shareOut(
  capacity: number,
  wants: Float64Array,
  claims: readonly CpuClaim[],
  rates: Float64Array,
): void {
  let left = capacity - reserveOut(capacity, wants, claims, rates);
  // Whoever wants less than its part of the rest gets that, and leaves the others more: so until nobody does.
  for (;;) {
    let weight = 0;
    for (let own = 0; own < wants.length; own++) if (rates[own] < wants[own]) weight += claims[own].share;
    if (weight === 0 || left <= 0) return;
    const perShare = left / weight;
    let filled = 0;
    for (let own = 0; own < wants.length; own++) {
      const more = wants[own] - rates[own];
      if (more <= 0 || more > perShare * claims[own].share) continue;
      rates[own] = wants[own];
      filled += more;
    }
    if (filled === 0) {
      for (let own = 0; own < wants.length; own++) {
        if (rates[own] < wants[own]) rates[own] += perShare * claims[own].share;
      }
      return;
    }
    left -= filled;
  }
}

/**
 * Reservations: a sliver gets what it wants up to its own, whether others use theirs or not.
 * @returns the sum of what they get
 */
export function reserveOut(
  capacity: number,
  wants: Float64Array,
  claims: readonly CpuClaim[],
  rates: Float64Array,
): number {
  let sum = 0;
  for (let own = 0; own < wants.length; own++) {
    rates[own] = Math.min(wants[own], claims[own].reserve);
    sum += rates[own];
  }
  if (sum <= capacity) return sum;
  for (let own = 0; own < wants.length; own++) rates[own] *= capacity / sum;
  return capacity;
}
