// Which slices can be modelled: those that run a protocol of the catalogue, or make transfers.
import { TestbedError } from '../error.ts';
import type { ProtocolRun, SliceSpec, TransfersRun } from './spec.ts';

/** @throws {TestbedError} for a slice that runs real code, which no model knows */
export function modelledRun({ name, run }: SliceSpec): ProtocolRun | TransfersRun {
  if (run.kind === 'protocol' || run.kind === 'transfers') return run;
  const expected =
    run.kind === 'service'
      ? 'a protocol: services run in the modes virtual and emulate, not in model'
      : 'a protocol: programs run in the mode emulate, not in model';
  throw new TestbedError(
    ['slices', name, 'run', run.kind],
    run.kind === 'service' ? 'a Node.js service' : 'a program',
    expected,
  );
}
