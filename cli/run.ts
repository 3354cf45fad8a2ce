// `petri run`: runs a scenario and shows, keeps and judges what came out.
import { arch, cpus, platform } from 'node:os';
import type { CommandModule } from 'yargs';
import { formatOutcome } from '../results/format.ts';
import { checkFree, writeRunDirectory } from '../results/run-directory.ts';
import type { Summary } from '../results/summary.ts';
import { summaryTable } from '../results/table.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { LoadedScenario } from '../scenarios/scenario.ts';
import { describeDifference, firstDifference } from './determinism.ts';
import { EXIT, UsageError } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { buildFor, type Finished, newRun, runModel } from './model-mode.ts';
import { print, warn } from './output.ts';
import { showProgress } from './progress.ts';
import { runReplications } from './replications.ts';
import { withScenario } from './scenario-options.ts';
import { summarise } from './summarise.ts';
import { VERSION } from './version.ts';

/** The options of `petri run`, as yargs reads them. */
export interface RunOptions {
  scenario: string;
  mode: string;
  seed?: string | undefined;
  seeds?: string | undefined;
  set?: string[] | undefined;
  duration?: string | undefined;
  out?: string | undefined;
  'check-determinism'?: boolean | undefined;
  json: boolean;
  quiet: boolean;
}

const MODES = ['model', 'virtual', 'emulate'];

export const runCommand: CommandModule<object, RunOptions> = {
  command: 'run <scenario>',
  describe: 'Run a scenario of the library, or a scenario file',
  builder: yargs =>
    withScenario(yargs)
      .option('mode', {
        type: 'string',
        default: 'model',
        choices: MODES,
        describe: 'what runs: models or real code',
      })
      .option('seed', { type: 'string', describe: 'seed of every random draw' })
      .option('seeds', { type: 'string', describe: 'replications, one a seed, on all cores: 1..20' })
      .option('duration', { type: 'string', describe: 'virtual time to run: 30m' })
      .option('out', {
        type: 'string',
        describe: 'run directory to make (default: runs/<scenario>-seed<seed>)',
      })
      // No default: yargs would take it for given, and for a conflict.
      .option('check-determinism', { type: 'boolean', describe: 'run twice, event against event' })
      .option('json', { type: 'boolean', default: false, describe: 'print summary.json alone' })
      .option('quiet', { type: 'boolean', default: false, describe: 'print nothing but what failed' })
      .conflicts('seeds', ['seed', 'check-determinism', 'out'])
      .conflicts('check-determinism', 'out'),
  handler: async options => {
    process.exitCode = await run(options);
  },
};

/** @returns the exit status */
async function run(options: RunOptions): Promise<number> {
  if (options.mode !== 'model') {
    throw new UsageError(`mode ${options.mode} is not part of Petri ${VERSION}: run with --mode model`);
  }
  const { set, seed, duration } = options;
  const loaded = loadScenario(options.scenario, {
    ...(set && { set }),
    ...(seed !== undefined && { seed }),
    ...(duration !== undefined && { duration }),
  });
  if (options.seeds !== undefined) return runReplications(loaded, options.seeds, options);
  if (options['check-determinism']) return checkDeterminism(loaded, options);
  return runOnce(loaded, options);
}

async function runOnce(loaded: LoadedScenario, options: RunOptions): Promise<number> {
  const { scenario } = loaded;
  if (options.out !== undefined) checkFree(options.out);
  const testbed = buildFor(loaded);
  for (const warning of testbed.warnings) warn(warning);
  const progress = showProgress(scenario.duration, !options.quiet);
  const interrupt = catchInterrupt();
  const finished = await runModel(testbed, scenario, ({ sim }) => {
    progress.update(sim.now, sim.events);
    return interrupt.requested;
  }).finally(() => progress.stop());
  interrupt.release();
  const summary = summarise(scenario, finished);
  // Shown before it is kept: a full disk takes the files, not the answer.
  show(summary, options);
  const directory = await keep(loaded, finished, summary, options.out);
  if (!options.json && !options.quiet) {
    print(`written to ${directory}: report.html, metrics.csv, summary.json, manifest.json`);
  }
  if (finished.partial) return EXIT.interrupted;
  return summary.expectations.every(({ passed }) => passed) ? EXIT.well : EXIT.failed;
}

function keep(
  loaded: LoadedScenario,
  finished: Finished,
  summary: Summary,
  out: string | undefined,
): Promise<string> {
  const { metrics: _, ...facts } = summary;
  const manifest = {
    ...facts,
    scenarioFile: loaded.source,
    resolved: loaded.resolved,
    sites: finished.run.testbed.topology.sites.length,
    warnings: finished.run.testbed.warnings,
    node: process.version,
    machine: { platform: platform(), arch: arch(), cores: cpus().length },
    finishedAt: new Date().toISOString(),
  };
  const { recorder } = finished;
  const { about } = loaded.scenario;
  return writeRunDirectory(
    { manifest, summary, recorder, about },
    out === undefined ? { under: 'runs' } : { out },
  );
}

function show(summary: Summary, options: RunOptions): void {
  if (options.json) print(JSON.stringify(summary, null, 2));
  else if (options.quiet) {
    for (const result of summary.expectations) {
      if (!result.passed) warn(`${summary.scenario}: ${result.text} failed: ${formatOutcome(result)}`);
    }
  } else {
    print(summaryTable(summary, { colour: process.stdout.isTTY === true }));
  }
}

async function checkDeterminism(loaded: LoadedScenario, options: RunOptions): Promise<number> {
  const [first, second] = [newRun(buildFor(loaded)), newRun(buildFor(loaded))];
  const difference = await firstDifference(first.run, second.run, loaded.scenario.duration);
  const { sim } = first.run;
  const digest = sim.digest.toString();
  const metrics = [first, second].map(({ recorder }) => JSON.stringify(recorder.totals()));
  const deterministic = !difference && metrics[0] === metrics[1];
  if (options.json)
    print(JSON.stringify({ deterministic, events: sim.events, digest, difference: difference ?? null }));
  else if (difference) print(describeDifference(difference, first.run));
  else if (!deterministic)
    print('not deterministic: the events of two runs are the same, their metrics differ');
  else if (!options.quiet) print(`deterministic: two runs, ${sim.events} events each, digest ${digest}`);
  return deterministic ? EXIT.well : EXIT.failed;
}
