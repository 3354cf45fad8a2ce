// --seeds: one run a seed, side by side on the machine's cores, and what they say together.
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { buildTestbed } from '../models/testbed.ts';
import { formatOutcome } from '../results/format.ts';
import { replicate, replicationTable } from '../results/replications.ts';
import type { Summary } from '../results/summary.ts';
import type { LoadedScenario, Scenario } from '../scenarios/scenario.ts';
import { EXIT, UsageError } from './exit.ts';
import { type Mode, unwatched } from './finished.ts';
import { catchInterrupt, type Interrupt } from './interrupt.ts';
import { buildFor, runners } from './modes.ts';
import { print, warn } from './output.ts';
import { summarise } from './summarise.ts';

const MOST_SEEDS = 10_000;

export interface ReplicationOptions {
  readonly mode: Mode;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Stop at the first seed that breaks an expectation. */
  readonly 'until-failure'?: boolean | undefined;
  /** The command that runs one seed alone, up to `--seed`. */
  readonly command: string;
}

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
  options: ReplicationOptions,
): Promise<number> {
  if (options.mode === 'emulate') {
    throw new UsageError('--seeds: emulated runs share the machine and its clock: run them one by one');
  }
  const scenarios = readSeeds(seeds).map((seed): Scenario => ({ ...loaded.scenario, seed: String(seed) }));
  buildFor(loaded, options.mode);
  const untilFailure = options['until-failure'] === true;
  const summaries = await runAll(
    scenarios,
    options.mode,
    summary => untilFailure && failuresOf(summary).length > 0,
  );
  if (!summaries) return EXIT.interrupted;
  show(loaded, summaries, options);
  const failing = summaries.filter(summary => failuresOf(summary).length > 0);
  if (failing.length > 0) warn(`replay: ${options.command} --seed ${failing[0].seed}`);
  return failing.length === 0 ? EXIT.well : EXIT.failed;
}

const failuresOf = ({ seed, expectations }: Summary): string[] =>
  expectations
    .filter(({ passed }) => !passed)
    .map(result => `seed ${seed}: ${result.text} failed: ${formatOutcome(result)}`);

function show(
  loaded: LoadedScenario,
  summaries: readonly Summary[],
  { json, quiet }: ReplicationOptions,
): void {
  if (json) print(JSON.stringify({ replications: replicate(summaries), summaries }, null, 2));
  else if (!quiet)
    print(`${loaded.scenario.name}, ${summaries.length} runs\n\n${replicationTable(replicate(summaries))}`);
  for (const failure of summaries.flatMap(failuresOf)) warn(failure);
}

/**
 * @param last whether no seed after this one is wanted
 * @returns the summaries in the order of the seeds, up to the first that is the last; undefined where the user interrupted
 */
async function runAll(
  scenarios: readonly Scenario[],
  mode: Mode,
  last: (summary: Summary) => boolean,
): Promise<Summary[] | undefined> {
  const interrupt = catchInterrupt();
  const fleet = mode === 'model' ? new ModelFleet(interrupt) : new VirtualFleet(interrupt);
  const summaries: Summary[] = [];
  let next = 0;
  let end = scenarios.length;
  const work = async () => {
    while (next < end && !interrupt.requested) {
      const index = next++;
      summaries[index] = await fleet.run(scenarios[index]);
      if (last(summaries[index])) end = Math.min(end, index + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } catch (error) {
    if (!interrupt.requested) throw error;
  } finally {
    interrupt.release();
    await fleet.close();
  }
  return interrupt.requested ? undefined : summaries.slice(0, end);
}

/** Runs scenarios, as many at once as it is asked to. */
interface Fleet {
  run(scenario: Scenario): Promise<Summary>;
  close(): Promise<void>;
}

/** Models run in the threads of a pool. */
class ModelFleet implements Fleet {
  private readonly pool = new Piscina<Scenario, Summary>({
    filename: new URL('./replication-worker.js', import.meta.url).href,
    maxThreads: availableParallelism(),
  });
  private readonly aborter = new AbortController();
  private readonly watch: NodeJS.Timeout;

  constructor(interrupt: Interrupt) {
    this.watch = setInterval(() => interrupt.requested && this.aborter.abort(), 50);
  }

  run(scenario: Scenario): Promise<Summary> {
    return this.pool.run(scenario, { signal: this.aborter.signal });
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    await this.pool.destroy();
  }
}

/** Virtual hosts change the thread that they run in for good: each run brings a new one. */
class VirtualFleet implements Fleet {
  private readonly interrupt: Interrupt;

  constructor(interrupt: Interrupt) {
    this.interrupt = interrupt;
  }

  async run(scenario: Scenario): Promise<Summary> {
    const { interrupt } = this;
    const watch = {
      ...unwatched,
      get interrupted() {
        return interrupt.requested;
      },
    };
    const finished = await runners.virtual(buildTestbed(scenario), scenario, watch);
    finished.discard?.();
    return summarise(scenario, finished);
  }

  async close(): Promise<void> {}
}
