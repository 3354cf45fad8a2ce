// A small testbed whose machines are modelled, for tests: one node a site, and slices that hardly speak.
import { ModelRun } from '../../models/model-run.ts';
import { buildTestbed } from '../../models/testbed.ts';
import { parseScenario } from '../../scenarios/load.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';

export interface Room {
  readonly run: ModelRun;
  /** What a slice, or the testbed under a word of its own, has reported. */
  ledger(prefix: string): Ledger;
  gauge(name: string): number;
}

/** @param lines machines, slices and faults, as a scenario has them */
export function room(nodes: number, lines: string, seed: string | number = 1): Room {
  const text = `name: x
duration: 100d
seed: ${seed}
topology: { generate: { sites: ${nodes}, nodesPerSite: 1 } }
${lines}
`;
  const ledgers = new Map<string, Ledger>();
  const gauges = new Map<string, () => number>();
  const meter = (prefix: string): Ledger => {
    const ledger = ledgers.get(prefix) ?? new Ledger();
    ledgers.set(prefix, ledger);
    return ledger;
  };
  const testbed = buildTestbed(parseScenario(text, 'x.yaml').scenario);
  const run = new ModelRun(testbed, { meter, gauge: (name, read) => void gauges.set(name, read) });
  return { run, ledger: meter, gauge: name => gauges.get(name)!() };
}

/** A slice that says next to nothing, and starts at once. */
export const quiet = (more: string): string =>
  `{ run: { protocol: ping, every: 99d }, start: { over: 0s }, ${more} }`;

/** Runs a room for a while. */
export function ranFor(span: Nanoseconds, nodes: number, lines: string, seed: string | number = 1): Room {
  const made = room(nodes, lines, seed);
  made.run.advance(span);
  return made;
}
