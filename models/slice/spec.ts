// What a scenario says of a slice: where it is placed, what it may use and what runs in it.
import type { Nanoseconds } from '../../sim/time.ts';
import type { Selector } from '../faults/spec.ts';
import type { CapSpec } from '../network/spec.ts';
import type { DemandSpec, MachineClaim } from '../node/spec.ts';
import type { Transport } from '../reach/spec.ts';
import type { TransferOptions } from './transfers.ts';

/** Which nodes a placement may take, and which of them together. Round trips are those of the paths, in nanoseconds. */
export interface Restrictions {
  /** Every selector must mean the node. */
  readonly where?: readonly Selector[];
  /** At most so far from a node or site. */
  readonly within?: { readonly of: string; readonly rtt: Nanoseconds };
  /** At least so far from each other. */
  readonly apart?: Nanoseconds;
  /** No two of one `site`, `country`, `region`, `class`, or group of this kind. */
  readonly distinct?: string;
}

export type PlacementSpec =
  | ({ readonly policy: 'all' } & Restrictions)
  | ({ readonly policy: 'spread' | 'random'; readonly nodes: number } & Restrictions)
  /** The nodes with the smallest delay to a site, or, by great circle, to a point. */
  | ({ readonly policy: 'near'; readonly nodes: number; readonly near: string } & Restrictions)
  | { readonly policy: 'list'; readonly list: readonly string[] };

/** A protocol of the catalogue: modelled in `model` mode, the program `petri-service` in the others. */
export interface ProtocolRun {
  readonly kind: 'protocol';
  /** A name in the catalogue of protocols. */
  readonly protocol: string;
  /** Complete option values, as the protocol's own options describe them. */
  readonly options: object;
  /** The slice whose members the directory lists; the own one where left out. It runs the same protocol. */
  readonly contacts?: string;
}

/** Bulk transfers between slivers, as flows: mode `model`. */
export interface TransfersRun {
  readonly kind: 'transfers';
  readonly options: TransferOptions;
  /** The slice whose members its own send to; the own one where left out. It makes transfers, too. */
  readonly contacts?: string;
}

/** When a program counts as ready; slices that start `after` its own wait for that. */
export type Readiness =
  | { readonly kind: 'started' }
  /** A TCP port of the host's own takes a connection. */
  | { readonly kind: 'port'; readonly port: number; readonly within: Nanoseconds }
  /** A line of its output contains this text. */
  | { readonly kind: 'line'; readonly line: string; readonly within: Nanoseconds }
  | { readonly kind: 'time'; readonly time: Nanoseconds };

/** What concerns real programs alone. In texts `{host}`, `{index}`, `{address}`, `{peers}` and such stand for the host's own. */
export interface ProgramSpec {
  readonly env: Readonly<Record<string, string>>;
  readonly ready: Readiness;
  readonly restart: 'never' | 'on-failure' | 'always';
  /** Slices all of whose programs must be ready before this one's start. */
  readonly after: readonly string[];
}

/** A Node.js service: modes `virtual` and `emulate`. */
export interface ServiceRun extends ProgramSpec {
  readonly kind: 'service';
  /** Absolute name of a file, or the name of a package's folder. */
  readonly service: string;
  readonly args: readonly string[];
  /** In `emulate`: many instances to a process, or one. */
  readonly pack: boolean;
  /** In `virtual`: modules to put in place of others, by name; absolute files. */
  readonly substitute: Readonly<Record<string, string>>;
}

/** Any executable with its arguments: mode `emulate`. */
export interface CommandRun extends ProgramSpec {
  readonly kind: 'command';
  /** Program and arguments; not a shell's line. */
  readonly command: readonly string[];
}

export type RunSpec = ProtocolRun | TransfersRun | ServiceRun | CommandRun;

/** How the clocks of a slice's hosts differ from true time. Modes `model` and `virtual`. */
export interface ClockSpec {
  /** Offsets are uniform in [-skew, skew], in nanoseconds. */
  readonly skew: Nanoseconds;
  /** Rate errors are uniform in [-drift, drift], a fraction: 20e-6 is 20 microseconds a second. */
  readonly drift: number;
}

/** What a sliver may use of its node, beside its uplink. Real programs are held to it by the kernel. */
export interface ShareSpec {
  /** Processor cores; `Infinity`: no limit */
  readonly cpu: number;
  /** Bytes; `Infinity`: no limit */
  readonly memory: number;
}

export const unlimitedShare: ShareSpec = { cpu: Infinity, memory: Infinity };
export const trueClock: ClockSpec = { skew: 0, drift: 0 };

export interface SliceSpec {
  readonly name: string;
  /** By what firewalls know it; that of protocols' daemons where left out. */
  readonly transport?: Transport;
  readonly place: PlacementSpec;
  readonly caps: CapSpec;
  readonly share: ShareSpec;
  /** What it has of machines, where these are modelled; what is usual where left out. */
  readonly claim?: MachineClaim;
  /** What it asks of machines, where these are modelled, beside what runs in it; nothing where left out. */
  readonly demand?: DemandSpec;
  /** Whether it may open raw sockets, to forge packets and read those of others; it may where left out. */
  readonly raw?: boolean;
  readonly clock: ClockSpec;
  readonly run: RunSpec;
  /** Slivers start at random times, uniform over this span from the start of the run. */
  readonly startOver: Nanoseconds;
}
