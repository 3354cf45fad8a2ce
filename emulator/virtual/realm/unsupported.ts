// What a simulated host does not have is refused at its first use, by name, with what to do about it.
import { running } from './running.ts';

/** Thrown into the program, which may catch it and do without. */
export class UnsupportedError extends Error {
  override name = 'UnsupportedError';
  readonly code = 'ERR_VIRTUAL_UNSUPPORTED';
}

const ADVICE: Readonly<Record<string, string>> = {
  'a child process': 'make it a slice of its own',
  'a worker thread': 'make it a slice of its own',
  'a native add-on': 'name a module in JavaScript to put in its place',
};

/**
 * The error for a feature that programs in virtual time cannot have.
 * @param feature as it is called in a sentence
 * @param module what a scenario would substitute
 */
export function unsupported(feature: string, module?: string): UnsupportedError {
  const asker = running.machine?.askedBy(new Error().stack ?? '');
  const by = asker === undefined ? '' : ` (asked for by ${asker})`;
  const substitute = module === undefined ? 'the module that needs it' : `'${module}'`;
  const advice = ADVICE[feature] === undefined ? '' : `${ADVICE[feature]}, or `;
  return new UnsupportedError(
    `${feature} is not available to a host in virtual time${by}: ${advice}give the slice a substitute for ${substitute} (run.substitute)`,
  );
}
