// From what a scenario says of its topology to the topology, whichever source it names.
import { generateSites, planetlabOf } from './generate.ts';
import { importEdges } from './import-edges.ts';
import { type Import, importMatrix } from './import-matrix.ts';
import type { TopologySpec } from './topology.ts';

/**
 * Builds a topology. The same spec and seed always give the same one; an imported one is the same for every seed.
 * @throws {TopologyError} where a file does not hold what it should
 * @throws {TestbedError} where PlanetLab did not have what is asked of it
 */
export function buildTopology(spec: TopologySpec, seed: string): Import {
  switch (spec.kind) {
    case 'planetlab':
      return { topology: planetlabOf(spec, seed), warnings: [] };
    case 'generate':
      return { topology: generateSites(spec, seed), warnings: [] };
    case 'matrix':
      return importMatrix(spec.file);
    case 'edges':
      return importEdges(spec.file, spec.servers);
  }
}
