// --seeds: one run a seed, side by side on the machine's cores, and what they say together.
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { formatOutcome } from '../results/format.ts';
import { replicate, replicationTable } from '../results/replications.ts';
import type { Summary } from '../results/summary.ts';
import type { LoadedScenario, Scenario } from '../scenarios/scenario.ts';
import { EXIT, UsageError } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { buildFor } from './model-mode.ts';
import { print, warn } from './output.ts';

const MOST_SEEDS = 10_000;

/** `1..20`: the seeds from the first up to and including the last. @throws {UsageError} */
export function readSeeds(text: string): number[] {
  const match = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text);
  const [first, last] = match ? [Number(match[1]), Number(match[2])] : [1, 0];
  if (last <= first) throw new UsageError(`--seeds: found "${text}", expected first..last, such as 1..20`);
  if (last - first >= MOST_SEEDS) throw new UsageError(`--seeds: at most ${MOST_SEEDS} seeds, got ${text}`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Runs the scenario once a seed and shows each metric's mean with its confidence. @returns the exit status */
export async function runReplications(
  loaded: LoadedScenario,
  seeds: string,
  options: { json: boolean; quiet: boolean },
): Promise<number> {
  const scenarios = readSeeds(seeds).map((seed): Scenario => ({ ...loaded.scenario, seed: String(seed) }));
  buildFor(loaded);
  const summaries = await runAll(scenarios);
  if (!summaries) return EXIT.interrupted;
  const failures = summaries.flatMap(({ seed, expectations }) =>
    expectations
      .filter(({ passed }) => !passed)
      .map(result => `seed ${seed}: ${result.text} failed: ${formatOutcome(result)}`),
  );
  if (options.json) print(JSON.stringify({ replications: replicate(summaries), summaries }, null, 2));
  else if (!options.quiet)
    print(`${loaded.scenario.name}, ${summaries.length} runs\n\n${replicationTable(replicate(summaries))}`);
  for (const failure of failures) warn(failure);
  return failures.length === 0 ? EXIT.well : EXIT.failed;
}

/** @returns undefined where the user interrupted it */
async function runAll(scenarios: readonly Scenario[]): Promise<Summary[] | undefined> {
  const pool = new Piscina<Scenario, Summary>({
    filename: new URL('./replication-worker.js', import.meta.url).href,
    maxThreads: availableParallelism(),
  });
  const interrupt = catchInterrupt();
  const aborter = new AbortController();
  const watch = setInterval(() => interrupt.requested && aborter.abort(), 50);
  try {
    return await Promise.all(scenarios.map(scenario => pool.run(scenario, { signal: aborter.signal })));
  } catch (error) {
    if (interrupt.requested) return undefined;
    throw error;
  } finally {
    clearInterval(watch);
    interrupt.release();
    await pool.destroy();
  }
}
