// A testbed under management, from lines of a scenario, and what is measured of it.
import { ModelRun } from '../../models/model-run.ts';
import { buildTestbed } from '../../models/testbed.ts';
import { parseScenario } from '../../scenarios/load.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99 } from '../statistics.ts';

export interface Managed {
  readonly run: ModelRun;
  /** Metrics without the prefix `management.` */
  readonly ledger: Ledger;
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly gauge: (name: string) => number;
}

/** Slices whose hosts hardly ever speak. */
export const silent = (...names: string[]): string =>
  `slices: { ${names.map(name => `${name}: { run: { protocol: ping, every: 99d }, start: { over: 0s } }`).join(', ')} }`;

/** @param lines the scenario but for its name, duration and seed */
export function manage(lines: string, until: Nanoseconds, seed: string | number = 1): Managed {
  const text = `name: x\nduration: 100d\nseed: ${seed}\n${lines}\n`;
  const testbed = buildTestbed(parseScenario(text, 'x.yaml').scenario);
  const ledgers = new Map<string, Ledger>();
  const gauges = new Map<string, () => number>();
  const meter = (prefix: string): Ledger => {
    const ledger = ledgers.get(prefix) ?? new Ledger();
    ledgers.set(prefix, ledger);
    return ledger;
  };
  const run = new ModelRun(testbed, { meter, gauge: (name, read) => void gauges.set(name, read) });
  run.advance(until);
  return {
    run,
    ledgers,
    ledger: ledgers.get('management')!,
    gauge: name => gauges.get(`management.${name}`)!(),
  };
}

export const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the 99 % interval of independent values says of a figure: '' where it covers it. */
export function missed(values: readonly number[], figure: number): string {
  const { low, high } = interval99(values);
  return low <= figure && figure <= high ? '' : `${figure} is not in [${low}, ${high}]`;
}
