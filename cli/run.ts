// `petri run`: runs a scenario and shows, keeps and judges what came out.
import type { CommandModule } from 'yargs';
import { planHosts } from '../emulator/host-plan.ts';
import { sliversOf } from '../models/slivers.ts';
import type { Testbed } from '../models/testbed.ts';
import { formatOutcome } from '../results/format.ts';
import { checkFree, writeRunDirectory } from '../results/run-directory.ts';
import type { Summary } from '../results/summary.ts';
import { summaryTable } from '../results/table.ts';
import { loadDesigns } from '../scenarios/load.ts';
import type { LoadedDesigns, LoadedScenario } from '../scenarios/scenario.ts';
import { Misread, readDuration } from '../scenarios/units.ts';
import { formatDuration, type Nanoseconds } from '../sim/time.ts';
import { type Comparison, compareModelRuns } from './determinism.ts';
import { EXIT, UsageError } from './exit.ts';
import { faultsInWords } from './fault-schedule.ts';
import { type Close, MODES, type Mode } from './finished.ts';
import { factsOf, placeOf, recordOf, written } from './keep.ts';
import { hostsNamed } from './lookout.ts';
import { buildFor, runners } from './modes.ts';
import { print, warn } from './output.ts';
import { runAsRoot } from './privileges.ts';
import { withScenario, withVariant } from './scenario-options.ts';
import { summarise } from './summarise.ts';
import { watched } from './watched.ts';

/** The options of `petri run`, as yargs reads them. */
export interface RunOptions {
  scenario: string;
  mode: Mode;
  variant?: string | undefined;
  seed?: string | undefined;
  seeds?: string | undefined;
  'until-failure'?: boolean | undefined;
  set?: string[] | undefined;
  duration?: string | undefined;
  out?: string | undefined;
  'check-determinism'?: boolean | undefined;
  until?: string | undefined;
  trace?: string[] | undefined;
  capture?: string[] | undefined;
  inspect?: boolean | undefined;
  json: boolean;
  quiet: boolean;
}

/** Options that look closely at one run. */
const CLOSE = ['until', 'trace', 'capture', 'inspect'] as const;

export const runCommand: CommandModule<object, RunOptions> = {
  command: 'run <scenario>',
  describe: 'Run a scenario of the library, or a scenario file',
  builder: yargs =>
    withVariant(withScenario(yargs))
      .option('mode', {
        type: 'string',
        default: 'model' as Mode,
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
      .option('until-failure', {
        type: 'boolean',
        implies: 'seeds',
        describe: 'with --seeds: stop at the first seed that breaks an expectation',
      })
      .option('until', { type: 'string', describe: 'end the run at this time, before its duration: 61.5s' })
      .option('trace', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'virtual: write all that a host does to trace.txt: host=princeton-1',
      })
      .option('capture', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'write the packets of a host to packets.pcapng: princeton-1',
      })
      .option('inspect', {
        type: 'boolean',
        describe: 'virtual: wait for a debugger, at whose breakpoints time stands still',
      })
      // No default: yargs would take it for given, and for a conflict.
      .option('check-determinism', { type: 'boolean', describe: 'run twice, event against event' })
      .option('json', { type: 'boolean', default: false, describe: 'print summary.json alone' })
      .option('quiet', { type: 'boolean', default: false, describe: 'print nothing but what failed' })
      .conflicts('seeds', ['seed', 'check-determinism', 'out', ...CLOSE])
      .conflicts('check-determinism', ['out', ...CLOSE]),
  handler: async options => {
    const elsewhere = options.mode === 'emulate' ? await runAsRoot() : undefined;
    process.exitCode = elsewhere ?? (await run(options));
  },
};

/** @returns the exit status */
async function run(options: RunOptions): Promise<number> {
  const { set, variant, seed, duration } = options;
  const loaded = loadDesigns(options.scenario, {
    ...(set && { set }),
    ...(variant !== undefined && { variant }),
    ...(seed !== undefined && { seed }),
    ...(duration !== undefined && { duration }),
  });
  if (options.seeds !== undefined) {
    const { runReplications } = await import('./replications.ts');
    return runReplications(loaded, options.seeds, { ...options, command: commandOf(options) });
  }
  if (options['check-determinism']) return checkDeterminism(loaded, options);
  if (!loaded.compared) return runOnce(loaded.designs[0]!, options);
  refuseCloseLook(loaded, options);
  const { runVariants } = await import('./variants.ts');
  return runVariants(loaded, {
    ...options,
    commandOf: variant => commandOf({ ...options, variant }),
  });
}

