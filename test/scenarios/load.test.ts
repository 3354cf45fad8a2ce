// Loading: the design's example, defaults, overrides, the library, and that a resolved document is the same scenario.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { listScenarios, loadDesigns, loadScenario, parseScenario } from '../../scenarios/load.ts';

const DESIGN = `
# Does a DHT on 100 sites keep answering while a tenth of its nodes crash?
name: planetlab-2003
seed: 1
duration: 30m
warmup: 5m
topology: { planetlab: { year: 2003, sites: 100 } }
network:
  grain: message
  access: { up: 10Mbps, down: 10Mbps, queue: 100ms }
  loss: 0.1%
slices:
  dht:
    place: { nodes: 64, policy: spread }
    caps: { uplink: 1Mbps }
    run: { protocol: chord, lookup: { every: 10s } }
  prober:
    place: { nodes: all }
    run: { protocol: ping, every: 30s }
faults:
  - { at: 10m, crash: 10% of nodes, over: 10m, restart: 5m }
expect:
  - dht.lookup.success >= 0.99
  - prober.rtt.p50 <= 200ms
`;

const SMALL = `
name: small
duration: 10m
topology: { generate: { sites: 5 } }
slices: { probe: { run: { protocol: ping } } }
`;

/** Every form that the document has, none of them at its default. */
const RICH = `
name: rich
about: Does every key arrive?
seed: a text
duration: 1h
warmup: 1m
sample: 7s
topology: { import: { edges: pairs.csv, servers: /data/servers.csv } }
network: { access: { up: 1.5Gbps, down: 64kbps, queue: 20ms }, jitter: 0.25ms, loss: { rate: 1%, burst: 3 } }
slices:
  near: { place: { nodes: 5, near: "40.35,-74.66" }, run: { protocol: ping, bytes: 1KB, targets: all-pairs } }
  list: { place: { nodes: [princeton-1, mit-1] }, caps: { burst: 3KiB, queue: 2s }, run: &chord { protocol: chord, rpc: { attempts: 3 } } }
  some: { place: { nodes: 3, policy: random }, run: *chord, start: { over: 1m } }
faults:
  - { at: 10m, crash: site princeton }
  - { at: 12m, restart: princeton }
  - { at: 15m, partition: "region europe, country US | rest", heal: 5m }
  - { at: 20m, slow: princeton-1, rate: 128kbps, delay: 200ms, for: 5m }
expect: [near.rtt.p99 < 1s, network.dropped == 0]
`;

const unimpaired = { duplicate: 0, corrupt: 0, reorder: { rate: 0, by: 5e6 } };

const load = (text: string, given = {}) => parseScenario(text, '/here/x.yaml', given).scenario;

