// A testbed under management, from lines of a scenario, and what is measured of it.
import type { ModelRun } from '../../models/model-run.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Ledger } from '../protocols/harness.ts';
import { type ScenarioRun, scenarioRun } from './scenario-run.ts';

export interface Managed {
  readonly run: ModelRun;
  /** Metrics without the prefix `management.` */
  readonly ledger: Ledger;
  readonly gauge: (name: string) => number;
}

/** Slices whose hosts hardly ever speak. */
export const silent = (...names: string[]): string =>
  `slices: { ${names.map(name => `${name}: { run: { protocol: ping, every: 99d }, start: { over: 0s } }`).join(', ')} }`;

/** @param lines the scenario but for its name, duration and seed */
export function ranUntil(until: Nanoseconds, lines: string, seed: string | number = 1): ScenarioRun {
  const ran = scenarioRun(`duration: 100d\nseed: ${seed}\n${lines}`);
  ran.run.advance(until);
  return ran;
}

/** @param lines the scenario but for its name, duration and seed */
export function manage(lines: string, until: Nanoseconds, seed: string | number = 1): Managed {
  const { run, ledger, gauge } = ranUntil(until, lines, seed);
  return { run, ledger: ledger('management'), gauge: name => gauge(`management.${name}`) };
}
