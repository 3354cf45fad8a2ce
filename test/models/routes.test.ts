// Routes: how many routers stand on a path, and where on it, for every kind of topology.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Network } from '../../models/network/network.ts';
import { Nodes } from '../../models/node/nodes.ts';
import { hubs, shortestWays } from '../../models/topology/backbone.ts';
import { buildTopology } from '../../models/topology/build.ts';
import { HubPaths } from '../../models/topology/hub-paths.ts';
import type { TopologySpec } from '../../models/topology/topology.ts';
import { MILLISECOND } from '../../sim/time.ts';

let folder: string;
let matrix: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-routes-'));
  matrix = join(folder, 'matrix.csv');
  writeFileSync(
    matrix,
    ',near,next,us,far\nnear,0,0.2,153,900\nnext,0.2,0,60,800\nus,153,60,0,10.1\nfar,900,800,10.1,0\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function networkOf(spec: TopologySpec) {
  const { topology } = buildTopology(spec, 'seed');
  const nodes = new Nodes(topology.sites);
  const access = { up: Infinity, down: Infinity, queue: 0 };
  const network = new Network(
    { siteOf: nodes.siteOf, senders: nodes.names },
    topology.paths,
    { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 } },
    'seed',
  );
  const pathDelay = (from: number, to: number) => topology.paths.delay(nodes.siteOf[from], nodes.siteOf[to]);
  return { network, nodes, topology, pathDelay };
}

const SPECS: readonly (() => TopologySpec)[] = [
  () => ({ kind: 'planetlab', year: 2003, sites: 60 }),
  () => ({ kind: 'generate', sites: 40, nodesPerSite: 2 }),
  () => ({ kind: 'matrix', file: matrix }),
];

describe.each(SPECS.map(spec => [spec] as const))('%s', spec => {
  test('has routers between sites and none within one, as many there as back, and always the same', () => {
    const { network, nodes } = networkOf(spec());
    const again = networkOf(spec()).network;
    for (let from = 0; from < nodes.count; from++) {
      for (let to = 0; to < nodes.count; to++) {
        const hops = network.hops(from, to);
        expect(hops).toBe(again.hops(from, to));
        expect(hops).toBe(network.hops(to, from));
        if (nodes.siteOf[from] === nodes.siteOf[to]) expect(hops).toBe(0);
        else expect(hops >= 2 && hops <= 30, `${hops}`).toBe(true);
      }
    }
  });

  test('has them in order along the path, the last before its end', () => {
    const { network, nodes, pathDelay } = networkOf(spec());
    for (let to = 1; to < nodes.count; to++) {
      const delays = Array.from({ length: network.hops(0, to) }, (_, index) =>
        network.delayTo(0, to, index + 1),
      );
      expect(delays).toEqual([...delays].sort((a, b) => a - b));
      expect(delays.every(Number.isInteger)).toBe(true);
      if (delays.length === 0) continue;
      expect(delays[0]).toBeGreaterThan(0);
      expect(delays.at(-1)).toBeLessThan(pathDelay(0, to));
    }
  });
});

test('of a matrix their number follows from the delay, 5 ms one way each', () => {
  const { network } = networkOf({ kind: 'matrix', file: matrix });
  // One way 0.1, 76.5, 450 and 5.05 ms.
  expect([network.hops(0, 1), network.hops(0, 2), network.hops(0, 3), network.hops(2, 3)]).toEqual([
    3, 18, 30, 4,
  ]);
  expect(network.delayTo(0, 2, 1)).toBe(Math.round((76.5 * MILLISECOND) / 19));
  expect(network.delayTo(0, 2, 18)).toBe(Math.round((76.5 * MILLISECOND * 18) / 19));
});

test('of hub paths they stand in the hubs: two in each, at the delay of the way there', () => {
  const place = (name: string, city: string) => ({
    name,
    coordinates: hubs.find(hub => hub.city === city)!.coordinates,
  });
  const { lengths, next } = shortestWays();
  const hub = (city: string) => hubs.findIndex(candidate => candidate.city === city);
  const way = ['Dublin', 'London', 'New York', 'Chicago'].map(hub);
  for (const [index, from] of way.slice(0, -1).entries()) {
    expect(next[from * hubs.length + way.at(-1)!]).toBe(way[index + 1]);
    const link = lengths[from * hubs.length + way[index + 1]];
    const rest = lengths[way[index + 1] * hubs.length + way.at(-1)!];
    expect(lengths[from * hubs.length + way.at(-1)!]).toBeCloseTo(link + rest, 6);
  }
  const paths = new HubPaths([place('dublin', 'Dublin'), place('chicago', 'Chicago')], 'seed');
  const hops = paths.hops(0, 1);
  expect(hops % 2).toBe(0);
  const delays = Array.from({ length: hops }, (_, index) => paths.delayTo(0, 1, index + 1));
  for (let hop = 2; hop < hops; hop += 2) expect(delays[hop - 1]).toBe(delays[hop]);
  // The ocean is the longest way between two routers.
  const gaps = delays.slice(1).map((delay, index) => delay - delays[index]);
  expect(Math.max(...gaps)).toBeGreaterThan(25 * MILLISECOND);
});

test.each(['1', '2', '3'])(
  "between PlanetLab's sites of 2003 there are some 12 on average, seed %s",
  seed => {
    const { sites, paths } = buildTopology({ kind: 'planetlab', year: 2003 }, seed).topology;
    const hops = sites.flatMap((_, from) =>
      sites.slice(0, from).map((_, to) => paths.routes!.hops(from, to)),
    );
    const mean = hops.reduce((sum, own) => sum + own, 0) / hops.length;
    expect(Math.round(mean)).toBe(12);
  },
);
