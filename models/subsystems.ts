// The subsystems there are, by the keys under which a scenario describes them.
import { checkManagement } from './management/check.ts';
import { Management } from './management/management.ts';
import { Machines } from './node/machines.ts';
import { requestedNodes } from './slice/requested-nodes.ts';
import { Requests } from './slice/requests.ts';
import type { SubsystemSpecs } from './spec.ts';
import type { Stage, Subsystem } from './subsystem.ts';
import type { Testbed } from './testbed.ts';
import { checkFlood, Flood } from './threats/flood.ts';
import { prey, Worm } from './threats/worm.ts';

interface Kind<S> {
  found(spec: S, stage: Stage): Subsystem;
  /** @throws {TestbedError} where it names what the testbed has not */
  check?(spec: S, testbed: Testbed): void;
}
type Kinds = { readonly [K in keyof SubsystemSpecs]-?: Kind<NonNullable<SubsystemSpecs[K]>> };

const kinds: Kinds = {
  worm: { found: (spec, stage) => new Worm(spec, stage), check: prey },
  flood: { found: (spec, stage) => new Flood(spec, stage), check: checkFlood },
  management: { found: (spec, stage) => new Management(spec, stage), check: checkManagement },
  machines: { found: (spec, stage) => new Machines(spec, stage) },
  requests: {
    found: (spec, stage) => new Requests(spec, stage),
    check: (spec, { nodes, seed }) => requestedNodes(spec, nodes, seed),
  },
};

/** The subsystems of a run that a scenario asks for, in the order of this file. */
export const foundSubsystems = (specs: SubsystemSpecs, stage: Stage): Subsystem[] =>
  asked(specs).map(([kind, spec]) => kind.found(spec, stage));

/** @throws {TestbedError} where one of them names what the testbed has not */
export function checkSubsystems(testbed: Testbed): void {
  for (const [kind, spec] of asked(testbed.subsystems)) kind.check?.(spec, testbed);
}

function asked(specs: SubsystemSpecs): [Kind<unknown>, unknown][] {
  const keys = Object.keys(kinds) as (keyof SubsystemSpecs)[];
  return keys.filter(key => specs[key] !== undefined).map(key => [kinds[key] as Kind<unknown>, specs[key]]);
}
