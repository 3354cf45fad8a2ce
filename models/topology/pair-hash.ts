// Draws that belong to a pair, or to a pair and a time: hashed, so that none is kept and the order of asking is no matter.

/** A bijection of 32 bits in which each bit of the input moves about half of the output's (MurmurHash3's finaliser). */
export function mix(bits: number): number {
  let hash = bits ^ (bits >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A key, 32 bits, of two keys that is the same in either order. */
export function pairKey(a: number, b: number): number {
  return mix((mix(a) + mix(b)) | 0);
}

/** A hash of 32 bits as a number in [0, 1). */
export function draw(hash: number): number {
  return hash / 2 ** 32;
}
