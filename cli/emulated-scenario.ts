// What a scenario may not ask of real hosts: they share this machine's clock.
import { TestbedError } from '../models/error.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { UsageError } from './exit.ts';

const EXPECTED = 'a fault of another kind: emulated hosts share the clock of this machine';

/** @throws {TestbedError} at the first fault that sets clocks */
export function checkEmulated({ faults }: Scenario): void {
  const index = faults.findIndex(({ kind }) => kind === 'clock');
  if (index >= 0) throw new TestbedError(['faults', index, 'clock'], 'a jump of clocks', EXPECTED);
}

/** @param kinds of the events of a fault that somebody has typed @throws {UsageError} */
export function refuseClockFaults(kinds: readonly string[]): void {
  if (kinds.includes('jump')) throw new UsageError(`found a jump of clocks, expected ${EXPECTED}`);
}