describe('a document becomes a scenario', () => {
  test("the design's example", () => {
    const scenario = load(DESIGN);
    expect(scenario).toMatchObject({
      name: 'planetlab-2003',
      seed: '1',
      duration: 1800e9,
      warmup: 300e9,
      sample: 30e9,
    });
    expect(scenario.topology).toEqual({ kind: 'planetlab', year: 2003, sites: 100 });
    expect(scenario.network).toEqual({
      grain: 'message',
      access: { up: 10e6, down: 10e6, queue: 100e6 },
      jitter: 0,
      loss: { rate: 0.001, burst: 1 },
      ...unimpaired,
    });
    const [dht, prober] = scenario.slices;
    expect(dht).toMatchObject({ name: 'dht', place: { policy: 'spread', nodes: 64 }, caps: { uplink: 1e6 } });
    expect(dht?.run).toMatchObject({
      protocol: 'chord',
      options: { lookup: { every: 10e9, timeout: 30e9 } },
    });
    expect(prober).toMatchObject({
      place: { policy: 'all' },
      run: { protocol: 'ping', options: { every: 30e9 } },
    });
    const nodes = { kind: 'fraction', fraction: 0.1 };
    expect(scenario.faults).toEqual([{ kind: 'crash', at: 600e9, nodes, over: 600e9, restart: 300e9 }]);
    expect(scenario.expect.map(({ text }) => text)).toEqual([
      'dht.lookup.success >= 0.99',
      'prober.rtt.p50 <= 200ms',
    ]);
  });

  test('every default', () => {
    expect(load(SMALL)).toEqual({
      name: 'small',
      about: '',
      seed: '1',
      duration: 600e9,
      warmup: 0,
      sample: 10e9,
      topology: { kind: 'generate', sites: 5, nodesPerSite: 2 },
      network: {
        grain: 'message',
        access: { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY, queue: 100e6 },
        jitter: 0,
        loss: { rate: 0, burst: 1 },
        ...unimpaired,
      },
      slices: [
        {
          name: 'probe',
          place: { policy: 'all' },
          caps: { uplink: Number.POSITIVE_INFINITY, burst: 15e3, queue: 1e9 },
          share: { cpu: Number.POSITIVE_INFINITY, memory: Number.POSITIVE_INFINITY },
          clock: { skew: 0, drift: 0 },
          run: {
            kind: 'protocol',
            protocol: 'ping',
            options: { every: 30e9, timeout: 3e9, bytes: 64, targets: 'sampled' },
          },
          transport: { protocol: 'udp', port: 4000 },
          startOver: 10e9,
        },
      ],
      fidelity: { lateness: 1e6, drops: 0.0001, utilisation: 0.9, waiting: 0.1 },
      subsystems: {},
      faults: [],
      expect: [],
    });
  });

  test('generated sites like PlanetLab in size, in a mix of classes', () => {
    const text = SMALL.replace(
      /generate: .*/,
      'generate: { sites: 5, nodesPerSite: planetlab, classes: { edge: 3, peering: 1 } } }',
    );
    expect(load(text).topology).toEqual({
      kind: 'generate',
      sites: 5,
      nodesPerSite: 'planetlab',
      classes: { edge: 3, peering: 1 },
    });
  });

  test('a program with every default, its files in the place of the scenario', () => {
    const text = SMALL.replace('protocol: ping', 'service: app/main.ts, substitute: { native: fake.js }');
    expect(load(text).slices[0]?.run).toEqual({
      kind: 'service',
      service: '/here/app/main.ts',
      args: [],
      env: {},
      pack: true,
      substitute: { native: '/here/fake.js' },
      ready: { kind: 'started' },
      restart: 'never',
      after: [],
    });
  });

  test('when a program is ready', () => {
    const readyOf = (ready: string) => {
      const { run } = load(SMALL.replace('protocol: ping', `command: [x], ready: ${ready}`)).slices[0]!;
      return run.kind === 'command' && run.ready;
    };
    expect(readyOf('{ port: 80 }')).toEqual({ kind: 'port', port: 80, within: 10e9 });
    expect(readyOf('{ line: up, within: 2s }')).toEqual({ kind: 'line', line: 'up', within: 2e9 });
    expect(readyOf('{ time: 300ms }')).toEqual({ kind: 'time', time: 300e6 });
  });

  test('every form', () => {
    const { topology, network, slices, faults, sample } = load(RICH);
    expect(sample).toBe(7e9);
    expect(topology).toEqual({ kind: 'edges', file: '/here/pairs.csv', servers: '/data/servers.csv' });
    expect(network).toMatchObject({
      access: { up: 1.5e9, down: 64e3 },
      jitter: 250e3,
      loss: { rate: 0.01, burst: 3 },
    });
    expect(slices.map(({ place }) => place)).toEqual([
      { policy: 'near', nodes: 5, near: '40.35,-74.66' },
      { policy: 'list', list: ['princeton-1', 'mit-1'] },
      { policy: 'random', nodes: 3 },
    ]);
    expect(slices[1]?.caps).toEqual({ uplink: Number.POSITIVE_INFINITY, burst: 3072, queue: 2e9 });
    expect(slices[2]?.run).toEqual(slices[1]?.run);
    expect(faults).toEqual([
      { kind: 'crash', at: 600e9, nodes: { kind: 'name', name: 'princeton' }, over: 0 },
      { kind: 'restart', at: 720e9, nodes: { kind: 'name', name: 'princeton' } },
      {
        kind: 'partition',
        at: 900e9,
        groups: [
          [
            { kind: 'region', region: 'europe' },
            { kind: 'country', country: 'US' },
          ],
          [{ kind: 'rest' }],
        ],
        heal: 300e9,
      },
      {
        kind: 'slow',
        at: 1200e9,
        nodes: { kind: 'name', name: 'princeton-1' },
        rate: 128e3,
        delay: 200e6,
        for: 300e9,
      },
    ]);
  });

  test.each([
    ['10m', 10e9],
    ['50s', 5e9],
    ['7ns', 0],
  ])('slivers of a run of %s start over a tenth of it, at most 10s', (duration, over) => {
    expect(load(SMALL, { duration }).slices[0]?.startOver).toBe(over);
  });
});

