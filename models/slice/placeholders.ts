// Placeholders: what stands in braces in a program's arguments and environment, and is each host's own.

/** What each host fills in. With `:slice` after it, the same of the first host of another slice: `{address:web}`. */
export const PLACEHOLDERS = [
  'host',
  'index',
  'node',
  'slice',
  'address',
  'address6',
  'peers',
  'peers6',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

const PATTERN = /\{([a-z]+6?)(?::([a-z][a-z0-9-]*))?\}/g;

const isPlaceholder = (name: string): name is Placeholder =>
  (PLACEHOLDERS as readonly string[]).includes(name);

/**
 * A text with its placeholders filled in. Braces around anything else stay as they are: programs have uses for them.
 * @param value what stands for a placeholder, of the host itself or of a slice
 */
export function fillIn(
  text: string,
  value: (name: Placeholder, slice: string | undefined) => string,
): string {
  return text.replace(PATTERN, (whole, name: string, slice?: string) =>
    isPlaceholder(name) ? value(name, slice) : whole,
  );
}

/** The words in braces in a text, known or not, each with the slice that it names. */
export function wordsInBraces(text: string): { readonly word: string; readonly slice: string | undefined }[] {
  return [...text.matchAll(PATTERN)].map(([, word, slice]) => ({ word: word!, slice }));
}
