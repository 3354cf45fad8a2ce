// What a model says of a scenario that cannot be built: where in it, what was found, what was expected.

export class TestbedError extends Error {
  override name = 'TestbedError';
  /** The keys that lead to the place in the scenario: `['slices', 'dht', 'place', 'nodes']`. */
  readonly path: readonly (string | number)[];
  readonly found: string;
  readonly expected: string;
  /** The nearest name that would have served, where there is one. */
  readonly suggestion: string | undefined;

  constructor(path: readonly (string | number)[], found: string, expected: string, suggestion?: string) {
    const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
    super(`${path.join('.')}: found ${found}, expected ${expected}${hint}`);
    this.path = path;
    this.found = found;
    this.expected = expected;
    this.suggestion = suggestion;
  }
}
