// `petri compare`: runs one scenario in several modes and sets the round trips of every pair of hosts side by side.
import type { CommandModule } from 'yargs';
import { sliversOf } from '../models/slivers.ts';
import { formatNumber } from '../results/format.ts';
import { plainTable } from '../results/table.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { LoadedScenario, Scenario } from '../scenarios/scenario.ts';
import { EXIT, UsageError } from './exit.ts';
import { type Finished, MODES, type Mode } from './finished.ts';
import { buildFor, runners } from './modes.ts';
import { print, warn } from './output.ts';
import { PairTrips } from './pair-trips.ts';
import { withScenario, withVariant } from './scenario-options.ts';
import { watched } from './watched.ts';

interface CompareOptions {
  scenario: string;
  modes: string;
  variant?: string | undefined;
  set?: string[] | undefined;
  duration?: string | undefined;
  json: boolean;
}

export const compareCommand: CommandModule<object, CompareOptions> = {
  command: 'compare <scenario>',
  describe: 'Run a scenario with ping in several modes and compare the round trips of each pair',
  builder: yargs =>
    withVariant(withScenario(yargs))
      .option('modes', {
        type: 'string',
        default: 'model,virtual,emulate',
        describe: 'the first is the measure',
      })
      .option('duration', { type: 'string', describe: 'time to run: 20s' })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: async options => {
    process.exitCode = await compare(options);
  },
};

function readModes(text: string): Mode[] {
  const modes = text.split(',').map(mode => {
    if ((MODES as readonly string[]).includes(mode)) return mode as Mode;
    throw new UsageError(`--modes: found "${mode}", expected two or three of ${MODES.join(', ')}`);
  });
  if (modes.length < 2 || new Set(modes).size < modes.length) {
    throw new UsageError(
      `--modes: found "${text}", expected two or three different ones of ${MODES.join(', ')}`,
    );
  }
  return modes;
}

interface Measured {
  readonly mode: Mode;
  readonly trips: PairTrips;
  readonly finished: Finished;
}

async function compare(options: CompareOptions): Promise<number> {
  const modes = readModes(options.modes);
  const { set, variant, duration } = options;
  const loaded = loadScenario(options.scenario, {
    ...(set && { set }),
    ...(variant !== undefined && { variant }),
    ...(duration !== undefined && { duration }),
  });
  if (!loaded.scenario.slices.some(({ run }) => run.kind === 'protocol' && run.protocol === 'ping')) {
    throw new UsageError(
      `${loaded.scenario.name} has no slice that runs ping: there are no round trips to compare`,
    );
  }
  for (const mode of modes) buildFor(loaded, mode);
  const runs: Measured[] = [];
  for (const mode of modes) {
    const run = await measure(loaded, mode);
    if (run.finished.partial) return EXIT.interrupted;
    runs.push(run);
  }
  return report(loaded, runs, options.json);
}

async function measure(loaded: LoadedScenario, mode: Mode): Promise<Measured> {
  const trips = new PairTrips();
  const answered = trips.add.bind(trips);
  const finished = await watched(loaded.scenario.duration, true, { answered }, watch =>
    runners[mode](buildFor(loaded, mode), loaded.scenario, watch),
  );
  finished.discard?.();
  return { mode, trips, finished };
}

/** A pair in one mode against the same pair in the first; times in milliseconds. */
interface Pair {
  readonly pair: string;
  readonly medians: readonly (number | null)[];
  readonly agrees: boolean;
}

/**
 * The bound on a difference of medians, in milliseconds. Emulated, a round trip changes hands four times on this machine,
 * from the switch to the program that answers and back, and to the program that asked, and each of them may be late by
 * the scenario's lateness. Round trips in virtual time must agree to the microsecond.
 */
function boundOf(mode: Mode, { fidelity }: Scenario): number {
  return mode === 'emulate' ? (HANDS * fidelity.lateness) / 1e6 : 0.001;
}

const HANDS = 4;

function report(loaded: LoadedScenario, runs: readonly Measured[], json: boolean): number {
  const hosts = sliversOf(buildFor(loaded)).names;
  const [reference] = runs;
  const bounds = runs.map(({ mode }) => boundOf(mode, loaded.scenario));
  const pairs = reference.trips.pairs().map(([asker, answerer]): Pair => {
    const medians = runs.map(({ trips }) => trips.median(asker, answerer));
    const agrees = medians.every(
      (median, run) =>
        median !== null &&
        Math.abs(median - medians[0]!) <= bounds[run] + (runs[0].mode === 'emulate' ? bounds[0] : 0),
    );
    return { pair: `${hosts[asker]} → ${hosts[answerer]}`, medians, agrees };
  });
  const unfaithful = runs.filter(({ finished }) => finished.fidelity && !finished.fidelity.faithful);
  const agree = pairs.length > 0 && pairs.every(({ agrees }) => agrees);
  if (json) print(JSON.stringify({ agree, bounds, modes: runs.map(({ mode }) => mode), pairs }, null, 2));
  else print(tableOf(runs, pairs, bounds));
  for (const { finished } of unfaithful)
    for (const line of finished.fidelity!.advice) warn(`not faithful: ${line}`);
  if (unfaithful.length > 0) return EXIT.notFaithful;
  return agree ? EXIT.well : EXIT.failed;
}

/** Pairs that a table shows; of more than these, those that agree least. */
const MOST_ROWS = 40;

function tableOf(runs: readonly Measured[], pairs: readonly Pair[], bounds: readonly number[]): string {
  const apart = ({ medians }: Pair) =>
    Math.max(...medians.map(median => (median === null ? Infinity : Math.abs(median - medians[0]!))));
  const shown =
    pairs.length <= MOST_ROWS ? pairs : pairs.toSorted((a, b) => apart(b) - apart(a)).slice(0, MOST_ROWS);
  const head = ['round trip, median in ms', ...runs.map(({ mode }) => mode), 'apart', ''];
  const rows = shown.map(pair => [
    pair.pair,
    ...pair.medians.map(formatNumber),
    Number.isFinite(apart(pair)) ? formatNumber(Number(apart(pair).toFixed(4))) : 'never answered',
    pair.agrees ? '✓' : '✗',
  ]);
  const failed = pairs.filter(({ agrees }) => !agrees).length;
  const limits = runs
    .map(({ mode }, run) => `${mode} ${bounds[run]} ms`)
    .slice(1)
    .join(', ');
  const more = shown.length < pairs.length ? `, of which ${shown.length} are shown` : '';
  return [
    plainTable([head, ...rows], column => column > 0 && column < head.length - 1, head.length),
    '',
    `${pairs.length} pairs${more}: ${failed === 0 ? 'all agree' : `${failed} disagree`} (bounds: ${limits})`,
  ].join('\n');
}
