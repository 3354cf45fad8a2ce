// The schedule of faults: what a scenario's faults mean on a given testbed, event by event.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import { apart, oneWay } from '../network/cuts.ts';
import type { Nodes } from '../node/nodes.ts';
import { compileChurn } from './churn.ts';
import type { FaultEvent } from './event.ts';
import { type Place, select } from './select.ts';
import { drawSpan } from './span.ts';
import type { ChurnSpec, FaultSpec, Selector, Span } from './spec.ts';

/** As many events as a schedule may have: each lies in the event queue from the start. */
const MOST_EVENTS = 5_000_000;

/** The fault at one time. */
type Once = FaultSpec & { readonly at: Nanoseconds };

/**
 * Compiles faults to events in order of time (of equal times, in the order of the list).
 * @param end the end of the run: what recurs does so before it; without one nothing may
 * @throws {TestbedError} where a fault names what the testbed does not have, or recurs too often
 */
export function scheduleFaults(
  faults: readonly (FaultSpec | ChurnSpec)[],
  nodes: Nodes,
  seed: string,
  end: Nanoseconds = Infinity,
): FaultEvent[] {
  const events: FaultEvent[] = [];
  const churning = new Map<number, number>();
  for (const [index, fault] of faults.entries()) {
    const place = ['faults', index, fault.kind];
    const own =
      fault.kind === 'churn'
        ? once(compileChurn(fault, nodes, seed, place, end), index, nodes, churning)
        : recur(fault, nodes, stream(seed, 'faults', index), place, end);
    for (const event of own) {
      events.push(event);
      if (events.length > MOST_EVENTS) throw tooMany(place);
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

const tooMany = (place: Place): TestbedError =>
  new TestbedError(
    place,
    `more than ${MOST_EVENTS} events`,
    'faults less often, on fewer nodes, or a shorter run',
  );

/** A node that churns by two laws would obey neither. @throws {TestbedError} */
function* once(
  events: Iterable<FaultEvent & { readonly node: number }>,
  index: number,
  nodes: Nodes,
  churning: Map<number, number>,
): Iterable<FaultEvent> {
  for (const event of events) {
    const { node } = event;
    const other = churning.get(node) ?? index;
    churning.set(node, other);
    if (other !== index) {
      const found = `${nodes.names[node]}, which churns by faults.${other} too`;
      throw new TestbedError(['faults', index, 'churn'], found, 'each node in one churn at most');
    }
    yield event;
  }
}

/** All that a fault does before the end. */
function* recur(
  fault: FaultSpec,
  nodes: Nodes,
  random: RandomStream,
  place: Place,
  end: Nanoseconds,
): Iterable<FaultEvent> {
  let at = drawSpan(fault.at, random);
  if (fault.every === undefined) {
    yield* compileFault({ ...fault, at }, nodes, random, place, end);
    return;
  }
  if (end === Infinity) throw new TestbedError(place, 'a fault that recurs', 'a run with an end');
  for (;;) {
    at += drawSpan(fault.every, random);
    if (at >= end) return;
    yield* compileFault({ ...fault, at }, nodes, random, place, end);
  }
}

/**
 * Compiles one occurrence of a fault, to events in no particular order.
 * @param random decides where the fault leaves a choice
 * @param place where the fault stands, for the error that it may deserve
 * @throws {TestbedError} where it names what the testbed does not have
 */
export function compileFault(
  fault: Once,
  nodes: Nodes,
  random: RandomStream,
  place: Place,
  end = Infinity,
): FaultEvent[] {
  const chosen = (selector: Selector) => select(selector, nodes, random, place);
  const spell = (begin: FaultEvent, ending: FaultEvent, span: Span | undefined): FaultEvent[] =>
    span === undefined ? [begin] : [begin, { ...ending, at: begin.at + drawSpan(span, random) }];
  const { at } = fault;
  switch (fault.kind) {
    case 'crash':
      return chosen(fault.nodes).flatMap(node => {
        const crash: FaultEvent = { at: at + Math.round(random.uniform() * fault.over), kind: 'crash', node };
        return spell(crash, { at, kind: 'restart', node }, fault.restart);
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
    case 'limp': {
      const limp = { nodes: chosen(fault.nodes), cpu: fault.cpu ?? 1, disk: fault.disk ?? 1 };
      return spell({ at, kind: 'limp', limp }, { at, kind: 'sound', limp }, fault.for);
    }
    case 'disk':
      return chosen(fault.nodes).flatMap(node =>
        spell({ at, kind: 'disk', node }, { at, kind: 'replace', node }, fault.repair),
      );
    case 'flap': {
      const last = fault.for === undefined ? end : Math.min(end, at + drawSpan(fault.for, random));
      if (last === Infinity)
        throw new TestbedError(place, 'links that flap for ever', '`for` beside it, or a run with an end');
      return flap(fault, chosen(fault.nodes), last, random, place);
    }
  }
}

/** Links' spells of losing everything; the last ends at the end at the latest. @throws {TestbedError} where they are too many */
function flap(
  { at, up, down }: Once & { readonly kind: 'flap' },
  nodes: readonly number[],
  last: Nanoseconds,
  random: RandomStream,
  place: Place,
): FaultEvent[] {
  const events: FaultEvent[] = [];
  for (const node of nodes) {
    const link = { nodes: [node], rate: 1 };
    for (let time = at + drawSpan(up, random); time < last; ) {
      const back = Math.min(last, time + drawSpan(down, random));
      events.push({ at: time, kind: 'lossy', link }, { at: back, kind: 'clean', link });
      if (events.length > MOST_EVENTS) throw tooMany(place);
      time = back + drawSpan(up, random);
    }
  }
  return events;
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
