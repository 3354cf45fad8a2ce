// Faults of a checked document in base units.
import type { ChurnLaw, ChurnSpec, Effect, FaultSpec, Selector, Span } from '../models/faults/spec.ts';
import { always, type Law } from '../sim/law.ts';
import { DAY, HOUR } from '../sim/time.ts';
import { fraction, given, rate, sure, time, timeLaw } from './checked.ts';
import type { FaultDocument } from './schema.ts';
import { readPartition, readSelector } from './selector.ts';
import { readShift } from './units.ts';

type ChurnDocument = Extract<FaultDocument, { churn: string }>;
/** A fault that happens at a time. */
export type EffectDocument = Exclude<FaultDocument, ChurnDocument>;

const nodes = (text: string): Selector => sure(readSelector(text));

/** A span that is always the same is a plain figure. */
function span(text: string): Span {
  const read = timeLaw(text);
  return read.kind === 'constant' ? read.value : read;
}

function effectOf(fault: EffectDocument): Effect {
  if ('crash' in fault) {
    const restart = given('restart', fault.restart, span);
    return { kind: 'crash', nodes: nodes(fault.crash), over: time(fault.over), ...restart };
  }
  if ('partition' in fault) {
    return { kind: 'partition', ...sure(readPartition(fault.partition)), ...given('heal', fault.heal, span) };
  }
  if ('slow' in fault) {
    const slower = given('rate', fault.rate, rate);
    const delay = given('delay', fault.delay, time);
    return { kind: 'slow', nodes: nodes(fault.slow), ...slower, ...delay, ...given('for', fault.for, span) };
  }
  if ('flap' in fault) {
    const spells = { up: span(fault.up), down: span(fault.down) };
    return { kind: 'flap', nodes: nodes(fault.flap), ...spells, ...given('for', fault.for, span) };
  }
  if ('pause' in fault) {
    return { kind: 'pause', nodes: nodes(fault.pause), ...given('for', fault.for, span) };
  }
  if ('clock' in fault) {
    return { kind: 'clock', nodes: nodes(fault.clock), by: sure(readShift(fault.by)) };
  }
  if ('limp' in fault) {
    const left = { ...given('cpu', fault.cpu, fraction), ...given('disk', fault.disk, fraction) };
    return { kind: 'limp', nodes: nodes(fault.limp), ...left, ...given('for', fault.for, span) };
  }
  if ('disk' in fault) {
    return { kind: 'disk', nodes: nodes(fault.disk), ...given('repair', fault.repair, span) };
  }
  if ('lossy' in fault) {
    const loss = { rate: fraction(fault.rate), ...given('for', fault.for, span) };
    return { kind: 'lossy', nodes: nodes(fault.lossy), ...loss };
  }
  return { kind: 'restart', nodes: nodes(fault.restart) };
}

/** A fault that happens at a time, or again and again. */
export function faultOf(fault: EffectDocument): FaultSpec {
  const at = fault.at === undefined ? 0 : span(fault.at);
  return { at, ...given('every', fault.every, span), ...effectOf(fault) };
}

/**
 * What is known of hosts that come and go. High: hosts of Skype in 2005, fitted to up times of 1.5, 5.1, 13.4 and 76 h at
 * the quartiles and p95, and to down times (S. Guha et al., IPTPS 2006); their day's swing is chosen. Low: PlanetLab, of
 * whose nodes 43 to 72 % were usable and whose states lasted for months, some for ever: laws chosen to do the same.
 */
const KNOWN: Readonly<Record<'low' | 'high', Extract<ChurnLaw, { up: Law }>>> = {
  low: {
    up: { kind: 'lognormal', median: 90 * DAY, sigma: 1 },
    down: { kind: 'lognormal', median: 60 * DAY, sigma: 1.2 },
    daily: 0,
  },
  high: {
    up: { kind: 'lognormal', median: Math.exp(1.57) * HOUR, sigma: 1.54 },
    down: { kind: 'weibull', scale: 9.5 * HOUR, shape: 0.63 },
    daily: 0.3,
  },
};

function churnLawOf({ like, up, down, daily, trace }: ChurnDocument): ChurnLaw {
  if (trace !== undefined) return { trace };
  const known = like === undefined ? { up: always(0), down: always(0), daily: 0 } : KNOWN[like];
  return {
    ...known,
    ...given('up', up, timeLaw),
    ...given('down', down, timeLaw),
    ...given('daily', daily, fraction),
  };
}

export function churnOf(churn: ChurnDocument): ChurnSpec {
  return { kind: 'churn', at: time(churn.at), nodes: nodes(churn.churn), ...churnLawOf(churn) };
}

/** The fault that a checked document describes. */
export const anyFaultOf = (fault: FaultDocument): FaultSpec | ChurnSpec =>
  'churn' in fault ? churnOf(fault) : faultOf(fault);
