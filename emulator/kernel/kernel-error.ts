// What the kernel refuses, in words for the one who runs Petri.

/** This machine does not do what an emulated run needs. The message says what failed and what to do about it. */
export class KernelError extends Error {
  override name = 'KernelError';
  /** The error's name in <errno.h>; undefined where no system call failed. */
  readonly code: string | undefined;
  readonly remedy: string;

  constructor(what: string, remedy: string, code?: string) {
    super(`${what}; ${remedy}`);
    this.code = code;
    this.remedy = remedy;
  }
}
