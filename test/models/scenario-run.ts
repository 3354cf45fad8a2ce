// A run of a scenario's text in mode `model`, and what it reports.

import { buildTestbed } from '../../models/build-testbed.ts';
import { ModelRun } from '../../models/model-run.ts';
import type { Testbed } from '../../models/testbed.ts';
import { parseScenario } from '../../scenarios/load.ts';
import { Ledger } from '../protocols/harness.ts';

export interface ScenarioRun {
  readonly run: ModelRun;
  /** What a slice, or the testbed under a word of its own, has reported. */
  readonly ledger: (prefix: string) => Ledger;
  readonly gauge: (name: string) => number;
}

/** @param text a scenario but for its name */
export const testbedOf = (text: string): Testbed =>
  buildTestbed(parseScenario(`name: x\n${text}\n`, 'x.yaml').scenario);

/** A run that has not begun. @param text a scenario but for its name */
export function scenarioRun(text: string): ScenarioRun {
  const ledgers = new Map<string, Ledger>();
  const gauges = new Map<string, () => number>();
  const ledger = (prefix: string): Ledger => {
    const known = ledgers.get(prefix) ?? new Ledger();
    ledgers.set(prefix, known);
    return known;
  };
  const instruments = {
    meter: ledger,
    gauge: (name: string, read: () => number) => void gauges.set(name, read),
  };
  return { run: new ModelRun(testbedOf(text), instruments), ledger, gauge: name => gauges.get(name)!() };
}
