// `petri up`: holds a testbed open without running anything on it, for whoever wants to work in its hosts.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { loadScenario } from '../scenarios/load.ts';
import { Emulation } from './emulation.ts';
import { EXIT } from './exit.ts';
import { remove, runFolder } from './folder.ts';
import { catchInterrupt } from './interrupt.ts';
import { buildFor } from './modes.ts';
import { print, warn } from './output.ts';
import { runAsRoot } from './privileges.ts';
import { RunControl } from './run-control.ts';
import { withScenario, withVariant } from './scenario-options.ts';

interface UpOptions {
  scenario: string;
  variant?: string | undefined;
  set?: string[] | undefined;
}

const LOOK = 50;
const nothing = () => undefined;

export const upCommand: CommandModule<object, UpOptions> = {
  command: 'up <scenario>',
  describe: 'Hold the testbed of a scenario open, on virtual interfaces, until Ctrl-C or petri down',
  builder: yargs => withVariant(withScenario(yargs)),
  handler: async options => {
    process.exitCode = (await runAsRoot()) ?? (await up(options));
  },
};

async function up({ scenario: name, variant, set }: UpOptions): Promise<number> {
  const loaded = loadScenario(name, { ...(set && { set }), ...(variant !== undefined && { variant }) });
  const testbed = buildFor(loaded, 'emulate');
  for (const warning of testbed.warnings) warn(warning);
  const folder = runFolder();
  try {
    const emulation = await Emulation.open({
      testbed,
      scenario: loaded.scenario,
      programs: false,
      answers: false,
      directory: join(folder, 'hosts'),
      listener: { started: nothing, ready: nothing, json: nothing, exited: nothing },
    });
    await holdOpen(emulation, { name: loaded.scenario.name, testbed, folder });
  } finally {
    remove(folder);
  }
  return EXIT.well;
}

async function holdOpen(
  emulation: Emulation,
  run: Pick<ConstructorParameters<typeof RunControl>[0], 'name' | 'testbed' | 'folder'>,
): Promise<void> {
  const interrupt = catchInterrupt();
  let down = false;
  let control: RunControl | undefined;
  try {
    const started = performance.now();
    await emulation.start();
    control = new RunControl({
      ...run,
      emulation,
      duration: undefined,
      now: () => (performance.now() - started) * 1e6,
      down: () => {
        down = true;
      },
    });
    const { plans } = emulation;
    print(`${control.name} is up: ${plans.length} hosts, such as ${plans[0].name} at ${plans[0].ipv4}`);
    print(
      `petri hosts lists them, petri exec <host> -- <command> works in one; petri down, or Ctrl-C here, ends it`,
    );
    while (!down && !interrupt.requested) await Promise.race([wait(LOOK), emulation.failure]);
  } finally {
    await emulation.close();
    await control?.close();
    interrupt.release();
  }
}
