// Ctrl-C: the first asks the run to end cleanly, the second ends the process.

/** Whether the run was asked to stop. */
export interface Interrupt {
  readonly requested: boolean;
  /** Gives the signals back. */
  release(): void;
}

/** Takes SIGINT and SIGTERM until released. */
export function catchInterrupt(): Interrupt {
  let requested = false;
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const request = () => {
    requested = true;
    release();
  };
  const release = () => {
    for (const signal of signals) process.off(signal, request);
  };
  for (const signal of signals) process.on(signal, request);
  return {
    get requested() {
      return requested;
    },
    release,
  };
}
