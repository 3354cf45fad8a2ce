// Claims that must hold whatever the seed: hundreds are tried, and one that fails says how to see it again.
import { relative } from 'node:path';
import { expect } from 'vitest';

/**
 * Holds a claim against `count` seeds, the same ones in each run; others with another PETRI_TEST_SEED, and with PETRI_REPLAY
 * that one alone. What a claim that fails throws is preceded by the command that replays it.
 * @returns how many were tried
 */
export function forSeeds(count: number, claim: (seed: string) => void): number {
  const { PETRI_TEST_SEED = '1', PETRI_REPLAY } = process.env;
  const seeds = PETRI_REPLAY
    ? [PETRI_REPLAY]
    : Array.from({ length: count }, (_, index) => `${PETRI_TEST_SEED}.${index}`);
  for (const seed of seeds) {
    try {
      claim(seed);
    } catch (error) {
      if (error instanceof Error) error.message = `${replay(seed)}\n${error.message}`;
      throw error;
    }
  }
  return seeds.length;
}

function replay(seed: string): string {
  const { testPath, currentTestName } = expect.getState();
  const file = relative(process.cwd(), testPath ?? '');
  // A test's full name is its groups and its own with ' > ' between; -t takes a pattern with blanks there.
  const pattern = (currentTestName ?? '').replaceAll(' > ', ' ').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `seed ${seed}: PETRI_REPLAY=${seed} npx vitest run ${file} -t '${pattern.replaceAll("'", '.')}'`;
}
