// Subsystems in a scenario: the schema of each key, and what it says in base units. Each has a file of its own.
import Type, { type TProperties } from 'typebox';
import type { SubsystemSpecs } from '../models/spec.ts';
import { machinesOf, machinesSchema } from './machines-schema.ts';
import { managementOf, managementSchema } from './management-schema.ts';
import { requestsOf, requestsSchema } from './requests-schema.ts';
import { floodOf, floodSchema, wormOf, wormSchema } from './threats-schema.ts';

/** A subsystem's key. */
interface SubsystemKey<D, S> {
  /** Its schema, optional. */
  readonly schema: D;
  /** What a checked document says under the key, in base units. */
  readonly read: (document: never) => S;
}

type Keys = {
  readonly [K in keyof SubsystemSpecs]-?: SubsystemKey<TProperties[string], NonNullable<SubsystemSpecs[K]>>;
};

const keys: Keys = {
  worm: { schema: Type.Optional(wormSchema), read: wormOf },
  flood: { schema: Type.Optional(floodSchema), read: floodOf },
  management: { schema: Type.Optional(managementSchema), read: managementOf },
  machines: { schema: Type.Optional(machinesSchema), read: machinesOf },
  requests: { schema: Type.Optional(requestsSchema), read: requestsOf },
};

/** The keys of all subsystems, for the schema of a scenario. */
export const subsystemSchemas: TProperties = Object.fromEntries(
  Object.entries<SubsystemKey<TProperties[string], unknown>>(keys).map(([key, { schema }]) => [key, schema]),
);

/** Those keys of a document that describe subsystems. */
export const subsystemDocuments = (document: object): object =>
  Object.fromEntries(Object.entries(document).filter(([key]) => Object.hasOwn(keys, key)));

/** The subsystems that a checked document describes. */
export function subsystemsOf(document: object): SubsystemSpecs {
  return Object.fromEntries(
    Object.entries(subsystemDocuments(document)).map(([key, described]) => [
      key,
      (keys as Readonly<Record<string, SubsystemKey<unknown, unknown>>>)[key]!.read(described as never),
    ]),
  );
}
