// Mode `model`: builds the scenario's testbed, runs it in virtual time and records what it measures.
import { setImmediate as turn } from 'node:timers/promises';
import { ModelRun } from '../models/model-run.ts';
import { sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import { catalogue } from '../protocols/catalogue.ts';
import { observedPing } from '../protocols/ping/definition.ts';
import type { AnswerObserver } from '../protocols/ping/ping.ts';
import { Recorder } from '../results/recorder.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { QueueFullError } from '../sim/event-queue.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { EPOCH } from './epoch.ts';
import { UsageError } from './exit.ts';
import type { Finished, Watch } from './finished.ts';
import { remove, runFolder } from './folder.ts';
import { type Looked, Lookout, nothingLooked } from './lookout.ts';
import { milestones } from './milestones.ts';
import { tapped } from './model-capture.ts';

/** Milliseconds of work between two looks at the world outside the run, and events between two at the clock. */
const SLICE = 50;
const EVENTS = 100;

/** A run of a testbed whose measurements go to a new recorder. @param answered told of each answer to a ping */
export function newRun(
  testbed: Testbed,
  answered?: AnswerObserver,
  watched: (protocols: typeof catalogue) => typeof catalogue = protocols => protocols,
): { run: ModelRun; recorder: Recorder } {
  const recorder = new Recorder();
  const protocols = answered ? { ...catalogue, ping: observedPing(answered) } : catalogue;
  const run = new ModelRun(testbed, recorder, watched(protocols));
  return { run, recorder };
}

/** Runs a testbed for the scenario's duration. `watch` is told and asked between slices of work. */
export async function runModel(testbed: Testbed, scenario: Scenario, watch: Watch): Promise<Finished> {
  const { answered, close } = watch;
  const capture = captureOf(testbed, close?.looked ?? nothingLooked);
  const { run, recorder } = newRun(
    testbed,
    answered && ((self, from, rtt) => answered(Number(self), Number(from), rtt)),
    protocols => capture.tapped(protocols, () => run.sim.now),
  );
  const started = performance.now();
  const finished = (partial: boolean): Finished => {
    const { now, events, digest } = run.sim;
    recorder.sample(now);
    const wallSeconds = (performance.now() - started) / 1000;
    const facts = { digest: digest.toString(), now, events, hosts: run.hosts, wallSeconds, partial };
    return { mode: 'model', recorder, ...facts, ...capture.kept() };
  };
  if (scenario.warmup === 0) recorder.startMeasuring(0);
  const end = Math.min(scenario.duration, close?.until ?? Infinity);
  for (const milestone of milestones(scenario)) {
    while (!work(run, Math.min(milestone, end))) {
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

/** What is seen of the packets of single hosts, and kept. */
interface Capture {
  tapped(protocols: typeof catalogue, now: () => Nanoseconds): typeof catalogue;
  kept(): Pick<Finished, 'attachments' | 'discard'>;
}

function captureOf(testbed: Testbed, looked: Looked): Capture {
  if (looked.captured.length === 0) return { tapped: protocols => protocols, kept: () => ({}) };
  const folder = runFolder();
  const lookout = new Lookout(folder, sliversOf(testbed).names, looked, EPOCH / 1000);
  return {
    tapped: (protocols, now) =>
      tapped(protocols, looked.captured, (host, direction, bytes) =>
        lookout.packet(host, direction, now(), bytes),
      ),
    kept: () => ({ attachments: lookout.attachments(), discard: () => remove(folder) }),
  };
}

/** A slice of work. An event costs a microsecond, or milliseconds where much hangs together. @returns whether `until` was reached */
function work(run: ModelRun, until: Nanoseconds): boolean {
  const started = performance.now();
  while (performance.now() - started < SLICE) if (advance(run, until)) return true;
  return false;
}

/** @throws {UsageError} where the scenario schedules more than a run can hold */
function advance(run: ModelRun, until: Nanoseconds): boolean {
  try {
    return run.advance(until, EVENTS);
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    const when = `at ${formatDuration(run.sim.now)} of virtual time ${error.message}`;
    throw new UsageError(`${when}: more is sent than arrives; send less often, or shorten delays and queues`);
  }
}
