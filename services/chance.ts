// Chance on a real host: the system's randomness, or a seeded stream where runs are to be repeated.
import { getRandomValues } from 'node:crypto';
import seedrandom from 'seedrandom';

/** Draws fetched from the system at a time; each fetch costs microseconds. */
const BATCH = 1024;

/** Uniform in [0, 1), in steps of 2^-32 from the system's generator. @param seed for the same numbers each time */
export function chance(seed?: string): () => number {
  if (seed !== undefined) return seedrandom.alea(seed);
  const draws = new Uint32Array(BATCH);
  let used = BATCH;
  return () => {
    if (used === BATCH) {
      getRandomValues(draws);
      used = 0;
    }
    return draws[used++] / 2 ** 32;
  };
}
