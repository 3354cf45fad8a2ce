// Churn: nodes that come and go, by laws of chance or as a trace tells.
import { draw, type Law, meanOf } from '../../sim/law.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { DAY, type Nanoseconds } from '../../sim/time.ts';
import { TestbedError } from '../error.ts';
import type { Nodes } from '../node/nodes.ts';
import { readAvailability, TraceError, type UpTimes } from './avt.ts';
import type { FaultEvent } from './event.ts';
import { type Place, select } from './select.ts';
import type { ChurnSpec } from './spec.ts';

/** A node's crashes and restarts, in turn, the first a crash. */
type Changes = Iterable<Nanoseconds>;

/** Cycles that have passed before a churn begins: the state of its nodes then hangs no more on how they began. */
const CYCLES_BEFORE = 30;

/** Spans that are drawn for them at most. A law whose mean lies beyond nearly all its draws would take for ever. */
const MOST_BEFORE = 100_000;

/**
 * Changes of the nodes, one node after the other.
 * @param end nothing happens from this time on
 * @throws {TestbedError} where the trace cannot be read, or holds fewer hosts than there are nodes, or a law has no balance
 */
export function* compileChurn(
  churn: ChurnSpec,
  nodes: Nodes,
  seed: string,
  place: Place,
  end: Nanoseconds,
): Iterable<FaultEvent & { readonly node: number }> {
  const random = stream(seed, ...place);
  const chosen = select(churn.nodes, nodes, random, place);
  const changesOf =
    'trace' in churn ? traced(churn.trace, chosen, random, place) : renewed(churn, nodes, seed, place);
  for (const [index, node] of chosen.entries()) {
    let kind: 'crash' | 'restart' = 'crash';
    for (const change of changesOf(node, index)) {
      const at = churn.at + change;
      if (at >= end) break;
      yield { at, kind, node };
      kind = kind === 'crash' ? 'restart' : 'crash';
    }
  }
}

type ChangesOf = (node: number, index: number) => Changes;

function traced(file: string, nodes: readonly number[], random: RandomStream, place: Place): ChangesOf {
  const hosts = readTrace(file, place);
  if (hosts.length < nodes.length) {
    throw new TestbedError(
      [...place.slice(0, -1), 'trace'],
      `${hosts.length} hosts for ${nodes.length} nodes`,
      'at least one host of the trace for each node: choose fewer nodes',
    );
  }
  random.shuffle(hosts);
  return (_node, index) => changesFrom(hosts[index]);
}

function readTrace(file: string, place: Place): UpTimes[] {
  try {
    return readAvailability(file);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new TestbedError(
      [...place.slice(0, -1), 'trace'],
      error.message,
      'a trace of availability in AVT form',
    );
  }
}

/** All are up before the trace begins; a host that is not up from its beginning goes down then. */
function changesFrom(upTimes: UpTimes): Nanoseconds[] {
  if (upTimes.length === 0) return [0];
  return upTimes[0] === 0 ? upTimes.slice(1) : [0, ...upTimes];
}

function renewed(
  { up, down, daily }: { up: Law; down: Law; daily: number },
  nodes: Nodes,
  seed: string,
  place: Place,
): ChangesOf {
  const cycle = meanOf(up) + meanOf(down);
  const unbalanced = () =>
    new TestbedError(
      place,
      'a law whose mean its draws do not come near',
      'a churn that has a balance: of a Pareto an alpha above 1, a smaller sigma, or a larger shape',
    );
  if (cycle === Infinity) throw unbalanced();
  return node => {
    const random = stream(seed, 'churn', nodes.names[node]);
    const changes = alternation(up, down, -CYCLES_BEFORE * cycle, random, unbalanced);
    return daily > 0 ? throughTheDay(changes, daily) : changes;
  };
}

/** An alternating renewal process that began, up, at `since` < 0, as it is from 0 on. */
function* alternation(
  up: Law,
  down: Law,
  since: Nanoseconds,
  random: RandomStream,
  unbalanced: () => TestbedError,
): Iterable<Nanoseconds> {
  let isUp = true;
  let time = since;
  let before = 0;
  for (let first = true; ; isUp = !isUp) {
    time += draw(isUp ? up : down, random);
    if (time < 0) {
      if (++before > MOST_BEFORE) throw unbalanced();
      continue;
    }
    if (first && !isUp) yield 0;
    first = false;
    yield Math.max(1, Math.round(time));
  }
}

/** The same changes where time runs now faster, now slower: at 1 + swing * sin(2 pi t / day). */
function* throughTheDay(changes: Iterable<Nanoseconds>, swing: number): Iterable<Nanoseconds> {
  let time = 0;
  for (const change of changes) {
    time = inverse(change, swing, time);
    yield Math.round(time);
  }
}

/** When as much of the day's uneven time has passed, by bisection. @param from where to search from */
function inverse(passed: number, swing: number, from: number): number {
  const omega = (2 * Math.PI) / DAY;
  const elapsed = (time: number) => time + (swing / omega) * (1 - Math.cos(omega * time));
  let low = from;
  let high = Math.max(from, passed);
  for (let round = 0; round < 64 && high - low > 0.5; round++) {
    const middle = (low + high) / 2;
    if (elapsed(middle) < passed) low = middle;
    else high = middle;
  }
  return high;
}
