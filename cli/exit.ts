// Exit statuses of `petri`, and the errors that end a command with one of them.

export const EXIT = {
  well: 0,
  /** An expectation failed, or a run was found not to be deterministic. */
  failed: 1,
  badInput: 2,
  notFaithful: 3,
  machineLacks: 4,
  /** Ended by Ctrl-C: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

/** The user asked for what cannot be: the message says what, and what can. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** This machine lacks something that the mode needs: the message says what, and what to do about it. */
export class MachineError extends Error {
  override name = 'MachineError';
}

const BAD_INPUT = [
  'UsageError',
  'ScenarioError',
  'TopologyError',
  'TestbedError',
  'ResultsError',
  'ServiceError',
  'ProgramError',
];

/** The exit status that an error deserves; undefined for one that nobody foresaw. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if (BAD_INPUT.includes(error.name)) return EXIT.badInput;
  return error instanceof MachineError || error.name === 'KernelError' ? EXIT.machineLacks : undefined;
}
