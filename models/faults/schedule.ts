// The schedule of faults: what a scenario's faults mean on a given testbed, event by event.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import type { Grouping } from '../network/cuts.ts';
import type { Nodes } from '../node/nodes.ts';
import { type Place, select } from './select.ts';
import type { FaultSpec, Selector } from './spec.ts';

/** One thing that happens. `cut` and `heal` of one partition, and `slow` and `mend` of one slowness, share their object. */
export type FaultEvent =
  | { readonly at: Nanoseconds; readonly kind: 'crash' | 'restart'; readonly node: number }
  | { readonly at: Nanoseconds; readonly kind: 'cut' | 'heal'; readonly grouping: Grouping }
  | { readonly at: Nanoseconds; readonly kind: 'slow' | 'mend'; readonly link: SlowLink };

/** What is wrong with some nodes' access links. */
export interface SlowLink {
  readonly nodes: readonly number[];
  /** bit/s; undefined: as before */
  readonly rate: number | undefined;
  /** Extra one-way delay, in nanoseconds. */
  readonly delay: Nanoseconds;
}

/**
 * Compiles faults to events in order of time (of equal times, in the order of the list).
 * @throws {TestbedError} where a fault names what the testbed does not have
 */
export function scheduleFaults(faults: readonly FaultSpec[], nodes: Nodes, seed: string): FaultEvent[] {
  const events = faults.flatMap((fault, index) =>
    compile(fault, nodes, stream(seed, 'faults', index), index),
  );
  return events.sort((a, b) => a.at - b.at);
}

function compile(fault: FaultSpec, nodes: Nodes, random: RandomStream, index: number): FaultEvent[] {
  const chosen = (selector: Selector) => select(selector, nodes, random, ['faults', index, fault.kind]);
  switch (fault.kind) {
    case 'crash':
      return chosen(fault.nodes).flatMap(node => {
        const at = fault.at + Math.round(random.uniform() * fault.over);
        const crash: FaultEvent = { at, kind: 'crash', node };
        return fault.restart === undefined
          ? [crash]
          : [crash, { at: at + fault.restart, kind: 'restart', node }];
      });
    case 'restart':
      return chosen(fault.nodes).map(node => ({ at: fault.at, kind: 'restart', node }));
    case 'partition': {
      const grouping = group(fault.groups, nodes, random, ['faults', index, 'partition']);
      const cut: FaultEvent = { at: fault.at, kind: 'cut', grouping };
      return fault.heal === undefined ? [cut] : [cut, { at: fault.at + fault.heal, kind: 'heal', grouping }];
    }
    case 'slow': {
      const link = { nodes: chosen(fault.nodes), rate: fault.rate, delay: fault.delay ?? 0 };
      const slow: FaultEvent = { at: fault.at, kind: 'slow', link };
      return fault.for === undefined ? [slow] : [slow, { at: fault.at + fault.for, kind: 'mend', link }];
    }
  }
}

function group(
  groups: readonly (readonly Selector[])[],
  nodes: Nodes,
  random: RandomStream,
  place: Place,
): Grouping {
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
