// A hash of whole numbers, for what every host must draw alike without being told.

/** 2^32 divided by the golden ratio: consecutive multiples of it lie far apart. */
const GOLDEN = 0x9e3779b9;

/** Mixes 32 bits so that each depends on all: the finalizer of A. Appleby's MurmurHash3. @returns a uint32 */
export function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The hash number `index` of a value. @param value an integer, 0 .. 2^53 - 1 @returns a uint32 */
export function hash32(value: number, index = 0): number {
  const low = (value % 2 ** 32) | 0;
  const high = Math.floor(value / 2 ** 32);
  return mix32(mix32(low + Math.imul(index + 1, GOLDEN)) ^ mix32(high + GOLDEN));
}
