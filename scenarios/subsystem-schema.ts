// The schemas of the subsystems of a testbed, by their keys. Each has a file of its own.
import Type, { type TProperties, type TSchema } from 'typebox';
import type { SubsystemSpecs } from '../models/spec.ts';
import { machinesSchema } from './machines-schema.ts';
import { managementSchema } from './management-schema.ts';
import { requestsSchema } from './requests-schema.ts';
import { floodSchema, wormSchema } from './threats-schema.ts';

/** The keys of all subsystems, for the schema of a scenario. */
export const subsystemSchemas: TProperties = {
  worm: Type.Optional(wormSchema),
  flood: Type.Optional(floodSchema),
  management: Type.Optional(managementSchema),
  machines: Type.Optional(machinesSchema),
  requests: Type.Optional(requestsSchema),
} satisfies Readonly<Record<keyof SubsystemSpecs, TSchema>>;
