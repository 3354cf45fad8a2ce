// The word that was probably meant.
import { distance } from 'fastest-levenshtein';

/**
 * The known word nearest to `word` by edit distance, letter case aside.
 * @returns undefined where none is near: more than a third of the letters, and more than one, would have to change
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(lower, candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}
