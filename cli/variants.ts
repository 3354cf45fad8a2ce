// `petri run` of a scenario with variants: each of them once, all with one seed, and what sets them apart.
import { createHash } from 'node:crypto';
import type { VariantsSummary } from '../results/comparison.ts';
import { variantsTable } from '../results/comparison-table.ts';
import { formatOutcome } from '../results/format.ts';
import { checkFree, writeVariantsDirectory } from '../results/run-directory.ts';
import { seriesOf } from '../results/time-series.ts';
import type { LoadedDesigns, LoadedScenario } from '../scenarios/scenario.ts';
import { EXIT } from './exit.ts';
import type { Mode } from './finished.ts';
import { runFleet } from './fleet.ts';
import { judgeVariants } from './judge-variants.ts';
import { factsOf, type Outcome, placeOf, recordOf, type TestbedFacts, written } from './keep.ts';
import { nothingLooked } from './lookout.ts';
import { buildFor, runners } from './modes.ts';
import { print, warn } from './output.ts';
import { summarise } from './summarise.ts';
import { VERSION } from './version.ts';
import { watched } from './watched.ts';

export interface VariantsOptions {
  readonly mode: Mode;
  readonly out?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  /** The command that runs this variant alone, up to its seed. */
  readonly commandOf: (variant: string) => string;
}

/** A variant that has run. */
interface Ran extends Outcome {
  readonly loaded: LoadedScenario;
  readonly discard?: (() => void) | undefined;
}

/** @returns the exit status */
export async function runVariants(loaded: LoadedDesigns, options: VariantsOptions): Promise<number> {
  const { out, mode } = options;
  if (out !== undefined) checkFree(out);
  const facts = new Map(loaded.designs.map(design => [design, factsOf(buildFor(design, mode))]));
  for (const warning of new Set([...facts.values()].flatMap(({ warnings }) => warnings))) warn(warning);
  const runs =
    mode === 'model' ? await sideBySide(loaded.designs, options) : await oneByOne(loaded.designs, options);
  try {
    if (runs.length === 0) return EXIT.interrupted;
    const summary = summaryOfAll(loaded, runs);
    // Shown before it is kept: a full disk takes the files, not the answer.
    show(summary, options);
    await keep(summary, runs, facts, options);
    return statusOf(summary);
  } finally {
    for (const { discard } of runs) discard?.();
  }
}

/** Models, on the machine's cores. Those that had not begun when the user interrupted are left out. */
async function sideBySide(designs: readonly LoadedScenario[], { quiet }: VariantsOptions): Promise<Ran[]> {
  const jobs = designs.map(({ scenario, variant }) => ({ scenario, variant, series: true }));
  const { done } = await runFleet(jobs, 'model', { bar: !quiet });
  return done.map(({ summary, series }) => ({
    loaded: designs.find(({ variant }) => variant === summary.variant)!,
    summary,
    recorder: seriesOf(series!),
  }));
}

/** Real code: it may want the machine for itself. After one that the user has stopped none begins. */
async function oneByOne(
  designs: readonly LoadedScenario[],
  { mode, quiet, commandOf }: VariantsOptions,
): Promise<Ran[]> {
  const runs: Ran[] = [];
  for (const loaded of designs) {
    const { scenario, variant } = loaded;
    const close = { looked: nothingLooked, inspect: false, command: commandOf(variant!) };
    const finished = await watched(scenario.duration, !quiet, { close }, watch =>
      runners[mode](buildFor(loaded, mode), scenario, watch),
    );
    const { recorder, attachments, discard, partial } = finished;
    runs.push({ loaded, summary: summarise(scenario, finished, variant), recorder, attachments, discard });
    if (partial) break;
  }
  return runs;
}

function summaryOfAll({ designs, expect }: LoadedDesigns, runs: readonly Ran[]): VariantsSummary {
  const summaries = runs.map(({ summary }) => summary);
  const { scenario, mode, seed } = summaries[0]!;
  return {
    scenario,
    mode,
    seed,
    digest: digestOf(runs),
    variants: Object.fromEntries(runs.map(({ loaded, summary }) => [loaded.variant!, summary])),
    expectations: judgeVariants(expect, summaries),
    partial: runs.length < designs.length || summaries.some(({ partial }) => partial),
    version: VERSION,
  };
}

/** Over the names and digests of all: two with the same went the same way in every variant. */
function digestOf(runs: readonly Ran[]): string {
  if (runs.some(({ summary }) => summary.digest === '')) return '';
  const text = runs.map(({ loaded, summary }) => `${loaded.variant} ${summary.digest}\n`).join('');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function show(summary: VariantsSummary, { json, quiet }: VariantsOptions): void {
  if (json) print(JSON.stringify(summary, null, 2));
  else if (quiet) {
    for (const result of summary.expectations) {
      if (!result.passed) warn(`${summary.scenario}: ${result.text} failed: ${formatOutcome(result)}`);
    }
  } else print(variantsTable(summary, { colour: process.stdout.isTTY === true }));
}

async function keep(
  summary: VariantsSummary,
  runs: readonly Ran[],
  facts: ReadonlyMap<LoadedScenario, TestbedFacts>,
  { out, json, quiet }: VariantsOptions,
): Promise<void> {
  const records = new Map(
    runs.map(run => [run.loaded.variant!, recordOf(run.loaded, facts.get(run.loaded)!, run)]),
  );
  const directory = await writeVariantsDirectory(summary, records, placeOf(out));
  const files = ['comparison.csv', 'summary.json', ...[...records.keys()].map(name => `${name}/`)];
  if (!json && !quiet) print(written(directory, files));
}

function statusOf({ partial, variants, expectations }: VariantsSummary): number {
  if (partial) return EXIT.interrupted;
  const faithful = Object.values(variants).every(({ fidelity }) => fidelity?.faithful !== false);
  if (!faithful) return EXIT.notFaithful;
  return expectations.every(({ passed }) => passed) ? EXIT.well : EXIT.failed;
}
