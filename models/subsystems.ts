// The subsystems there are, by the keys under which a scenario describes them.
import type { SubsystemSpecs } from './spec.ts';
import type { Stage, Subsystem } from './subsystem.ts';

type Founder<S> = (spec: S, stage: Stage) => Subsystem;
type Founders = { readonly [K in keyof SubsystemSpecs]-?: Founder<NonNullable<SubsystemSpecs[K]>> };

const founders: Founders = {};

/** The subsystems of a run that a scenario asks for, in the order of this file. */
export function foundSubsystems(specs: SubsystemSpecs, stage: Stage): Subsystem[] {
  return Object.entries<Founder<unknown>>(founders).flatMap(([key, found]) => {
    const spec = (specs as Readonly<Record<string, unknown>>)[key];
    return spec === undefined ? [] : [found(spec, stage)];
  });
}
