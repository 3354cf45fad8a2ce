// Mode `model`: builds the scenario's testbed, runs it in virtual time and records what it measures.
import { setImmediate as turn } from 'node:timers/promises';
import { ModelRun } from '../models/model-run.ts';
import type { Testbed } from '../models/testbed.ts';
import { catalogue } from '../protocols/catalogue.ts';
import { observedPing } from '../protocols/ping/definition.ts';
import type { AnswerObserver } from '../protocols/ping/ping.ts';
import { Recorder } from '../results/recorder.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { QueueFullError } from '../sim/event-queue.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { UsageError } from './exit.ts';
import type { Finished, Watch } from './finished.ts';
import { milestones } from './milestones.ts';

/** Events between two looks at the world outside the run: some 50 ms of work. */
const SLICE = 50_000;

/** A run of a testbed whose measurements go to a new recorder. @param answered told of each answer to a ping */
export function newRun(testbed: Testbed, answered?: AnswerObserver): { run: ModelRun; recorder: Recorder } {
  const recorder = new Recorder();
  const protocols = answered ? { ...catalogue, ping: observedPing(answered) } : catalogue;
  const run = new ModelRun(testbed, recorder, protocols);
  return { run, recorder };
}

/** Runs a testbed for the scenario's duration. `watch` is told and asked between slices of work. */
export async function runModel(testbed: Testbed, scenario: Scenario, watch: Watch): Promise<Finished> {
  const { answered } = watch;
  const { run, recorder } = newRun(
    testbed,
    answered && ((self, from, rtt) => answered(Number(self), Number(from), rtt)),
  );
  const started = performance.now();
  const finished = (partial: boolean): Finished => {
    const { now, events, digest } = run.sim;
    recorder.sample(now);
    const wallSeconds = (performance.now() - started) / 1000;
    const facts = { digest: digest.toString(), now, events, hosts: run.hosts, wallSeconds, partial };
    return { mode: 'model', recorder, ...facts };
  };
  if (scenario.warmup === 0) recorder.startMeasuring(0);
  const end = Math.min(scenario.duration, watch.close?.until ?? Infinity);
  for (const milestone of milestones(scenario)) {
    while (!advance(run, Math.min(milestone, end))) {
      await turn();
      watch.progress(run.sim.now, run.sim.events);
      if (watch.interrupted) return finished(true);
    }
    if (milestone > end) return finished(true);
    if (milestone === scenario.warmup) recorder.startMeasuring(milestone);
    else recorder.sample(milestone);
  }
  return finished(false);
}

/** @throws {UsageError} where the scenario schedules more than a run can hold */
function advance(run: ModelRun, until: Nanoseconds): boolean {
  try {
    return run.advance(until, SLICE);
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    const when = `at ${formatDuration(run.sim.now)} of virtual time ${error.message}`;
    throw new UsageError(`${when}: more is sent than arrives; send less often, or shorten delays and queues`);
  }
}
