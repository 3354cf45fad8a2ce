// --seeds: one run a seed, and of a scenario's variants each with every seed, and what they say together.
import { formatOutcome } from '../results/format.ts';
import { replicate, replicationTable } from '../results/replications.ts';
import type { ExpectationResult, Summary } from '../results/summary.ts';
import { replicateVariants, variantReplicationsTable } from '../results/variant-replications.ts';
import type { LoadedDesigns } from '../scenarios/scenario.ts';
import { EXIT, UsageError } from './exit.ts';
import type { Mode } from './finished.ts';
import { type Done, type Job, runFleet } from './fleet.ts';
import { judgeVariants } from './judge-variants.ts';
import { buildFor } from './modes.ts';
import { print, warn } from './output.ts';

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

/** What ran with one seed: a summary for each design. */
interface Replication {
  readonly seed: string;
  readonly summaries: readonly Summary[];
  readonly expectations: readonly ExpectationResult[];
}

/** Runs every design once a seed and shows each metric's mean with its confidence. @returns the exit status */
export async function runReplications(
  loaded: LoadedDesigns,
  seeds: string,
  options: ReplicationOptions,
): Promise<number> {
  if (options.mode === 'emulate') {
    throw new UsageError('--seeds: emulated runs share the machine and its clock: run them one by one');
  }
  const jobs = readSeeds(seeds).flatMap(seed => jobsOf(loaded, String(seed)));
  for (const design of loaded.designs) buildFor(design, options.mode);
  const each = loaded.designs.length;
  const endAfter = (done: readonly (Done | undefined)[], index: number) => {
    const replication = replicationAt(loaded, done, Math.floor(index / each));
    const failed = replication !== undefined && failuresOf(replication).length > 0;
    return failed ? (Math.floor(index / each) + 1) * each : jobs.length;
  };
  const stop = options['until-failure'] === true ? endAfter : undefined;
  const { done, interrupted } = await runFleet(jobs, options.mode, { ...(stop && { endAfter: stop }) });
  if (interrupted) return EXIT.interrupted;
  const replications = Array.from(
    { length: done.length / each },
    (_, place) => replicationAt(loaded, done, place)!,
  );
  show(loaded, replications, options);
  const failing = replications.find(one => failuresOf(one).length > 0);
  if (failing) warn(`replay: ${options.command} --seed ${failing.seed}`);
  return failing ? EXIT.failed : EXIT.well;
}

const jobsOf = ({ designs }: LoadedDesigns, seed: string): Job[] =>
  designs.map(({ scenario, variant }) => ({ scenario: { ...scenario, seed }, variant }));

/** What came out with one of the seeds; undefined where not all of its runs have ended. */
function replicationAt(
  { designs, compared, expect }: LoadedDesigns,
  done: readonly (Done | undefined)[],
  place: number,
): Replication | undefined {
  const summaries = designs.flatMap((_, index) => done[place * designs.length + index]?.summary ?? []);
  if (summaries.length < designs.length) return undefined;
  const [{ seed, expectations }] = summaries as [Summary];
  return { seed, summaries, expectations: compared ? judgeVariants(expect, summaries) : expectations };
}

const failuresOf = ({ seed, expectations }: Replication): string[] =>
  expectations
    .filter(({ passed }) => !passed)
    .map(result => `seed ${seed}: ${result.text} failed: ${formatOutcome(result)}`);

function show(
  loaded: LoadedDesigns,
  replications: readonly Replication[],
  { json, quiet }: ReplicationOptions,
): void {
  const { summaries, several } = loaded.compared
    ? comparedRuns(loaded, replications)
    : runsAlone(replications);
  // A search that ended at its first seed has nothing to tell of several.
  const together = replications.length > 1 && (json || !quiet) ? several() : { data: [], table: '' };
  if (json) print(JSON.stringify({ replications: together.data, summaries }, null, 2));
  else if (!quiet) print(`${headline(loaded, replications.length)}\n\n${together.table}`);
  for (const failure of replications.flatMap(failuresOf)) warn(failure);
}

function headline({ designs, compared }: LoadedDesigns, runs: number): string {
  const { name } = designs[0]!.scenario;
  const count = runs === 1 ? '1 run' : `${runs} runs`;
  return compared ? `${name}, ${designs.length} variants, ${count} each` : `${name}, ${count}`;
}

/** What is shown of replications: of each run, and of several together. */
interface Shown {
  readonly summaries: object;
  several(): { readonly data: object; readonly table: string };
}

function runsAlone(replications: readonly Replication[]): Shown {
  const summaries = replications.flatMap(one => one.summaries);
  const several = () => {
    const data = replicate(summaries);
    return { data, table: replicationTable(data) };
  };
  return { summaries, several };
}

function comparedRuns({ designs }: LoadedDesigns, replications: readonly Replication[]): Shown {
  const runs = new Map(
    designs.map(({ variant }, index) => [variant!, replications.map(one => one.summaries[index]!)]),
  );
  const several = () => {
    const data = replicateVariants(runs);
    return { data, table: variantReplicationsTable(data) };
  };
  return { summaries: Object.fromEntries(runs), several };
}
