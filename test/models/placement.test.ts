// Placement: which nodes a slice gets under each policy, and what is refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestbedError } from '../../models/error.ts';
import { Nodes } from '../../models/node/nodes.ts';
import { place } from '../../models/slice/placement.ts';
import { type PlacementSpec, type SliceSpec, trueClock, unlimitedShare } from '../../models/slice/spec.ts';
import { MatrixPaths } from '../../models/topology/paths.ts';
import type { Coordinates, Site } from '../../models/topology/site.ts';
import type { Topology } from '../../models/topology/topology.ts';

interface Place {
  readonly name: string;
  readonly nodes: number;
  readonly coordinates?: Coordinates;
}

/** Sites, and the delays between them row by row. */
function world(places: readonly Place[], delays: readonly number[]): { topology: Topology; nodes: Nodes } {
  const sites = places.map((site): Site => ({ ...site, class: 'edge' }));
  const paths = new MatrixPaths(sites.length, Float64Array.from(delays));
  return { topology: { sites, paths }, nodes: new Nodes(sites) };
}

/** One site at each point of a line, the delay between two of them their distance. */
function line(points: readonly number[], nodesAt: (site: number) => number = () => 1) {
  const places = points.map((_, site) => ({ name: `s${site}`, nodes: nodesAt(site) }));
  return world(
    places,
    points.flatMap(a => points.map(b => Math.abs(a - b))),
  );
}

function placed(
  { topology, nodes }: ReturnType<typeof world>,
  spec: PlacementSpec,
  seed = 'seed',
  name = 'dht',
): number[] {
  const slice: SliceSpec = {
    name,
    place: spec,
    share: unlimitedShare,
    clock: trueClock,
    caps: { uplink: Infinity, burst: 1, queue: 0 },
    run: { kind: 'protocol', protocol: 'ping', options: {} },
    startOver: 0,
  };
  return place(slice, topology, nodes, seed);
}

const seeds = (count: number) => Array.from({ length: count }, (_, index) => `seed ${index}`);

/** Random sites with one to four nodes, and symmetric delays. */
const anyWorld = fc.integer({ min: 1, max: 9 }).chain(size =>
  fc
    .record({
      counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: size, maxLength: size }),
      half: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: size * size, maxLength: size * size }),
    })
    .map(({ counts, half }) =>
      world(
        counts.map((nodes, site) => ({ name: `s${site}`, nodes })),
        half.map((_, cell) => {
          const [a, b] = [Math.floor(cell / size), cell % size];
          return a === b ? 0 : half[Math.min(a, b) * size + Math.max(a, b)];
        }),
      ),
    ),
);

