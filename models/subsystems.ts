// The subsystems there are, by the keys under which a scenario describes them.
import { Management } from './management/management.ts';
import { Machines } from './node/machines.ts';
import { Requests } from './slice/requests.ts';
import type { SubsystemSpecs } from './spec.ts';
import type { Stage, Subsystem } from './subsystem.ts';
import { Flood } from './threats/flood.ts';
import { Worm } from './threats/worm.ts';

type Founder<S> = (spec: S, stage: Stage) => Subsystem;
type Founders = { readonly [K in keyof SubsystemSpecs]-?: Founder<NonNullable<SubsystemSpecs[K]>> };

const founders: Founders = {
  worm: (spec, stage) => new Worm(spec, stage),
  flood: (spec, stage) => new Flood(spec, stage),
  management: (spec, stage) => new Management(spec, stage),
  machines: (spec, stage) => new Machines(spec, stage),
  requests: (spec, stage) => new Requests(spec, stage),
};

/** The subsystems of a run that a scenario asks for, in the order of this file. */
export function foundSubsystems(specs: SubsystemSpecs, stage: Stage): Subsystem[] {
  const keys = Object.keys(founders) as (keyof SubsystemSpecs)[];
  return keys.flatMap(key => found(key, specs[key], stage));
}

function found<K extends keyof SubsystemSpecs>(key: K, spec: SubsystemSpecs[K], stage: Stage): Subsystem[] {
  const founder: Founders[K] = founders[key];
  return spec === undefined ? [] : [founder(spec as never, stage)];
}
