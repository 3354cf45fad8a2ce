// What to run in a host: a program with its surroundings, when it starts and what becomes of it when it ends.
import type { Nanoseconds } from '../../../sim/time.ts';
import type { ServiceBundle } from '../../service/bundle.ts';

/** When a program counts as ready; slices that start `after` its own wait for that. */
export type Readiness =
  | { readonly kind: 'started' }
  /** A TCP port of the host's own takes a connection. */
  | { readonly kind: 'port'; readonly port: number; readonly within: Nanoseconds }
  /** A line of its standard output contains this text. */
  | { readonly kind: 'line'; readonly line: string; readonly within: Nanoseconds }
  | { readonly kind: 'time'; readonly time: Nanoseconds };

export type RestartPolicy = 'never' | 'on-failure' | 'always';

/** What the kernel holds a program to. */
export interface Share {
  /** Processor cores; `Infinity`: no limit */
  readonly cpu: number;
  /** Bytes; `Infinity`: no limit */
  readonly memory: number;
}

interface Plan {
  /** The host's index; a host runs one program. */
  readonly host: number;
  readonly slice: string;
  /** Slices all of whose programs must be ready before this one's start. */
  readonly after: readonly string[];
  /** The whole environment is this and PATH, HOME, HOSTNAME and LANG, which this may replace. */
  readonly env: Readonly<Record<string, string>>;
  readonly ready: Readiness;
  readonly restart: RestartPolicy;
  /** No earlier than so long after the start of the run. */
  readonly startAt: Nanoseconds;
  /** Where it runs: an absolute name. Made where it is not there, and left when the run ends. */
  readonly directory: string;
  /** Where its output goes: files stdout.log and stderr.log in a folder with an absolute name, made like `directory`. */
  readonly logs: string;
}

/** A process, and whatever it starts. */
export interface CommandPlan extends Plan {
  readonly kind: 'command';
  /** An executable and its arguments: an absolute name, or one without a slash that PATH leads to. */
  readonly argv: readonly [string, ...string[]];
  readonly share: Share;
  /** Whether it may open raw sockets: to forge packets and to read those of others. It may where left out. */
  readonly raw?: boolean;
}

/** A Node.js program that shares a process with others of the same bundle. Its share is the process's: no limits. */
export interface PackedPlan extends Plan {
  readonly kind: 'packed';
  /** Those that share a process have the very same object. */
  readonly bundle: ServiceBundle;
  readonly args: readonly string[];
}

export type ProgramPlan = CommandPlan | PackedPlan;

/** How a program ended. */
export interface ProgramExit {
  readonly host: number;
  /** The exit status; undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Nanoseconds since the start of the run. */
  readonly at: Nanoseconds;
  /** How long it ran. */
  readonly up: Nanoseconds;
  /**
   * Who ended it: `itself`, `memory` (the kernel, because it used more memory than its share or the machine allows), `fault`
   * (a crash of the scenario's) or `run` (the end of the run).
   */
  readonly by: 'itself' | 'memory' | 'fault' | 'run';
  /** Text of the error that an instance in a shared process died of. */
  readonly error?: string;
}

/** Told of what happens to programs. */
export interface ProgramListener {
  started(host: number): void;
  ready(host: number): void;
  /** A line of a program's standard output that may be JSON: it begins with `{`. Without its end. */
  json(host: number, line: string): void;
  exited(exit: ProgramExit): void;
  /** The run cannot go on: a program did not start, or was not ready in time. Told once at most. */
  failed(error: Error): void;
}

/** How programs fared on this machine's processors. */
export interface ProgramsReport {
  /**
   * Share of time that programs were ready to run and waited for a processor, over samples of one second of one program;
   * of a program's threads the one that waited most. Undefined where this kernel does not count it, or nothing ran for a
   * second.
   */
  readonly waiting:
    | { readonly p50: number; readonly p99: number; readonly max: number; readonly samples: number }
    | undefined;
  /** Share of the machine's processor time that the machine it runs on took for others. */
  readonly steal: number;
  /** Bytes of standard output that came faster than they could be searched for lines of JSON. The log files have them. */
  readonly unreadOutput: number;
}
