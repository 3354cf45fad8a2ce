// Generated topologies: PlanetLab's sites as they were, and paths that are as long, and as crooked, as the Internet's.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestbedError } from '../../models/error.ts';
import { hubs, shortestWays } from '../../models/topology/backbone.ts';
import { buildTopology } from '../../models/topology/build.ts';
import { distanceBetween, regionOf } from '../../models/topology/geography.ts';
import { HubPaths } from '../../models/topology/hub-paths.ts';
import { importEdges } from '../../models/topology/import-edges.ts';
import { SAME_SITE_DELAY } from '../../models/topology/import-matrix.ts';
import { MatrixPaths } from '../../models/topology/paths.ts';
import { type PlanetlabSite, planetlabSites } from '../../models/topology/planetlab-sites.ts';
import type { Coordinates, Site } from '../../models/topology/site.ts';
import { describeTopology } from '../../models/topology/statistics.ts';
import type { Topology, TopologySpec } from '../../models/topology/topology.ts';
import { interval99 } from '../statistics.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data');
const SEEDS = ['1', '2', '3', '4', '5'];

const build = (spec: TopologySpec, seed = '1'): Topology => buildTopology(spec, seed).topology;
const planetlab = (year: number, options: { sites?: number; nodes?: number } = {}, seed = '1'): Topology =>
  build({ kind: 'planetlab', year, ...options }, seed);
const generate = (sites: number, seed = '1', nodesPerSite = 2): Topology =>
  build({ kind: 'generate', sites, nodesPerSite }, seed);

const nodesOf = (sites: readonly { nodes: number }[]): number =>
  sites.reduce((sum, site) => sum + site.nodes, 0);

const delays = ({ sites, paths }: Topology): number[] =>
  sites.flatMap((_, from) => sites.map((__, to) => paths.delay(from, to)));

describe('the table of PlanetLab', () => {
  test('has unique names that a host can have and that no node has', () => {
    expect(new Set(planetlabSites.map(site => site.name)).size).toBe(planetlabSites.length);
    for (const { name } of planetlabSites) {
      expect(name).toMatch(/^[a-z]([a-z0-9-]{0,56}[a-z0-9])?$/);
      expect(name).not.toMatch(/-\d+$/);
    }
  });

  test('has places on Earth, known countries, and sites of one to a few nodes in the order of joining', () => {
    planetlabSites.forEach((site, index) => {
      const { latitude, longitude } = site.coordinates;
      expect(Math.abs(latitude)).toBeLessThan(72); // no university is nearer to a pole
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
      expect(site.region, site.name).toBe(regionOf(site.country));
      expect(site.region).toBeDefined();
      expect(site.nodes).toBeGreaterThanOrEqual(1);
      expect(site.nodes).toBeLessThanOrEqual(10);
      expect(site.joined).toBeGreaterThanOrEqual(planetlabSites[Math.max(0, index - 1)].joined);
    });
  });

  // Boxes about the continents: coordinates with a sign or a digit wrong mostly fall out of theirs.
  const BOXES: Record<string, [south: number, north: number, west: number, east: number]> = {
    'north-america': [7, 72, -168, -52],
    'south-america': [-56, 13, -82, -34],
    europe: [34, 72, -25, 60],
    africa: [-35, 38, -18, 58],
    asia: [-11, 78, 26, 180],
    oceania: [-53, 20, 110, 180],
  };
  test('has every site in its region', () => {
    for (const { name, region, coordinates } of planetlabSites) {
      const [south, north, west, east] = BOXES[region];
      const { latitude, longitude } = coordinates;
      const inside = latitude > south && latitude < north && longitude > west && longitude < east;
      expect(inside, name).toBe(true);
    }
  });

  test('has sites of one city near each other', () => {
    const byCity = new Map<string, PlanetlabSite[]>();
    for (const site of planetlabSites) {
      const key = `${site.city}, ${site.country}`;
      byCity.set(key, [...(byCity.get(key) ?? []), site]);
    }
    for (const [city, sites] of byCity) {
      for (const site of sites) {
        expect(distanceBetween(site.coordinates, sites[0].coordinates), city).toBeLessThan(40);
      }
    }
  });

  test.each([
    [2002, 42, 100],
    [2005, 276, 583],
    [2006, 336, 700],
  ])('by the end of %i it has PlanetLab: %i sites with %i nodes', (year, sites, nodes) => {
    const joined = planetlabSites.filter(site => site.joined <= year);
    expect(joined.length).toBe(sites);
    expect(nodesOf(joined)).toBe(nodes);
    expect(planetlab(year).sites.length).toBe(sites);
  });

  test('most sites have two nodes, and nearly all the others one', () => {
    const share = (count: number) =>
      planetlabSites.filter(site => site.nodes === count).length / planetlabSites.length;
    // Of 234 sites, 121 had two and 71 had one.
    expect(share(2)).toBeGreaterThan(0.5);
    expect(share(1) + share(2)).toBeGreaterThan(0.8);
  });
});

