// Where words go: results to standard output, everything else to standard error.

/** A line of the command's result. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A line beside the result. */
export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}
