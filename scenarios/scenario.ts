// A scenario: a testbed, how long to run it, and what to expect of it, in base units.
import type { TestbedSpec } from '../models/spec.ts';
import type { Nanoseconds } from '../sim/time.ts';
import type { Contrast, Expectation } from './expectation.ts';
import type { ScenarioError } from './problem.ts';

/** What an emulated run must keep to for its results to count. */
export interface FidelitySpec {
  /** 99 % of packets leave no later than this after their due time. */
  readonly lateness: Nanoseconds;
  /** Packets dropped because the machine is too slow, of all, in [0, 1]. */
  readonly drops: number;
  /** Share of time for which the switch is busy, in [0, 1]. */
  readonly utilisation: number;
  /** Share of time for which programs wait for a processor, in [0, 1]. */
  readonly waiting: number;
}

export interface Scenario extends TestbedSpec {
  readonly name: string;
  /** The question that the scenario answers; may be empty. */
  readonly about: string;
  /** > 0 */
  readonly duration: Nanoseconds;
  /** What happens before this time does not count in the metrics; less than the duration. */
  readonly warmup: Nanoseconds;
  /** Interval of the time series; at most 100 000 of them in the duration. */
  readonly sample: Nanoseconds;
  readonly fidelity: FidelitySpec;
  readonly expect: readonly Expectation[];
}

export interface LoadedScenario {
  /** Its name among the scenario's variants, if there are any. */
  readonly variant?: string;
  readonly scenario: Scenario;
  /** The document with every default written in, in people's units and with absolute file names. Loads to the same scenario. */
  readonly resolved: object;
  /** The file that it was read from. */
  readonly source: string;
  /** An error about what stands at a path, for what only shows when the testbed is built: `['faults', 0, 'crash']`. */
  errorAt(path: readonly (string | number)[], found: string, expected: string, hint?: string): ScenarioError;
}

/** A scenario with all that it compares. */
export interface LoadedDesigns {
  /** One for each variant, in the order of the document; a scenario without variants is one design. */
  readonly designs: readonly LoadedScenario[];
  /** Whether the designs are variants to be set side by side, and none was picked to stand alone. */
  readonly compared: boolean;
  /** The lines of `expect`, each of one design, of all, or of two. */
  readonly expect: readonly (Expectation | Contrast)[];
}