describe('PlanetLab in a year', () => {
  test('is the oldest sites, as many as asked for, each whole', () => {
    const { sites } = planetlab(2003, { sites: 100 });
    expect(sites.map(site => site.name)).toEqual(planetlabSites.slice(0, 100).map(site => site.name));
    expect(sites[0]).toEqual({
      name: 'princeton',
      city: 'Princeton',
      country: 'US',
      region: 'north-america',
      coordinates: { latitude: 40.35, longitude: -74.65 },
      class: 'edge',
      nodes: 4,
    });
    expect(planetlab(2020).sites.length).toBe(planetlabSites.length);
  });

  test('has as many nodes as asked for, at least one a site, in proportion to the table', () => {
    const sites = fc.integer({ min: 1, max: 276 });
    fc.assert(
      fc.property(sites, fc.nat(3000), (count, more) => {
        const { sites: chosen } = planetlab(2005, { sites: count, nodes: count + more });
        const table = planetlabSites.slice(0, count);
        const total = nodesOf(table);
        expect(nodesOf(chosen)).toBe(count + more);
        chosen.forEach((site, index) => {
          const due = (table[index].nodes * (count + more)) / total;
          expect(site.nodes).toBeGreaterThanOrEqual(1);
          if (count + more >= total) expect(Math.abs(site.nodes - due)).toBeLessThan(1);
          else expect(site.nodes).toBeLessThanOrEqual(table[index].nodes);
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test.each([
    [
      { year: 2002, sites: 43 },
      'topology.planetlab.sites: found 43, expected at most 42, the sites that had joined by the end of 2002',
    ],
    [
      { year: 2002, nodes: 41 },
      'topology.planetlab.nodes: found 41, expected at least 42, one for each site',
    ],
    [
      { year: 2003, sites: 9, nodes: 8 },
      'topology.planetlab.nodes: found 8, expected at least 9, one for each site',
    ],
  ])('that was never so is refused with its place: %#', (spec, message) => {
    const attempt = () => build({ kind: 'planetlab', ...spec });
    expect(attempt).toThrow(TestbedError);
    expect(attempt).toThrow(message);
  });
});

describe('sites made up', () => {
  test('are named in order, and have as many nodes as asked for', () => {
    const { sites } = generate(3, '1', 7);
    expect(sites.map(({ name, nodes }) => [name, nodes])).toEqual([
      ['site-1', 7],
      ['site-2', 7],
      ['site-3', 7],
    ]);
  });

  test('have as many nodes as PlanetLab counted at its sites, where so asked', () => {
    const spec: TopologySpec = { kind: 'generate', sites: 234, nodesPerSite: 'planetlab' };
    const { sites } = build(spec);
    [71, 121, 17, 13, 12].forEach((counted, index) => {
      const found = sites.filter(site => site.nodes === index + 1).length;
      expect(Math.abs(found - counted), `${index + 1} nodes`).toBeLessThanOrEqual(3);
    });
  });

  test('are of the classes asked for, those at the crossroads in hub cities, the others where PlanetLab stood', () => {
    const classes = { edge: 2, 'co-location': 1, peering: 1, contributed: 0 };
    const { sites } = build({ kind: 'generate', sites: 400, nodesPerSite: 1, classes });
    const of = (kind: string) => sites.filter(site => site.class === kind);
    expect(Math.abs(of('edge').length - 200)).toBeLessThanOrEqual(3);
    expect(Math.abs(of('co-location').length - 100)).toBeLessThanOrEqual(3);
    expect(Math.abs(of('peering').length - 100)).toBeLessThanOrEqual(3);
    expect(of('contributed')).toEqual([]);
    const near = (site: Site, places: readonly { coordinates: Coordinates }[]) =>
      Math.min(...places.map(({ coordinates }) => distanceBetween(site.coordinates!, coordinates)));
    for (const site of of('co-location')) {
      expect(near(site, hubs)).toBeLessThan(300);
      expect(site.region).toBe(regionOf(site.country!));
    }
    for (const site of of('edge')) expect(near(site, planetlabSites)).toBeLessThan(300);
  });

  test('of classes none of which has a share are refused', () => {
    const classes = { edge: 0 };
    const attempt = () => build({ kind: 'generate', sites: 4, nodesPerSite: 1, classes });
    expect(attempt).toThrow(TestbedError);
    expect(attempt).toThrow('topology.generate.classes: found no share, expected at least one above 0');
  });

  describe('at a hundred thousand', () => {
    const { sites, paths } = generate(100_000);

    test('have sound paths', () => {
      expect(sites.length).toBe(100_000);
      for (let from = 0; from < 100_000; from += 37) {
        const to = (from * 7919 + 1) % 100_000;
        const delay = paths.delay(from, to);
        if (!Number.isSafeInteger(delay) || delay < SAME_SITE_DELAY || delay > 1e9) {
          throw new Error(`delay ${from} to ${to} is ${delay}`);
        }
      }
    });

    // The regions take turns: the shares are exact but for a site.
    test.each([
      ['north-america', 0.441],
      ['europe', 0.344],
      ['asia', 0.1315],
      ['south-america', 0.0425],
      ['oceania', 0.038],
      ['africa', 0.003],
    ])('have the share of %s', (region, share) => {
      const there = sites.filter(site => site.region === region).length / sites.length;
      expect(Math.abs(there - share)).toBeLessThan(0.00002);
    });

    test.each(['edge', 'co-location', 'contributed'])('have as many of class %s as PlanetLab', kind => {
      const share = (some: readonly Site[]) => some.filter(site => site.class === kind).length / some.length;
      expect(Math.abs(share(sites) - share(planetlabSites))).toBeLessThan(0.03);
    });

    test('stand 30 km in the mean from the site in whose likeness they are', () => {
      const alone = planetlabSites.filter(
        site => planetlabSites.filter(other => other.country === site.country).length === 1,
      );
      expect(alone.length).toBeGreaterThan(10);
      const means = alone.map(model => {
        const gaps = sites
          .filter(site => site.country === model.country)
          .map(site => distanceBetween(site.coordinates!, model.coordinates));
        return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      });
      const { low, high } = interval99(means);
      expect(low).toBeLessThan(30);
      expect(high).toBeGreaterThan(30);
      expect(high - low).toBeLessThan(6);
    });
  });
});

describe('generated paths', () => {
  const worlds = [planetlab(2020), generate(300, 'any text')];

  test('are symmetric, in whole nanoseconds, and slower than light in fibre', () => {
    for (const { sites, paths } of worlds) {
      sites.forEach((a, from) => {
        expect(paths.delay(from, from)).toBe(SAME_SITE_DELAY);
        sites.slice(0, from).forEach((b, to) => {
          const delay = paths.delay(from, to);
          // One way in vacuum, ns; fibre is 1.468 times slower.
          const light = (distanceBetween(a.coordinates!, b.coordinates!) / 299792.458) * 1e9;
          if (delay !== paths.delay(to, from) || !Number.isSafeInteger(delay) || delay < 1.468 * light) {
            throw new Error(
              `${a.name} to ${b.name}: ${delay} and ${paths.delay(to, from)} ns, light ${light}`,
            );
          }
        });
      });
    }
  });

  test.each<[string, (seed: string) => Topology]>([
    ['PlanetLab', seed => planetlab(2005, {}, seed)],
    ['sites made up', seed => generate(60, seed)],
  ])('of %s are the same for the same seed, and others for another', (_, make) => {
    expect(delays(make('a'))).toEqual(delays(make('a')));
    expect(make('a').sites).toEqual(make('a').sites);
    const [one, other] = [delays(make('a')), delays(make('b'))];
    const same = one.filter((delay, pair) => delay === other[pair]).length;
    expect(same).toBe(make('a').sites.length); // the diagonal
  });

  test('do not change where sites are added', () => {
    const pairs: [Topology, Topology][] = [
      [planetlab(2002), planetlab(2020)],
      [planetlab(2002, { sites: 10, nodes: 10 }), planetlab(2005)],
      [generate(30), generate(90)],
      [generate(30), generate(2001)],
    ];
    for (const [small, large] of pairs) {
      small.sites.forEach((site, from) => {
        expect(large.sites[from].coordinates).toEqual(site.coordinates);
        for (let to = 0; to < from; to++) {
          expect(large.paths.delay(from, to)).toBe(small.paths.delay(from, to));
        }
      });
    }
  });

  test('worked out when asked for are those of the matrix', () => {
    const { sites, paths } = planetlab(2020);
    expect(paths).toBeInstanceOf(MatrixPaths);
    const places = sites.map(site => ({ ...site, coordinates: site.coordinates! }));
    expect(delays({ sites, paths: new HubPaths(places, '1') })).toEqual(delays({ sites, paths }));
    expect(generate(2001).paths).toBeInstanceOf(HubPaths);
  });

  test('run over a backbone that connects every hub, never shorter than the great circle', () => {
    const { lengths } = shortestWays();
    hubs.forEach((a, from) => {
      hubs.forEach((b, to) => {
        const length = lengths[from * hubs.length + to];
        expect(length).toBeGreaterThanOrEqual(distanceBetween(a.coordinates, b.coordinates) - 1e-6);
        expect(length, `${a.city} to ${b.city}`).toBeLessThan(45_000);
        expect(Math.abs(length - lengths[to * hubs.length + from])).toBeLessThan(1e-6);
      });
    });
  });

  test.each(SEEDS)('have PlanetLab like figures in 2005, seed %s', seed => {
    const topology = planetlab(2005, {}, seed);
    const { rtt, triangles, inflation, nearest } = describeTopology(topology);
    const within = (figure: number, low: number, high: number) => {
      expect(figure).toBeGreaterThan(low);
      expect(figure).toBeLessThan(high);
    };
    within(rtt.p5, 10, 35);
    within(rtt.p50, 100, 170);
    within(rtt.p95, 250, 400);
    within(nearest.p50, 2, 10);
    within(inflation!.far!.p50, 2, 3.5);
    within(triangles!.any, 0.02, 0.3);
    within(triangles!.by50, 0, 0.01);
    within(distanceCorrelation(topology), 0.85, 0.97);
  });

  test('at the places of WonderNetwork have its inflation, by distance from 500 km, within a sixth', ctx => {
    const file = `${DATA}/wondernetwork/ping_grouped.csv.gz`;
    if (!existsSync(file)) ctx.skip('the measured WonderNetwork data are not here');
    const { topology } = importEdges(file, `${DATA}/wondernetwork/servers.csv`);
    const measured = describeTopology(topology);
    const sites = topology.sites.filter(site => site.coordinates);
    const places = sites.map(({ name, coordinates }) => ({ name, coordinates: coordinates! }));
    for (const seed of SEEDS.slice(0, 2)) {
      const model = describeTopology({ sites, paths: new HubPaths(places, seed) });
      model.inflation!.classes.slice(1).forEach(({ from, median }, index) => {
        const expected = measured.inflation!.classes[index + 1];
        expect(expected.from).toBe(from);
        expect(Math.abs(median / expected.median - 1), `from ${from} km`).toBeLessThan(1 / 6);
      });
    }
  });
});

test('an imported topology is the same for every seed', () => {
  const file = resolve(import.meta.dirname, '../../scenarios/library/data/ten-sites.csv');
  const [one, other] = ['1', '2'].map(seed => build({ kind: 'matrix', file }, seed));
  expect(one.sites.length).toBe(10);
  expect(delays(one)).toEqual(delays(other));
});

/** Spearman's rank correlation of distance and round trip over all pairs. */
function distanceCorrelation({ sites, paths }: Topology): number {
  const pairs = sites.flatMap((a, from) =>
    sites.slice(0, from).map((b, to) => ({
      distance: distanceBetween(a.coordinates!, b.coordinates!),
      delay: paths.delay(from, to),
      rank: 0,
    })),
  );
  pairs.sort((a, b) => a.distance - b.distance);
  for (const [rank, pair] of pairs.entries()) pair.rank = rank;
  pairs.sort((a, b) => a.delay - b.delay);
  const squares = pairs.reduce((sum, pair, rank) => sum + (pair.rank - rank) ** 2, 0);
  return 1 - (6 * squares) / (pairs.length ** 3 - pairs.length);
}
