// The error of this folder: what is wrong, and what to do about it.

/** Results that cannot be recorded, compared or written as asked. The message holds the problem and the remedy. */
export class ResultsError extends Error {
  override name = 'ResultsError';
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem}: ${remedy}`, options);
    this.remedy = remedy;
  }
}
