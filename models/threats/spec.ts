// What a scenario says of threats: a worm that takes nodes, a slice that floods a third party.
import type { Law } from '../../sim/law.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Selector } from '../faults/spec.ts';

export interface WormSpec {
  readonly at: Nanoseconds;
  /** The nodes that are compromised first, at `at`. */
  readonly patients: Selector;
  /** The nodes whose software has the weakness. */
  readonly vulnerable: Selector;
  /** Time between two probes of the testbed's nodes by a compromised one. */
  readonly probe: Law;
  /** Share of the probes that go to nodes of the own site, in [0, 1]. */
  readonly local: number;
  /** Probes of hosts outside the testbed by a compromised node, per second. */
  readonly outside: number;
  /** Time from a sliver's compromise to its node's: how long the isolation holds. Undefined: for ever. */
  readonly escape?: Law;
  /** Time until a compromise is noticed. Undefined: never. */
  readonly detect?: Law;
  readonly quarantine?: {
    /** From notice until the node, or the sliver alone, is taken off. */
    readonly after: Law;
    /** How long it takes to bring it back clean. */
    readonly reinstall: Law;
  };
  readonly patch?: {
    /** From the first notice until there is a patch. */
    readonly after: Law;
    /** From then until a node has it. */
    readonly reach: Law;
  };
}

export interface FloodSpec {
  readonly at: Nanoseconds;
  /** The slice whose slivers flood. */
  readonly slice: string;
  /** Packets to the third party by each of its slivers, per second. */
  readonly rate: number;
  /** Its packets bear the addresses of nodes drawn at random, where it may open raw sockets. */
  readonly forged: boolean;
  /** Packets to the same third party by each sliver of the other slices, per second: they measure it, say. */
  readonly background: number;
  /** From the beginning until the third party has complained. */
  readonly complaint: Law;
  readonly audit: {
    /** Share of packets that a node's log keeps, in (0, 1]. */
    readonly sample: number;
    /** How far back the log of the node that is named in the complaint is searched. */
    readonly window: Nanoseconds;
    /** How long the search takes, by people. */
    readonly search: Law;
  };
  /** What each sliver of the slice that is found may send from then on, packets per second; 0: it is stopped. */
  readonly cap: number;
  /** From the finding until a node obeys. */
  readonly reach: Law;
}
