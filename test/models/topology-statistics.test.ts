// The statistics of a topology, against ones that can be worked out by hand and against measured networks.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importEdges } from '../../models/topology/import-edges.ts';
import { importMatrix } from '../../models/topology/import-matrix.ts';
import { MatrixPaths } from '../../models/topology/paths.ts';
import { describeTopology, EXACT_SITES } from '../../models/topology/statistics.ts';
import { type Topology, TopologyError } from '../../models/topology/topology.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');

/** Sites of two nodes whose round trip in ms is `rtt(a, b)`, a < b. */
function topologyOf(size: number, rtt: (a: number, b: number) => number): Topology {
  const sites = Array.from({ length: size }, (_, i) => ({ name: `s${i}`, class: 'edge' as const, nodes: 2 }));
  const delay = (a: number, b: number) => (rtt(Math.min(a, b), Math.max(a, b)) * 1e6) / 2;
  const cells = Array.from({ length: size * size }, (_, cell) => delay(Math.floor(cell / size), cell % size));
  return { sites, paths: new MatrixPaths(size, Float64Array.from(cells)) };
}

describe('statistics of a topology', () => {
  test('on a line: no violation, exact quantiles, the neighbour nearest', () => {
    const line = describeTopology(topologyOf(101, (a, b) => b - a));
    expect(line).toMatchObject({ sites: 101, nodes: 202, pairs: 5050 });
    expect(line.triangles).toEqual({ any: 0, by10: 0, by50: 0, sampled: false });
    expect(line.nearest).toEqual({ p5: 1, p50: 1, p95: 1 });
    // 101 - d pairs are d apart, so 2535 of 5050 are at most 30 apart.
    expect(line.rtt.p50).toBe(30);
    expect(line.inflation).toBeUndefined();
  });

  test.each([
    [2, { any: 0, by10: 0, by50: 0 }],
    [2.1, { any: 1, by10: 0, by50: 0 }],
    [2.3, { any: 1, by10: 1, by50: 0 }],
    [3.1, { any: 1, by10: 1, by50: 1 }],
  ])('a triangle of sides 1, 1 and %f ms', (longest, shares) => {
    const triangle = topologyOf(3, (a, b) => (a === 0 && b === 2 ? longest : 1));
    expect(describeTopology(triangle).triangles).toEqual({ ...shares, sampled: false });
  });

  test('inflation is the round trip over that of light on the great circle', () => {
    // A quarter of the equator, 10 008 km, is 66.76 ms there and back at the speed of light.
    const { paths } = topologyOf(2, () => 200);
    const sites = [0, 90].map(longitude => {
      return {
        name: `at-${longitude}`,
        class: 'edge' as const,
        nodes: 1,
        coordinates: { latitude: 0, longitude },
      };
    });
    const { inflation } = describeTopology({ sites, paths });
    expect(inflation?.far?.p50).toBeCloseTo(200 / 66.76, 2);
    expect(inflation?.classes).toMatchObject([{ from: 8000, to: 12000, pairs: 1 }]);
  });

  test('above the exact size, a fixed sample comes near the whole', () => {
    // Random round trips in 50..150: the longest side is over the others' sum with probability 1/16 by integration.
    const mixed = (a: number, b: number) =>
      50 + ((((a * 7919 + b * 104729) * 2654435761) % 2 ** 32) / 2 ** 32) * 100;
    const size = EXACT_SITES + 1;
    const sampled = describeTopology(topologyOf(size, mixed));
    const exact = describeTopology(topologyOf(EXACT_SITES, mixed));
    expect(Math.abs(exact.triangles!.any - 1 / 16)).toBeLessThan(0.003);
    expect(sampled.triangles!.sampled).toBe(true);
    expect(sampled.pairs).toBe(200_000);
    // Four standard errors of a share of 0.06 in 200 000 draws.
    expect(Math.abs(sampled.triangles!.any - exact.triangles!.any)).toBeLessThan(0.003);
    expect(Math.abs(sampled.rtt.p50 - exact.rtt.p50)).toBeLessThan(1);
    expect(describeTopology(topologyOf(size, mixed))).toEqual(sampled);
    expect(describeTopology(topologyOf(size, mixed), { pairs: 50 }).pairs).toBe(50);
  });

  test('fewer than two sites are an error; two have no triangle', () => {
    expect(() => describeTopology(topologyOf(1, () => 1))).toThrow(
      new TopologyError('found 1 site, expected at least 2 to describe'),
    );
    expect(describeTopology(topologyOf(2, () => 1)).triangles).toBeUndefined();
  });
});

describe('measured networks', () => {
  test('PlanetLab: round trips and triangle violations within 2 sd of the published pool', ctx => {
    const file = join(DATA, 'planetlab-rtt/rtt_t01.csv.gz');
    if (!existsSync(file)) ctx.skip('the measured PlanetLab matrices are not here');
    const { rtt, triangles } = describeTopology(importMatrix(file).topology);
    const within = (found: number, expected: number, twoSd: number) =>
      expect(Math.abs(found - expected)).toBeLessThan(twoSd);
    within(rtt.p5, 18.8, 2.6);
    within(rtt.p25, 59, 9);
    within(rtt.p50, 134, 14);
    within(rtt.p75, 203, 20);
    within(rtt.p95, 326, 19);
    within(rtt.p99, 404, 35);
    within(triangles!.any, 0.168, 0.026);
    within(triangles!.by10, 0.053, 0.016);
    within(triangles!.by50, 0.0054, 0.004);
  });

  test('WonderNetwork: round trips, inflation by distance and triangle violations within 2 sd', ctx => {
    const file = join(DATA, 'wondernetwork/ping_grouped.csv.gz');
    if (!existsSync(file)) ctx.skip('the measured WonderNetwork data are not here');
    const { topology } = importEdges(file, join(DATA, 'wondernetwork/servers.csv'));
    const { rtt, triangles, inflation } = describeTopology(topology);
    const within = (found: number, expected: number, twoSd: number) =>
      expect(Math.abs(found - expected)).toBeLessThan(twoSd);
    within(rtt.p5, 22, 4);
    within(rtt.p25, 73, 14);
    within(rtt.p50, 138, 17);
    within(rtt.p75, 209, 22);
    within(rtt.p95, 306, 18);
    within(rtt.p99, 372, 22);
    within(triangles!.any, 0.146, 0.02);
    within(triangles!.by10, 0.044, 0.01);
    within(triangles!.by50, 0.004, 0.0016);
    const far = inflation!.far!;
    within(far.p5, 2.13, 0.06);
    within(far.p25, 2.5, 0.06);
    within(far.p50, 2.96, 0.12);
    within(far.p75, 3.85, 0.2);
    within(far.p95, 6.3, 0.5);
    const medians = inflation!.classes.map(({ median }) => median);
    [6.0, 4.8, 4.0, 3.5, 2.7, 2.8, 2.6].forEach((median, index) => {
      within(medians[index], median, 0.1);
    });
  });
});
