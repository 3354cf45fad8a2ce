// Errors of models, brought back to the line of the scenario that caused them.
import { TestbedError } from '../models/error.ts';
import type { LoadedScenario } from '../scenarios/scenario.ts';

/**
 * Does what may find that the scenario asks for what cannot be.
 * @throws {ScenarioError} in place of a TestbedError, naming file, line and column
 */
export function inScenario<T>(loaded: LoadedScenario, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    const { path, found, expected, suggestion } = error;
    throw loaded.errorAt(path, found, expected, suggestion);
  }
}
