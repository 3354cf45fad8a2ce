// The subsystems of a checked document in base units. Each is read by a file of its own.
import type { SubsystemSpecs } from '../models/spec.ts';
import { machinesOf } from './convert-machines.ts';
import { managementOf } from './convert-management.ts';
import { requestsOf } from './convert-requests.ts';
import { floodOf, wormOf } from './convert-threats.ts';

/** What a checked document says under a subsystem's key, in base units. */
type Readers = {
  readonly [K in keyof SubsystemSpecs]-?: (document: never) => NonNullable<SubsystemSpecs[K]>;
};

const readers: Readers = {
  worm: wormOf,
  flood: floodOf,
  management: managementOf,
  machines: machinesOf,
  requests: requestsOf,
};

/** Those keys of a document that describe subsystems. */
export const subsystemDocuments = (document: object): object =>
  Object.fromEntries(Object.entries(document).filter(([key]) => Object.hasOwn(readers, key)));

/** The subsystems that a checked document describes. */
export function subsystemsOf(document: object): SubsystemSpecs {
  return Object.fromEntries(
    Object.entries(subsystemDocuments(document)).map(([key, described]) => [
      key,
      readers[key as keyof SubsystemSpecs](described as never),
    ]),
  );
}
