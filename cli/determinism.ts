// --check-determinism in mode `model`: two runs of one scenario, event against event.
import { setImmediate as turn } from 'node:timers/promises';
import type { ModelRun } from '../models/model-run.ts';
import type { Testbed } from '../models/testbed.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { EventRecord } from '../sim/simulation.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { newRun } from './model-mode.ts';

/** What two runs of one scenario came to. */
export interface Comparison {
  readonly events: number;
  readonly digest: string;
  /** In words, where they differ. */
  readonly difference: string | undefined;
}

/** @param first @param second the testbed, built twice: running changes it */
export async function compareModelRuns(
  first: Testbed,
  second: Testbed,
  scenario: Scenario,
): Promise<Comparison> {
  const [a, b] = [newRun(first), newRun(second)];
  const found = await firstDifference(a.run, b.run, scenario.duration);
  const { sim } = a.run;
  const [metricsOfA, metricsOfB] = [a, b].map(({ recorder }) => JSON.stringify(recorder.totals()));
  let difference = found && describeDifference(found, a.run);
  if (metricsOfA !== metricsOfB) difference ??= 'the events of two runs are the same, their metrics differ';
  return { events: sim.events, digest: sim.digest.toString(), difference };
}

/** What the two runs did where they first differed; undefined: that run had no further event. */
interface Difference {
  /** How many events were the same. */
  readonly after: number;
  readonly first: EventRecord | undefined;
  readonly second: EventRecord | undefined;
}

const SLICE = 100_000;

/** Moves two runs forward together until an event differs. @returns undefined where none does up to `until` */
async function firstDifference(
  a: ModelRun,
  b: ModelRun,
  until: Nanoseconds,
): Promise<Difference | undefined> {
  for (let events = 0; ; events++) {
    const first = step(a, until);
    const second = step(b, until);
    if (!same(first, second)) return { after: events, first, second };
    if (!first) return undefined;
    if (events % SLICE === 0) await turn();
  }
}

function step({ sim }: ModelRun, until: Nanoseconds): EventRecord | undefined {
  if (sim.next > until || !sim.step()) return undefined;
  return sim.last;
}

function same(a: EventRecord | undefined, b: EventRecord | undefined): boolean {
  return a?.time === b?.time && a?.host === b?.host && a?.kind === b?.kind;
}

/** The difference in words, a line a run. */
function describeDifference({ after, first, second }: Difference, run: ModelRun): string {
  const line = (event: EventRecord | undefined) =>
    event
      ? `${event.kind} at ${run.hostName(event.host)}, ${event.time} ns (${formatDuration(event.time)})`
      : 'no further event';
  return [
    `two runs are the same for ${after} events, then differ`,
    `  first run:  ${line(first)}`,
    `  second run: ${line(second)}`,
  ].join('\n');
}
