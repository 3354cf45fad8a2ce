// What is kept of a run that has ended: its files, and the manifest by which it runs again.
import { arch, cpus, platform } from 'node:os';
import type { FaultEvent } from '../models/faults/event.ts';
import type { Testbed } from '../models/testbed.ts';
import type { Parts } from '../results/publish.ts';
import type { Place, RunRecord } from '../results/run-directory.ts';
import type { Summary } from '../results/summary.ts';
import type { TimeSeries } from '../results/time-series.ts';
import type { LoadedScenario } from '../scenarios/scenario.ts';
import { scheduleFile } from './fault-schedule.ts';

/** What came out of a run. */
export interface Outcome {
  readonly summary: Summary;
  readonly recorder: TimeSeries;
  readonly attachments?: Parts | undefined;
}

/** What a manifest says of a testbed. */
export interface TestbedFacts {
  readonly sites: number;
  readonly nodeNames: readonly string[];
  readonly faults: readonly FaultEvent[];
  readonly warnings: readonly string[];
}

export const factsOf = ({ topology, nodes, faults, warnings }: Testbed): TestbedFacts => ({
  sites: topology.sites.length,
  nodeNames: nodes.names,
  faults,
  warnings,
});

export function recordOf(
  loaded: LoadedScenario,
  { sites, nodeNames, faults, warnings }: TestbedFacts,
  { summary, recorder, attachments }: Outcome,
): RunRecord {
  const { metrics: _, ...facts } = summary;
  const manifest = {
    ...facts,
    scenarioFile: loaded.source,
    resolved: loaded.resolved,
    sites,
    warnings,
    node: process.version,
    machine: { platform: platform(), arch: arch(), cores: cpus().length },
    finishedAt: new Date().toISOString(),
  };
  return {
    manifest,
    summary,
    recorder,
    about: loaded.scenario.about,
    attachments: { ...scheduleFile(faults, nodeNames), ...attachments },
  };
}

/** The directory that `--out` names, or one among the runs. */
export const placeOf = (out: string | undefined): Place => (out === undefined ? { under: 'runs' } : { out });

/** In words: what was written. */
export const written = (directory: string, files: readonly string[]): string =>
  `written to ${directory}: ${files.join(', ')}`;
