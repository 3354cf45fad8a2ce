// A problem of a scenario: where it stands, what was found there and what was expected; and the error that carries them all.

/** One thing that is wrong with a scenario. */
export interface Problem {
  /** The file as it was named, or the option of the command line that brought the value: `--set duration=5`. */
  readonly file: string;
  /** From 1; 0 where the problem is not in a file or is the file itself. */
  readonly line: number;
  /** From 1; 0 as for `line`. */
  readonly column: number;
  /** The one of the scenario's variants that has it; absent where they all do, or where there are none. */
  readonly variant?: string;
  /** The key's path as `--set` takes it (`slices.dht.place`); empty for the document as a whole. */
  readonly key: string;
  readonly found: string;
  readonly expected: string;
  /** What was probably meant. */
  readonly hint?: string;
}

/** One line: `file:line:column: key: found X, expected Y (did you mean "Z"?)`, and `variant NAME: ` before the key. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const variant = problem.variant === undefined ? '' : `variant ${problem.variant}: `;
  const key = problem.key === '' ? '' : `${problem.key}: `;
  const hint = problem.hint === undefined ? '' : ` (did you mean "${problem.hint}"?)`;
  return onOneLine(`${place}: ${variant}${key}found ${problem.found}, expected ${problem.expected}${hint}`);
}

/** Keys and file names may hold line breaks and other control characters; a message does not. */
function onOneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A scenario that cannot be run. Its message is all that is wrong with it, one problem a line. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

const LONGEST_QUOTE = 60;

/** How a value is shown after `found`: short, on one line, and never mistaken for another kind of value. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const text = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}…` : value;
    return JSON.stringify(text);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  return String(value);
}
