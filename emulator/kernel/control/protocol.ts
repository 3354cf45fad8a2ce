// What goes through the control socket of a run: a line of JSON asks, lines of JSON answer, the end of the connection
// ends the matter.

/** A host as a run that is up tells of it. */
export interface HostStatus {
  /** `slice@node` */
  readonly name: string;
  readonly hostname: string;
  readonly aliases: readonly string[];
  readonly ipv4: string;
  readonly ipv6: string;
  /** Such as `ready`, `starting`, `crashed`; of the run's choosing. */
  readonly state: string;
  /** Its program's process; undefined where it has none of its own. */
  readonly pid: number | undefined;
  readonly restarts: number;
}

export interface RunStatus {
  readonly scenario: string;
  /** The process of the run. */
  readonly pid: number;
  /** The run's time 0: milliseconds since 1970, with a fraction. */
  readonly startedAt: number;
  /** Seconds until it ends by itself; undefined where it does not. */
  readonly left: number | undefined;
  readonly hosts: number;
  /** The run directory. */
  readonly directory: string;
}

/** Names of files by which a process enters a host, for `nsenter`. */
export interface Entrance {
  readonly net: string;
  readonly uts: string;
  readonly mount: string;
  readonly pid: string;
  /** The user namespace of the run: entered where it is not one's own. */
  readonly user: string;
  /** The working directory of the host's program. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A packet that passed a host's interface. */
export interface CapturedFrame {
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  /** `out`: sent by the host. */
  readonly direction: 'in' | 'out';
  /** An IP packet: the interfaces have no link layer. */
  readonly bytes: Uint8Array;
}

/** What is captured: the host's name, and the run's time 0 as in its status. */
export interface Capture {
  readonly host: string;
  readonly startedAt: number;
}

export interface LogFiles {
  readonly stdout: string;
  readonly stderr: string;
}

/** What can be asked, and the answers. Hosts are named `slice@node`, by host name, by alias or by address. */
export interface Questions {
  status: { ask: object; answer: RunStatus };
  hosts: { ask: object; answer: readonly HostStatus[] };
  enter: { ask: { readonly host: string }; answer: Entrance };
  logs: { ask: { readonly host: string }; answer: LogFiles };
  /** Answers with what was done. */
  fault: { ask: { readonly text: string }; answer: string };
  /** Answers when the run has begun to end; it has ended when the connection ends. */
  down: { ask: object; answer: true };
  /** Answers at once; frames follow until the client ends the connection. */
  capture: { ask: { readonly host: string }; answer: Capture };
}

export type Topic = keyof Questions;

export type Question = { [T in Topic]: { readonly topic: T } & Questions[T]['ask'] }[Topic];

export type Answer = { readonly answer: unknown } | { readonly error: string };

/** A frame on its way: JSON knows no bytes. */
export interface FrameLine {
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly base64: string;
  /** Frames lost before this one because the client did not read fast enough. */
  readonly lost: number;
}

/** What the run does when asked. Errors that it throws reach whoever asked, by their message. */
export interface ControlHandlers {
  status(): RunStatus;
  /** In the order of their indices. */
  hosts(): readonly HostStatus[];
  enter(host: number): Entrance;
  /** @throws where it has none */
  logs(host: number): LogFiles;
  /** @returns what was done, in words */
  fault(text: string): string;
  down(): void;
  /** @returns ends the capture */
  capture(host: number, frame: (frame: CapturedFrame) => void): () => void;
}
