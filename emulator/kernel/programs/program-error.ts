// What keeps a run's programs from running: which slice, host and command, and what the program itself said.

/** The message is complete, several lines where the program had something to say. */
export class ProgramError extends Error {
  override name = 'ProgramError';
  readonly slice: string;
  /** `slice@node`; undefined where all hosts of the slice are concerned. */
  readonly host: string | undefined;

  constructor(slice: string, host: string | undefined, problem: string, output: readonly string[] = []) {
    const said = output.length > 0 ? `, and last said:\n${output.map(line => `  ${line}`).join('\n')}` : '';
    super(`${host === undefined ? `slice ${slice}` : `${host}`}: ${problem}${said}`);
    this.slice = slice;
    this.host = host;
  }
}