/** The command line of one run as these options ask for it, up to its seed. */
function commandOf({ scenario, variant, mode, set = [], duration }: RunOptions): string {
  const quoted = (text: string) =>
    /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const words = ['petri', 'run', scenario, ...(mode === 'model' ? [] : ['--mode', mode])];
  words.push(
    ...(variant === undefined ? [] : ['--variant', variant]),
    ...set.flatMap(text => ['--set', text]),
    ...(duration === undefined ? [] : ['--duration', duration]),
  );
  return words.map(quoted).join(' ');
}

async function runOnce(loaded: LoadedScenario, options: RunOptions): Promise<number> {
  const { scenario } = loaded;
  if (options.out !== undefined) checkFree(options.out);
  const testbed = buildFor(loaded, options.mode);
  for (const warning of testbed.warnings) warn(warning);
  const close = closeLook(testbed, scenario.duration, options);
  const finished = await watched(scenario.duration, !options.quiet, { close }, watch =>
    runners[options.mode](testbed, scenario, watch),
  );
  const judged = close.until === undefined ? scenario : { ...scenario, expect: [] };
  const summary = summarise(judged, finished, loaded.variant);
  // Shown before it is kept: a full disk takes the files, not the answer.
  show(summary, options);
  const record = recordOf(loaded, factsOf(testbed), { ...finished, summary });
  const directory = await writeRunDirectory(record, placeOf(options.out)).finally(finished.discard);
  if (!options.json && !options.quiet) {
    const files = ['report.html', 'metrics.csv', 'summary.json', 'manifest.json'];
    if (testbed.faults.length > 0) print(`faults: ${faultsInWords(testbed.faults)}`);
    print(written(directory, [...files, ...Object.keys(record.attachments ?? {})]));
  }
  if (finished.partial && close.until === undefined) return EXIT.interrupted;
  if (summary.fidelity && !summary.fidelity.faithful) return EXIT.notFaithful;
  return summary.expectations.every(({ passed }) => passed) ? EXIT.well : EXIT.failed;
}

/** @throws {UsageError} where options ask for a close look at one of several variants */
function refuseCloseLook({ designs }: LoadedDesigns, options: RunOptions): void {
  const asked = CLOSE.find(name => options[name] !== undefined);
  if (asked === undefined) return;
  const names = designs.map(({ variant }) => variant).join(', ');
  throw new UsageError(
    `--${asked} looks at one run, and the scenario has variants: add --variant (${names})`,
  );
}

/** @throws {UsageError} for what the mode has not, for hosts that there are not, and a time that the run does not reach */
function closeLook(testbed: Testbed, duration: Nanoseconds, options: RunOptions): Close {
  const { mode, trace = [], capture = [], inspect = false } = options;
  if (trace.length > 0 && mode !== 'virtual')
    throw new UsageError('--trace: traces are taken with --mode virtual');
  if (inspect && mode !== 'virtual')
    throw new UsageError('--inspect: a debugger sees hosts with --mode virtual');
  const until = options.until === undefined ? undefined : readDuration(options.until);
  if (until instanceof Misread)
    throw new UsageError(`--until: found "${options.until}", expected ${until.expected}`);
  if (until !== undefined && until > duration) {
    throw new UsageError(
      `--until: found "${options.until}", expected at most ${formatDuration(duration)}, the duration`,
    );
  }
  const plans = trace.length + capture.length > 0 ? planHosts(sliversOf(testbed).names) : [];
  return {
    ...(until !== undefined && { until }),
    looked: {
      traced: hostsNamed('--trace', trace, plans),
      captured: hostsNamed('--capture', capture, plans),
    },
    inspect,
    command: commandOf(options),
  };
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

async function checkDeterminism({ designs }: LoadedDesigns, options: RunOptions): Promise<number> {
  let deterministic = true;
  for (const loaded of designs) {
    const { events, digest, difference } = await comparisons[options.mode](loaded);
    deterministic &&= difference === undefined;
    const of = loaded.variant === undefined ? {} : { variant: loaded.variant };
    const name = loaded.variant === undefined ? '' : `${loaded.variant}: `;
    if (options.json) {
      const facts = { deterministic: difference === undefined, events, digest };
      print(JSON.stringify({ ...of, ...facts, difference: difference ?? null }));
    } else if (difference !== undefined) print(`${name}not deterministic: ${difference}`);
    else if (!options.quiet) {
      print(`${name}deterministic: two runs, ${events} events each, digest ${digest}`);
    }
  }
  return deterministic ? EXIT.well : EXIT.failed;
}

const comparisons: Readonly<Record<Mode, (loaded: LoadedScenario) => Promise<Comparison>>> = {
  model: loaded => compareModelRuns(buildFor(loaded, 'model'), buildFor(loaded, 'model'), loaded.scenario),
  virtual: async loaded => {
    const { compareVirtualRuns } = await import('./virtual-determinism.ts');
    return compareVirtualRuns(buildFor(loaded, 'virtual'), loaded.scenario);
  },
  emulate: () => {
    throw new UsageError('--check-determinism: no two emulated runs are the same');
  },
};
