// Mode `model`: builds the scenario's testbed, runs it in virtual time and records what it measures.
import { setImmediate as turn } from 'node:timers/promises';
import { ModelRun } from '../models/model-run.ts';
import { modelledRun } from '../models/slice/modelled-run.ts';
import { buildTestbed, type Testbed } from '../models/testbed.ts';
import { Recorder } from '../results/recorder.ts';
import type { LoadedScenario, Scenario } from '../scenarios/scenario.ts';
import { QueueFullError } from '../sim/event-queue.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { UsageError } from './exit.ts';
import { checkMemory } from './memory.ts';
import { inScenario } from './scenario-errors.ts';

/** A model run that has ended, or was stopped. */
export interface Finished {
  readonly recorder: Recorder;
  readonly run: ModelRun;
  readonly wallSeconds: number;
  /** True where it was stopped before its end. */
  readonly partial: boolean;
}

/** Events between two looks at the world outside the run: some 50 ms of work. */
const SLICE = 50_000;

/** Asked between slices: whether to stop. It may also show how far the run is. */
export type Watch = (run: ModelRun) => boolean;

/**
 * @throws {ScenarioError} where the scenario asks for what its topology does not have
 * @throws {MachineError} where its hosts do not fit into memory
 */
export function buildFor(loaded: LoadedScenario): Testbed {
  const testbed = inScenario(loaded, () => {
    for (const slice of loaded.scenario.slices) modelledRun(slice);
    return buildTestbed(loaded.scenario);
  });
  checkMemory(testbed.hostCount);
  return testbed;
}

/** A run of a testbed whose measurements go to a new recorder. */
export function newRun(testbed: Testbed): { run: ModelRun; recorder: Recorder } {
  const recorder = new Recorder();
  const run = new ModelRun(testbed, prefix => recorder.meter(prefix));
  recorder.gauge('nodes.up', () => run.nodesUp);
  return { run, recorder };
}

/** Runs a testbed for the scenario's duration. `stop` is asked between slices of work. */
export async function runModel(testbed: Testbed, scenario: Scenario, stop: Watch): Promise<Finished> {
  const { run, recorder } = newRun(testbed);
  const started = performance.now();
  const finished = (partial: boolean): Finished => {
    recorder.sample(run.sim.now);
    return { recorder, run, wallSeconds: (performance.now() - started) / 1000, partial };
  };
  if (scenario.warmup === 0) recorder.startMeasuring(0);
  for (const milestone of milestones(scenario)) {
    while (!advance(run, milestone)) {
      await turn();
      if (stop(run)) return finished(true);
    }
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

/** The times at which the recorder is to be told: each sample's end, the warm-up's, the run's. */
function* milestones({ sample, warmup, duration }: Scenario): Iterable<Nanoseconds> {
  let warm = warmup === 0;
  for (let next = sample; next < duration; next += sample) {
    if (!warm && warmup <= next) {
      warm = true;
      if (warmup < next) yield warmup;
    }
    yield next;
  }
  if (!warm) yield warmup;
  yield duration;
}