describe('every policy that counts', () => {
  test.each(['spread', 'random', 'near'] as const)('%s gives so many nodes, each once', policy => {
    fc.assert(
      fc.property(anyWorld, fc.nat(), fc.string(), (any, pick, seed) => {
        const count = 1 + (pick % any.nodes.count);
        const spec = policy === 'near' ? { policy, nodes: count, near: 's0' } : { policy, nodes: count };
        const chosen = placed(any, spec, seed);
        expect(chosen).toHaveLength(count);
        expect(new Set(chosen).size).toBe(count);
        expect(chosen.every(node => node >= 0 && node < any.nodes.count)).toBe(true);
        expect(placed(any, spec, seed)).toEqual(chosen);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test.each(['spread', 'random', 'near'] as const)('%s refuses more nodes than there are', policy => {
    const spec = policy === 'near' ? { policy, nodes: 4, near: 's0' } : { policy, nodes: 4 };
    expect(() => placed(line([0, 1, 2]), spec)).toThrow(
      "slices.dht.place.nodes: found 4, expected at most 3, the testbed's nodes",
    );
  });
});

describe('spread', () => {
  test('takes a node of each site before a second of any, as far as sites have them', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(), fc.string(), (any, pick, seed) => {
        const { nodes } = any;
        const order = placed(any, { policy: 'spread', nodes: nodes.count }, seed);
        const ranks = order.map(node => node - nodes.firstOf[nodes.siteOf[node]]);
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        const some = placed(any, { policy: 'spread', nodes: 1 + (pick % nodes.count) }, seed);
        const sites = new Set(some.map(node => nodes.siteOf[node]));
        expect(sites.size).toBe(Math.min(some.length, any.topology.sites.length));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  test('takes each site as far as can be from those before it', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(), fc.string(), ({ topology, nodes }, pick, seed) => {
        const size = topology.sites.length;
        fc.pre(size > 1);
        const count = 1 + (pick % (size - 1));
        const chosen = placed({ topology, nodes }, { policy: 'spread', nodes: count }, seed).map(
          node => nodes.siteOf[node],
        );
        for (let rank = 1; rank < count; rank++) {
          const gap = (site: number) =>
            Math.min(...chosen.slice(0, rank).map(before => topology.paths.delay(before, site)));
          const left = topology.sites
            .map((_, site) => site)
            .filter(site => !chosen.slice(0, rank).includes(site));
          expect(gap(chosen[rank])).toBe(Math.max(...left.map(gap)));
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  test('on a line takes both ends and then the middle, from wherever it begins', () => {
    const points = [0, 1, 2, 50, 97, 98, 100];
    for (const seed of seeds(30)) {
      const [first, ...others] = placed(line(points), { policy: 'spread', nodes: 3 }, seed).map(
        node => points[node],
      );
      if (first === 50) expect(others).toEqual([0, 100]);
      else expect(others).toEqual(first < 50 ? [100, 50] : [0, 50]);
    }
  });

  test('begins anywhere, each site as likely as another (chi-square, 99.9 %)', () => {
    const firsts = seeds(3000).map(
      seed => placed(line([0, 1, 2, 50]), { policy: 'spread', nodes: 2 }, seed)[0],
    );
    const expected = firsts.length / 4;
    const chi = [0, 1, 2, 3].reduce(
      (sum, site) => sum + (firsts.filter(first => first === site).length - expected) ** 2 / expected,
      0,
    );
    expect(chi).toBeLessThan(16.27);
  });

  // T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theor. Comput. Sci. 38, 1985: where the
  // triangle inequality holds, no choice brings every site more than twice as near to a chosen one.
  test('leaves no site more than twice as far from a chosen one as the best choice does', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1000), { minLength: 3, maxLength: 8 }),
        fc.nat(),
        fc.string(),
        (points, pick, seed) => {
          const count = 1 + (pick % (points.length - 1));
          const radius = (chosen: readonly number[]) =>
            Math.max(...points.map(point => Math.min(...chosen.map(site => Math.abs(points[site] - point)))));
          const best = Math.min(...choices(points.length, count).map(radius));
          const chosen = placed(line(points), { policy: 'spread', nodes: count }, seed);
          expect(radius(chosen)).toBeLessThanOrEqual(2 * best);
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });
});

/** Every choice of `count` of the integers below `size`. */
function choices(size: number, count: number): number[][] {
  if (count === 0) return [[]];
  if (size < count) return [];
  return [...choices(size - 1, count), ...choices(size - 1, count - 1).map(chosen => [...chosen, size - 1])];
}

describe('random', () => {
  test('takes each node as likely as another, whatever its site (chi-square, 99.9 %)', () => {
    const any = line([0, 1, 2, 50], site => [1, 2, 6, 1][site]);
    const [runs, count, total] = [3000, 3, 10];
    const times = new Array(total).fill(0);
    for (const seed of seeds(runs)) {
      for (const node of placed(any, { policy: 'random', nodes: count }, seed)) times[node]++;
    }
    const share = count / total;
    const variance = runs * share * (1 - share);
    const chi = times.reduce((sum, own) => sum + (own - runs * share) ** 2 / variance, 0);
    // Drawn without replacement: the counts are tied by their sum.
    expect(chi * ((total - 1) / total)).toBeLessThan(27.88);
  });

  test('is drawn for each slice by itself', () => {
    const any = line([...Array(40).keys()]);
    const spec = { policy: 'random', nodes: 10 } as const;
    expect(placed(any, spec, 'seed', 'one')).not.toEqual(placed(any, spec, 'seed', 'other'));
  });
});

describe('near', () => {
  test('a site takes its own nodes, then those with the least delay from it', () => {
    const any = line([0, 30, 10, 20], () => 2);
    const chosen = placed(any, { policy: 'near', nodes: 7, near: 's2' });
    // Sites 0 and 3 are equally far.
    expect(chosen).toEqual([4, 5, 0, 1, 6, 7, 2]);
  });

  test('a site goes by the delay from it where the two ways differ', () => {
    const any = world(
      ['a', 'b', 'c'].map(name => ({ name, nodes: 1 })),
      [0, 1, 9, 9, 0, 9, 1, 9, 0],
    );
    expect(placed(any, { policy: 'near', nodes: 2, near: 'a' })).toEqual([0, 1]);
  });

  const at = (name: string, latitude: number, longitude: number): Place => ({
    name,
    nodes: 1,
    coordinates: { latitude, longitude },
  });
  const cities = world(
    [at('suva', -18.1, 178.4), at('apia', -13.8, -171.8), at('lima', -12, -77), at('quito', -0.2, -78.5)],
    // Delays that say the reverse.
    [0, 9, 1, 1, 9, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0],
  );

  test.each([
    ['-17,-180', [0, 1, 2, 3]],
    ['-13.8,-171.8', [1, 0, 2, 3]],
    [' 90 , 0 ', [3, 2, 1, 0]],
    ['+0.5,-79', [3, 2, 1, 0]],
  ])('the point "%s" takes the nearest on the globe, also across the date line', (near, order) => {
    expect(placed(cities, { policy: 'near', nodes: 4, near })).toEqual(order);
  });

  test('a point is refused where a site has no coordinates', () => {
    const spec = { policy: 'near', nodes: 1, near: '1,2' } as const;
    expect(() => placed(line([0, 1]), spec)).toThrow(
      'slices.dht.place.near: found a point on the map, expected a site\'s name: "s0" has no coordinates',
    );
  });

  const EXPECTED = 'expected the name of a site, or "latitude,longitude" in degrees';
  test.each([
    ['limma', `found "limma", ${EXPECTED} (did you mean "lima"?)`],
    // A node is no site.
    ['lima-1', `found "lima-1", ${EXPECTED} (did you mean "lima"?)`],
    ['91,0', `found "91,0", ${EXPECTED}`],
    ['0,-181', `found "0,-181", ${EXPECTED}`],
    ['1,2,3', `found "1,2,3", ${EXPECTED}`],
    ['1,', `found "1,", ${EXPECTED}`],
    [',', `found ",", ${EXPECTED}`],
    ['0x1,2', `found "0x1,2", ${EXPECTED}`],
    ['52N,0E', `found "52N,0E", ${EXPECTED}`],
  ])('"%s" is refused', (near, message) => {
    let error: unknown;
    try {
      placed(cities, { policy: 'near', nodes: 1, near });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TestbedError);
    expect((error as TestbedError).message).toBe(`slices.dht.place.near: ${message}`);
  });
});

describe('a list', () => {
  const any = line([0, 1, 2], site => site + 1);

  test('gives nodes by their names and sites with all their nodes, in its order, each once', () => {
    const list = ['s2-3', 's1', 's0-1', 's2', 's1-2'];
    expect(placed(any, { policy: 'list', list })).toEqual([5, 1, 2, 0, 3, 4]);
  });

  test('with a name that is not there is refused with its place and the nearest name', () => {
    let error: unknown;
    try {
      placed(any, { policy: 'list', list: ['s0', 's2-4'] });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TestbedError);
    expect(error).toMatchObject({
      path: ['slices', 'dht', 'place', 'nodes', 1],
      found: '"s2-4"',
      expected: 'the name of a node or site',
      suggestion: expect.stringMatching(/^s2-[123]$/),
    });
  });
});

test('all takes every node', () => {
  expect(
    placed(
      line([0, 5], () => 3),
      { policy: 'all' },
    ),
  ).toEqual([0, 1, 2, 3, 4, 5]);
});
