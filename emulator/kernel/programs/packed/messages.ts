// What passes between the run and a process that many instances share.
import type { ServiceBundle } from '../../../service/bundle.ts';

/** An instance to be started. */
export interface Start {
  readonly kind: 'start';
  /** Tells this start of an instance from every other. */
  readonly life: number;
  /** Descriptor of its host's network namespace, in the shared process. */
  readonly network: number;
  readonly hostname: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Files that its output is appended to. */
  readonly stdout: string;
  readonly stderr: string;
}

export type ToShared =
  /** Comes first. */
  | { readonly kind: 'bundle'; readonly bundle: ServiceBundle }
  | Start
  | { readonly kind: 'kill' | 'pause' | 'resume'; readonly life: number };

/** An instance has ended. */
export interface Ended {
  readonly life: number;
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** What it died of, with its stack. */
  readonly error?: string;
}
