// One run of a fleet, in a worker thread of the pool.
import { buildTestbed } from '../models/build-testbed.ts';
import { seriesData } from '../results/time-series.ts';
import { UsageError } from './exit.ts';
import type { Watch } from './finished.ts';
import type { Order, Reply } from './fleet.ts';
import { runModel } from './model-mode.ts';
import { summarise } from './summarise.ts';

export default async function runOrder(order: Order): Promise<Reply> {
  const { scenario, variant, series, stop, reached } = order;
  const watch: Watch = {
    progress: (now, events) => reached.set([now, events]),
    get interrupted() {
      return Atomics.load(stop, 0) === 1;
    },
  };
  try {
    const finished = await runModel(buildTestbed(scenario), scenario, watch);
    const summary = summarise(scenario, finished, variant);
    return series ? { summary, series: seriesData(finished.recorder) } : { summary };
  } catch (error) {
    // An error loses its class on its way out of a thread.
    if (error instanceof UsageError) return { refused: error.message };
    throw error;
  }
}
