// Subsystems: parts of a testbed that act by themselves in a run, beside its slivers: management, machines, threats.
import type { Meter, Unit } from '../protocols/port.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { MachineFault } from './faults/event.ts';
import type { Endpoint } from './network/hosts.ts';
import type { Slivers } from './slivers.ts';
import type { Testbed } from './testbed.ts';

/** Where a run reports what it measures. */
export interface Instruments {
  /** Instruments whose names begin with `prefix.` */
  meter(prefix: string): Meter;
  /** A quantity that is read at the end of every window of the time series. @param read answers a finite number >= 0 */
  gauge(name: string, read: () => number, unit?: Unit): void;
}

/** What a subsystem may see of a run, and do in it. Nodes and hosts (slivers) are named by their indices. */
export interface Stage {
  readonly sim: Simulation;
  readonly testbed: Testbed;
  readonly slivers: Slivers;
  readonly instruments: Instruments;
  /** The slivers on a node. */
  hostsOn(node: number): readonly number[];
  /** A node stops at once, and its slivers. Without effect on one that is down. */
  crash(node: number): void;
  /** A node comes up, and those of its slivers that are to run; nobody is asked. Without effect on one that is up. */
  restart(node: number): void;
  /** Would bring a node back, as the end of a fault: whoever may hold it back is asked. Without effect on one that is up. */
  recover(node: number): void;
  /** A sliver is to run from now on: at once where its node is up, and whenever that comes back. */
  startSliver(host: number): void;
  /** A sliver is not to run any more, until it is started again. */
  stopSliver(host: number): void;
  /** A sliver that was held back as it booted runs now. Without effect where it is not to run, or its node is not up or paused. */
  bootSliver(host: number): void;
}

/** What a run tells a subsystem, and asks it. Whatever is left out does not concern it. */
export interface Subsystem {
  /** A node has gone down, whoever brought it down. */
  nodeDown?(node: number): void;
  /** A node has come up. */
  nodeUp?(node: number): void;
  /** A fault's end would bring a node back. @returns false where it does not come up now: the subsystem sees to it */
  mayRestart?(node: number): boolean;
  /** A sliver's time to start has come. @returns false where it does not start now: the subsystem sees to it */
  mayStart?(host: number): boolean;
  /**
   * A sliver that is to run would boot, its node being up. @returns false where it does not boot now: the subsystem sees to
   * it, by `bootSliver`
   */
  mayBoot?(host: number): boolean;
  /** A sliver runs from now on. */
  sliverUp?(host: number): void;
  /** A sliver runs no more, or is not to boot any more. */
  sliverDown?(host: number): void;
  /** A node stands still from now on, or goes on. */
  nodePaused?(node: number, paused: boolean): void;
  /** Stands before what a sliver receives, for one life of it. @returns what receives in its place */
  receiverFor?(host: number, inner: Endpoint<unknown>): Endpoint<unknown>;
  /** Something is wrong with machines, or is put right. */
  afflict?(fault: MachineFault): void;
}
