// The modes: what each can run, and what runs it.

import { buildTestbed } from '../models/build-testbed.ts';
import { TestbedError } from '../models/error.ts';
import { modelledRun } from '../models/slice/modelled-run.ts';
import type { SliceSpec } from '../models/slice/spec.ts';
import type { Testbed } from '../models/testbed.ts';
import type { LoadedScenario, Scenario } from '../scenarios/scenario.ts';
import { checkEmulated } from './emulated-scenario.ts';
import type { Finished, Mode, Watch } from './finished.ts';
import { checkMemory } from './memory.ts';
import { runModel } from './model-mode.ts';
import { inScenario } from './scenario-errors.ts';

type Runner = (testbed: Testbed, scenario: Scenario, watch: Watch) => Promise<Finished>;

// Loaded when they are used: most commands need neither a bundler nor system calls.
export const runners: Readonly<Record<Mode, Runner>> = {
  model: runModel,
  virtual: async (...run) => (await import('./virtual-mode.ts')).runVirtual(...run),
  emulate: async (...run) => (await import('./emulate-mode.ts')).runEmulated(...run),
};

/**
 * @param mode undefined: what some mode can run will do
 * @throws {ScenarioError} where the scenario asks for what the mode cannot run, or its topology does not have
 * @throws {MachineError} where its hosts do not fit into memory
 */
export function buildFor(loaded: LoadedScenario, mode?: Mode): Testbed {
  const testbed = inScenario(loaded, () => {
    for (const slice of loaded.scenario.slices) checkSlice(slice, mode);
    if (mode === 'emulate') checkEmulated(loaded.scenario);
    if (mode !== 'model' && mode !== undefined) refuseSubsystems(loaded.scenario, mode);
    return buildTestbed(loaded.scenario);
  });
  checkMemory(testbed.hostCount);
  return testbed;
}

/** @throws {TestbedError} at the first subsystem: they are models */
function refuseSubsystems({ subsystems = {} }: Scenario, mode: Mode): void {
  const [key] = Object.keys(subsystems);
  if (key === undefined) return;
  throw new TestbedError([key], key, `none in the mode ${mode}: it is modelled in the mode model alone`);
}

/** @throws {TestbedError} */
function checkSlice(slice: SliceSpec, mode: Mode | undefined): void {
  if (mode === 'model') modelledRun(slice);
  else if (mode !== undefined && slice.run.kind === 'transfers') {
    const expected = 'a protocol, a service or a program: transfers run in the mode model alone';
    throw new TestbedError(['slices', slice.name, 'run', 'transfers'], 'transfers', expected);
  }
  if (mode === 'virtual' && slice.run.kind === 'command') {
    const expected = 'a protocol or a service: programs run in the mode emulate, not in virtual';
    throw new TestbedError(['slices', slice.name, 'run', 'command'], 'a program', expected);
  }
}