describe('the resolved document', () => {
  test.each([DESIGN, SMALL, RICH])('loads to the same scenario, from anywhere, as YAML and as JSON', text => {
    const first = parseScenario(text, '/here/x.yaml');
    for (const written of [stringify(first.resolved), JSON.stringify(first.resolved)]) {
      const again = parseScenario(written, '/elsewhere/manifest.yaml');
      expect(again.scenario).toEqual(first.scenario);
      expect(again.resolved).toEqual(first.resolved);
    }
  });

  test('is the text as it was written, with the defaults beside it', () => {
    const { resolved } = parseScenario(SMALL, 'x.yaml', { set: ['network.loss=0.001'] });
    expect(resolved).toMatchObject({
      warmup: '0s',
      sample: '10s',
      network: { access: { up: 'unlimited', queue: '100ms' }, loss: { rate: 0.001, burst: 1 } },
      slices: { probe: { place: { nodes: 'all' }, run: { protocol: 'ping', every: '30s', bytes: '64B' } } },
    });
  });
});

test('the example of the reference loads', () => {
  const reference = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(reference)![1]!;
  expect(load(example)).toMatchObject({ name: 'my-first', faults: [{ kind: 'crash', restart: 180e9 }] });
});

describe('overrides', () => {
  test('replace what the file says, down to an item of a list', () => {
    const set = [
      'slices.dht.place.nodes=8',
      'faults.0.at=5m',
      'network.access={ up: 1Mbps }',
      'expect.2=network.x == 0',
    ];
    const scenario = load(DESIGN, { set, seed: '007', duration: '20m' });
    expect(scenario).toMatchObject({ seed: '007', duration: 1200e9 });
    expect(scenario.slices[0]?.place).toEqual({ policy: 'spread', nodes: 8 });
    expect(scenario.faults[0]?.at).toBe(300e9);
    expect(scenario.network.access).toEqual({ up: 1e6, down: Number.POSITIVE_INFINITY, queue: 100e6 });
    expect(scenario.expect).toHaveLength(3);
  });

  test('make the mappings and lists that are not there yet; the last of two wins', () => {
    const set = ['network.loss.rate=1%', 'network.loss.rate=2%', 'faults.0={ at: 1m, crash: all }'];
    const { network, faults } = load(SMALL, { set });
    expect(network.loss).toEqual({ rate: 0.02, burst: 1 });
    expect(faults).toHaveLength(1);
  });

  test('of something that an alias shares change one place only', () => {
    const { slices } = load(RICH, { set: ['slices.some.run.successors=3'] });
    expect(slices[1]?.run).toMatchObject({ options: { successors: 8 } });
    expect(slices[2]?.run).toMatchObject({ options: { successors: 3 } });
  });
});

describe('the library', () => {
  test.each(listScenarios())(
    '$name loads, asks a question, and is named as its file',
    ({ name, about, file }) => {
      const loaded = loadDesigns(name);
      expect(basename(file)).toBe(`${name}.yaml`);
      expect(about).toMatch(/\?$/);
      expect(loaded.expect.length).toBeGreaterThan(0);
      for (const { scenario, source } of loaded.designs) {
        expect(scenario.name).toBe(name);
        expect(source).toBe(file);
      }
    },
  );

  test('holds what the README names', () => {
    const names = listScenarios().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['first-ping', 'imported-matrix', 'planetlab-2002', 'planetlab-2003']),
    );
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'petri-scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is loaded by its path, and names other files relative to itself', () => {
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, SMALL.replace('generate: { sites: 5 }', 'import: { matrix: data/m.csv }'));
    const { scenario, source } = loadScenario(file, { seed: '5' });
    expect(scenario).toMatchObject({
      seed: '5',
      topology: { kind: 'matrix', file: join(folder, 'data/m.csv') },
    });
    expect(source).toBe(file);
  });
});
