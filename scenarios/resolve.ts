// The document with every default written in: the form that a run's manifest keeps.
import { resolve as resolvePath } from 'node:path';
import { subsystemDocuments } from './convert-subsystems.ts';
import { expectationOf, readExpectation } from './expectation.ts';
import type { DemandDocument } from './machines-schema.ts';
import type { PlaceDocument } from './place-schema.ts';
import { isService } from './run-kind.ts';
import type { FaultDocument, ScenarioDocument, SliceDocument } from './schema.ts';
import { Misread, readDuration, writeDuration } from './units.ts';

const span = (text: string | number) => readDuration(text) as number;

function resolveTopology(
  topology: ScenarioDocument['topology'],
  folder: string,
): ScenarioDocument['topology'] {
  if (!('import' in topology)) return topology;
  const files = topology.import;
  const absolute = (file: string) => resolvePath(folder, file);
  if ('matrix' in files) return { import: { matrix: absolute(files.matrix) } };
  return { import: { edges: absolute(files.edges), servers: absolute(files.servers) } };
}

function resolveLoss({ loss }: ScenarioDocument['network']): { rate: string | number; burst: number } {
  return typeof loss === 'object' ? loss : { rate: loss, burst: 1 };
}

function resolveReorder({ reorder }: ScenarioDocument['network']): {
  rate: string | number;
  by: string | number;
} {
  return typeof reorder === 'object' ? reorder : { rate: reorder, by: '5ms' };
}

function resolvePlace(place: PlaceDocument): PlaceDocument {
  const { nodes, near, policy } = place;
  return typeof nodes === 'number' && near === undefined ? { ...place, policy: policy ?? 'spread' } : place;
}

function resolveRun(run: SliceDocument['run'], folder: string): SliceDocument['run'] {
  if (!isService(run)) return run;
  const substitute = Object.entries(run.substitute).map(([name, file]) => [name, resolvePath(folder, file)]);
  const service = resolvePath(folder, run.service);
  return { ...run, service, substitute: Object.fromEntries(substitute) };
}

function resolveDemand(demand: DemandDocument, folder: string): DemandDocument {
  const { cpu } = demand;
  if (cpu === undefined || !('trace' in cpu)) return demand;
  return { ...demand, cpu: { ...cpu, trace: resolvePath(folder, cpu.trace) } };
}

function resolveSlice(slice: SliceDocument, duration: number, folder: string) {
  const { place, caps, clock, transport, demand, run, start } = slice;
  const over = start.over ?? writeDuration(Math.min(10e9, Math.floor(duration / 10)));
  return {
    place: resolvePlace(place),
    caps,
    clock,
    transport,
    ...(demand && { demand: resolveDemand(demand, folder) }),
    run: resolveRun(run, folder),
    start: { over },
  };
}

/** What the lines say of this variant alone. */
function resolveExpectations(lines: readonly string[], variant: string | undefined): string[] {
  return lines.flatMap(line => {
    const read = readExpectation(line);
    return read instanceof Misread ? [] : (expectationOf(read, variant)?.text ?? []);
  });
}

function resolveFault(fault: FaultDocument, folder: string): FaultDocument {
  if (!('churn' in fault) || fault.trace === undefined) return fault;
  return { ...fault, trace: resolvePath(folder, fault.trace) };
}

/**
 * Writes in the defaults that depend on other keys, and gives every part its full form.
 * @param checked without problems, and with the defaults of the schema filled in
 * @param folder where the relative names of files begin
 * @param variant its name among the scenario's variants, if there are any
 */
export function resolve(checked: ScenarioDocument, folder: string, variant?: string) {
  const { name, about, seed, duration, warmup, topology, network, slices } = checked;
  const { fidelity, faults, expect } = checked;
  const length = span(duration);
  return {
    name,
    about,
    seed,
    duration,
    warmup,
    sample: checked.sample ?? writeDuration(Math.max(1, Math.round(length / 60))),
    topology: resolveTopology(topology, folder),
    network: { ...network, loss: resolveLoss(network), reorder: resolveReorder(network) },
    slices: Object.fromEntries(
      Object.entries(slices).map(([name, slice]) => [name, resolveSlice(slice, length, folder)]),
    ),
    fidelity,
    ...(checked.groups && { groups: checked.groups }),
    ...(checked.admission && { admission: checked.admission }),
    ...(checked.borders && { borders: checked.borders }),
    ...subsystemDocuments(checked),
    faults: faults.map(fault => resolveFault(fault, folder)),
    expect: resolveExpectations(expect, variant),
  };
}

export type ResolvedDocument = ReturnType<typeof resolve>;
