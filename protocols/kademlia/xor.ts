// The XOR metric on identifiers of 48 bits, exact in a double.
const TWO_TO_32 = 2 ** 32;

/** d(a, b): a XOR b as an integer, 0 .. 2^48 - 1. */
export function distance(a: number, b: number): number {
  return ((a / TWO_TO_32) ^ (b / TWO_TO_32)) * TWO_TO_32 + ((a ^ b) >>> 0);
}

/** The k-bucket of a distance d > 0: i where 2^i <= d < 2^(i+1); 0 .. 47. */
export function bucketOf(d: number): number {
  return d >= TWO_TO_32 ? 63 - Math.clz32(d / TWO_TO_32) : 31 - Math.clz32(d);
}

/** Whether bit `index` (0 .. 47) of a distance is set. */
export function hasBit(d: number, index: number): boolean {
  return index < 32 ? ((d >>> index) & 1) === 1 : (((d / TWO_TO_32) >>> (index - 32)) & 1) === 1;
}

/** An identifier in a node's k-bucket `index`, uniformly. @param random uniform in [0, 1) */
export function randomIn(self: number, index: number, random: () => number): number {
  const high = Math.floor(random() * 2 ** 24);
  const low = Math.floor(random() * 2 ** 24);
  return distance(self, 2 ** index + ((high * 2 ** 24 + low) % 2 ** index));
}
