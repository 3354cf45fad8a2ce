// How programs are run: what a process of their own and an instance in a shared process have in common.
import type { Ending } from './syscalls.ts';

/** How a life ended, as whoever runs it can tell. */
export interface Death extends Ending {
  /** The kernel killed it because memory ran out. */
  readonly memory: boolean;
  /** Text of the error that it died of, where it was an instance in a shared process. */
  readonly error?: string;
}

/** A program from its start on. What it leaves behind in its host stays in reach after its end. */
export interface Life {
  /** The process of its own, if it has one. */
  readonly pid: number | undefined;
  /** Ends what is left of it, as a restart must. */
  clear(): void;
  /** Ends it and everything else that runs in its host, at once. */
  kill(): void;
  /** Whether nothing runs in its host. */
  gone(): boolean;
  /** Holds everything in its host. */
  pause(): void;
  resume(): void;
}

export interface Launcher<P> {
  /**
   * @param died told once, not before this returns
   * @throws {ProgramError} where it cannot be started
   */
  launch(plan: P, died: (death: Death) => void): Life;
}
