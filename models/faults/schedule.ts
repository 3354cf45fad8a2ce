// The schedule of faults: what a scenario's faults mean on a given testbed, event by event.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { apart, type Grouping, oneWay } from '../network/cuts.ts';
import type { Nodes } from '../node/nodes.ts';
import { type Place, select } from './select.ts';
import type { FaultSpec, Selector } from './spec.ts';

/** One thing that happens. The events that begin and end one partition, slowness and such share their object. */
export type FaultEvent =
  | { readonly at: Nanoseconds; readonly kind: 'crash' | 'restart'; readonly node: number }
  | { readonly at: Nanoseconds; readonly kind: 'cut' | 'heal'; readonly grouping: Grouping }
  | { readonly at: Nanoseconds; readonly kind: 'slow' | 'mend'; readonly link: SlowLink }
  | { readonly at: Nanoseconds; readonly kind: 'lossy' | 'clean'; readonly link: LossyLink }
  | { readonly at: Nanoseconds; readonly kind: 'pause' | 'resume'; readonly pause: Pause }
  | { readonly at: Nanoseconds; readonly kind: 'jump'; readonly node: number; readonly by: Nanoseconds };

/** What is wrong with some nodes' access links. */
export interface SlowLink {
  readonly nodes: readonly number[];
  /** bit/s; undefined: as before */
  readonly rate: number | undefined;
  /** Extra one-way delay, in nanoseconds. */
  readonly delay: Nanoseconds;
}

export interface LossyLink {
  readonly nodes: readonly number[];
  /** Fraction of messages lost in each direction, in (0, 1]. */
  readonly rate: number;
}

/** Some nodes' standing still. */
export interface Pause {
  readonly nodes: readonly number[];
}

/**
 * Compiles faults to events in order of time (of equal times, in the order of the list).
 * @throws {TestbedError} where a fault names what the testbed does not have
 */
export function scheduleFaults(faults: readonly FaultSpec[], nodes: Nodes, seed: string): FaultEvent[] {
  return faults
    .flatMap((fault, index) =>
      compileFault(fault, nodes, stream(seed, 'faults', index), ['faults', index, fault.kind]),
    )
    .sort((a, b) => a.at - b.at);
}

/**
 * Compiles one fault, to events in no particular order.
 * @param random decides where the fault leaves a choice
 * @param place where the fault stands, for the error that it may deserve
 * @throws {TestbedError} where it names what the testbed does not have
 */
export function compileFault(
  fault: FaultSpec,
  nodes: Nodes,
  random: RandomStream,
  place: Place,
): FaultEvent[] {
  const chosen = (selector: Selector) => select(selector, nodes, random, place);
  const { at } = fault;
  switch (fault.kind) {
    case 'crash':
      return chosen(fault.nodes).flatMap(node => {
        const crash: FaultEvent = { at: at + Math.round(random.uniform() * fault.over), kind: 'crash', node };
        const restart = (after: Nanoseconds): FaultEvent => ({ at: crash.at + after, kind: 'restart', node });
        return fault.restart === undefined ? [crash] : [crash, restart(fault.restart)];
      });
    case 'restart':
      return chosen(fault.nodes).map(node => ({ at, kind: 'restart', node }));
    case 'clock':
      return chosen(fault.nodes).map(node => ({ at, kind: 'jump', node, by: fault.by }));
    case 'partition': {
      const groups = group(fault.groups, nodes, random, place);
      const grouping = fault.oneWay ? oneWay(groups) : apart(groups);
      return spell({ at, kind: 'cut', grouping }, { at, kind: 'heal', grouping }, fault.heal);
    }
    case 'slow': {
      const link = { nodes: chosen(fault.nodes), rate: fault.rate, delay: fault.delay ?? 0 };
      return spell({ at, kind: 'slow', link }, { at, kind: 'mend', link }, fault.for);
    }
    case 'lossy': {
      const link = { nodes: chosen(fault.nodes), rate: fault.rate };
      return spell({ at, kind: 'lossy', link }, { at, kind: 'clean', link }, fault.for);
    }
    case 'pause': {
      const pause = { nodes: chosen(fault.nodes) };
      return spell({ at, kind: 'pause', pause }, { at, kind: 'resume', pause }, fault.for);
    }
  }
}

/** What begins, and what ends it after a span, if it ever ends. */
function spell(begin: FaultEvent, end: FaultEvent, span: Nanoseconds | undefined): FaultEvent[] {
  return span === undefined ? [begin] : [begin, { ...end, at: begin.at + span }];
}

function group(
  groups: readonly (readonly Selector[])[],
  nodes: Nodes,
  random: RandomStream,
  place: Place,
): Int16Array {
  const grouping = new Int16Array(nodes.count).fill(-1);
  const assign = (number: number, members: readonly number[]) => {
    for (const node of members) {
      if (grouping[node] >= 0 && grouping[node] !== number) {
        throw new TestbedError(place, `${nodes.names[node]} in two groups`, 'each node in one group at most');
      }
      grouping[node] = number;
    }
  };
  const isRest = (selector: Selector) => selector.kind === 'rest';
  for (const [number, selectors] of groups.entries()) {
    for (const selector of selectors) {
      if (!isRest(selector)) assign(number, select(selector, nodes, random, place));
    }
  }
  const number = groups.findIndex(selectors => selectors.some(isRest));
  return number < 0 ? grouping : grouping.map(own => (own < 0 ? number : own));
}
