// One replication, in a worker thread of the pool.
import { buildTestbed } from '../models/testbed.ts';
import type { Summary } from '../results/summary.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { unwatched } from './finished.ts';
import { runModel } from './model-mode.ts';
import { summarise } from './summarise.ts';

export default async function replicate(scenario: Scenario): Promise<Summary> {
  return summarise(scenario, await runModel(buildTestbed(scenario), scenario, unwatched));
}
