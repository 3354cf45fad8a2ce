// A small testbed whose machines are modelled, for tests: one node a site, and slices that hardly speak.
import type { Nanoseconds } from '../../sim/time.ts';
import { type ScenarioRun, scenarioRun } from './scenario-run.ts';

/** @param lines machines, slices and faults, as a scenario has them */
export const room = (nodes: number, lines: string, seed: string | number = 1): ScenarioRun =>
  scenarioRun(`duration: 100d
seed: ${seed}
topology: { generate: { sites: ${nodes}, nodesPerSite: 1 } }
${lines}`);

/** A slice that says next to nothing, and starts at once. */
export const quiet = (more: string): string =>
  `{ run: { protocol: ping, every: 99d }, start: { over: 0s }, ${more} }`;

/** Runs a room for a while. */
export function ranFor(
  span: Nanoseconds,
  nodes: number,
  lines: string,
  seed: string | number = 1,
): ScenarioRun {
  const made = room(nodes, lines, seed);
  made.run.advance(span);
  return made;
}
