// Holds a topology against measured figures or another topology, figure by figure.
import { stream } from '../../sim/random.ts';
import { type Expected, figuresOf } from './measured.ts';
import { describeTopology, type TopologyStatistics } from './statistics.ts';
import { type Topology, TopologyError } from './topology.ts';

export interface Compared extends Expected {
  /** Absent where the topology has no such figure: places it lacks, or pairs at that distance. */
  readonly found?: number;
  /** How many standard deviations of a random half the figure found is off, signed. */
  readonly off?: number;
  /** Whether it is within the tolerance, two of them; absent with `found`. */
  readonly agrees?: boolean;
}

/** How many halves of a topology tell how far its figures stray. */
const HALVES = 30;

/** The fewest sites of which a half can be described. */
const FEWEST = 8;

/** Each expected figure beside the one found. */
export function compareFigures(
  statistics: TopologyStatistics,
  expectations: readonly Expected[],
): Compared[] {
  const found = new Map(figuresOf(statistics).map(({ name, value }) => [name, value]));
  return expectations.map(expected => {
    const value = found.get(expected.name);
    if (value === undefined) return expected;
    const off = (value - expected.value) / (expected.tolerance / 2);
    return { ...expected, found: value, off, agrees: Math.abs(value - expected.value) <= expected.tolerance };
  });
}

/**
 * The figures of a topology, each with two standard deviations of it over random halves of the sites. Figures that some
 * half lacks, or that do not stray at all, are left out.
 * @throws {TopologyError} where there are too few sites
 */
export function expectationsOf(topology: Topology): Expected[] {
  const { sites } = topology;
  if (sites.length < FEWEST) {
    throw new TopologyError(`found ${sites.length} sites, expected at least ${FEWEST} to compare with`);
  }
  const random = stream('halves of a topology', sites.length);
  const indices = sites.map((_, index) => index);
  const halves = Array.from({ length: HALVES }, () => {
    const chosen = random.shuffle(indices.slice()).slice(0, Math.floor(sites.length / 2));
    const figures = figuresOf(describeTopology(partOf(topology, chosen)));
    return new Map(figures.map(({ name, value }) => [name, value]));
  });
  return figuresOf(describeTopology(topology)).flatMap(({ name, value }) => {
    const sample = halves.map(half => half.get(name));
    if (!sample.every(figure => figure !== undefined)) return [];
    const tolerance = 2 * standardDeviation(sample);
    return tolerance > 0 ? [{ name, value, tolerance }] : [];
  });
}

/** Some of a topology's sites, by their indices, with the paths between them. */
export function partOf({ sites, paths }: Topology, chosen: readonly number[]): Topology {
  return {
    sites: chosen.map(site => sites[site]),
    paths: { delay: (from, to) => paths.delay(chosen[from], chosen[to]) },
  };
}

function standardDeviation(sample: readonly number[]): number {
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  return Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length - 1));
}
