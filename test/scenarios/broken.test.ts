// Broken scenarios: what each is told, to the letter.
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../protocols/catalogue.ts';
import { TESTBED_METRICS } from '../../scenarios/expectation.ts';
import { listScenarios, loadScenario, parseScenario } from '../../scenarios/load.ts';
import type { Overrides } from '../../scenarios/overrides.ts';
import { ScenarioError } from '../../scenarios/problem.ts';
import { scenarioSchema } from '../../scenarios/schema.ts';

// Lists in messages, which grow with what there is.
const KEYS = Object.keys((scenarioSchema as unknown as { properties: object }).properties).join(', ');
const PROTOCOLS = Object.keys(catalogue).join(', ');
const TESTBED = TESTBED_METRICS.join(', ');

const GOOD = `name: x
duration: 10m
topology: { generate: { sites: 5 } }
slices:
  probe:
    run: { protocol: ping }
`;

function errorOf(load: () => unknown): ScenarioError {
  try {
    load();
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('it loaded');
}

const parsing = (text: string, given?: Overrides) =>
  errorOf(() => parseScenario(text, 'b.yaml', given)).message.split('\n');

/** The good scenario with one piece replaced. */
const but = (piece: string, replacement: string) => {
  expect(GOOD).toContain(piece);
  return GOOD.replace(piece, replacement);
};

const DURATION = 'a duration with its unit (ns, us, ms, s, m, h, d), such as 50ms or 1.5h';
const RATE = 'a rate with its unit (bps, kbps, Mbps, Gbps, Tbps), such as 10Mbps, or unlimited';
const SIZE = 'a size with its unit (B, KB, MB, GB, TB, or binary KiB, MiB, GiB, TiB), such as 15KB';
const FRACTION = 'a percentage such as 0.1%, or a fraction between 0 and 1 such as 0.001';
const SELECTOR =
  'all, "10% of nodes", "5 nodes", "2 sites", "1 power group", the name of a site or node, "region europe", "country US", or "class contributed"';

test('the good scenario is good', () => {
  expect(() => parseScenario(GOOD, 'b.yaml')).not.toThrow();
});

describe('keys', () => {
  test('a misspelt key, which is not also a missing one', () => {
    expect(parsing(but('duration', 'duraton'))).toEqual([
      `b.yaml:2:1: duraton: found an unknown key, expected one of ${KEYS} (did you mean "duration"?)`,
    ]);
  });

  test('missing keys', () => {
    expect(parsing('name: x')).toEqual([
      'b.yaml:1:1: duration: found nothing, expected this key: how long the run lasts, in virtual time',
      'b.yaml:1:1: topology: found nothing, expected this key: the sites and the delays between them',
      'b.yaml:1:1: slices: found nothing, expected this key: the slices by their names: lower-case letters, digits and hyphens',
    ]);
  });

  test('a topology of no kind, of a misspelt kind and of two kinds', () => {
    expect(parsing(but('{ generate: { sites: 5 } }', '{}'))).toEqual([
      'b.yaml:3:11: topology: found an empty mapping, expected one of the keys planetlab, generate, import',
    ]);
    expect(parsing(but('generate', 'generat'))).toEqual([
      'b.yaml:3:13: topology.generat: found an unknown key, expected one of planetlab, generate, import (did you mean "generate"?)',
    ]);
    expect(parsing(but('{ generate', '{ planetlab: { year: 2003 }, generate'))).toEqual([
      'b.yaml:3:40: topology.generate: found an unknown key, expected only planetlab',
    ]);
  });

  test('more nodes than any run could hold', () => {
    expect(parsing(but('{ sites: 5 }', '{ sites: 5000, nodesPerSite: 5000 }'))).toEqual([
      'b.yaml:3:52: topology.generate.nodesPerSite: found 5000, expected at most 2000 at each of 5000 sites: 10000000 nodes in all',
    ]);
    expect(parsing(but('sites: 5', 'sites: 5000000'))[0]).toBe(
      'b.yaml:3:32: topology.generate.sites: found 5000000, expected at most 1000000',
    );
  });

  test('options of a protocol that no message could hold', () => {
    const file = but('{ protocol: ping }', '{ protocol: ping, bytes: 70KB }');
    expect(parsing(file.concat('  ring: { run: { protocol: chord, successors: 300 } }\n'))).toEqual([
      'b.yaml:6:35: slices.probe.run.bytes: found "70KB", expected a size of at most 65.507KB',
      'b.yaml:7:47: slices.ring.run.successors: found 300, expected at most 255',
    ]);
  });

  test('an import with half its files', () => {
    expect(parsing(but('generate: { sites: 5 }', 'import: { edges: a.csv }'))).toEqual([
      'b.yaml:3:13: topology.import.servers: found nothing, expected this key: CSV: one place a row, with its coordinates',
    ]);
  });

  test("options that are the protocol's, and those that are not", () => {
    expect(parsing(but('ping', 'ping, evry: 1s, bytes: 64, timeout: 0s, targets: all'))).toEqual([
      'b.yaml:6:28: slices.probe.run.evry: found an unknown key, expected one of protocol, contacts, every, timeout, bytes, targets (did you mean "every"?)',
      `b.yaml:6:45: slices.probe.run.bytes: found 64, expected ${SIZE} (did you mean "64B"?)`,
      'b.yaml:6:58: slices.probe.run.timeout: found "0s", expected a duration of at least 1ns',
      'b.yaml:6:71: slices.probe.run.targets: found "all", expected one of sampled, all-pairs',
    ]);
    expect(parsing(but('ping', 'pong'))).toEqual([
      `b.yaml:6:22: slices.probe.run.protocol: found "pong", expected one of ${PROTOCOLS} (did you mean "ping"?)`,
    ]);
    expect(parsing(but('ping', 'chord, lookup: { evry: 1s }, successors: 1.5'))).toEqual([
      'b.yaml:6:39: slices.probe.run.lookup.evry: found an unknown key, expected one of style, every, timeout (did you mean "every"?)',
      'b.yaml:6:63: slices.probe.run.successors: found 1.5, expected a whole number',
    ]);
  });

  test('contacts that are no slice, or do not understand what they are told', () => {
    expect(parsing(but('protocol: ping', 'protocol: ping, contacts: proobe'))).toEqual([
      'b.yaml:6:38: slices.probe.run.contacts: found "proobe", expected a slice: probe (did you mean "probe"?)',
    ]);
    const two = (run: string) =>
      `name: b\nduration: 1m\ntopology: { generate: { sites: 2 } }\nslices:\n  a: { run: { protocol: ping } }\n  b: { run: ${run} }\n`;
    expect(parsing(two('{ protocol: chord, contacts: a }'))).toEqual([
      'b.yaml:6:42: slices.b.run.contacts: found "a", expected a slice that runs chord, too',
    ]);
  });

  test('programs in a wrong order, or with misspelt placeholders', () => {
    expect(parsing(but('protocol: ping', "command: [curl, '{adress}'], after: [web]"))).toEqual([
      'b.yaml:6:28: slices.probe.run.command.1: found {adress}, expected one of {host}, {index}, {node}, {slice}, {address}, {address6}, {peers}, {peers6} (did you mean "{address}"?)',
      'b.yaml:6:49: slices.probe.run.after.0: found "web", expected a slice: probe',
    ]);
    expect(parsing(but('protocol: ping', 'command: [a], after: [probe]'))).toEqual([
      'b.yaml:6:34: slices.probe.run.after.0: found "probe", expected another slice than this one',
    ]);
  });

  test('a program that is no list of texts', () => {
    expect(parsing(but('protocol: ping', 'command: iperf3 -s'))).toEqual([
      'b.yaml:6:21: slices.probe.run.command: found "iperf3 -s", expected a list of the program and its arguments, such as [iperf3, -s]',
    ]);
  });
});

describe('values', () => {
  test('quantities, all at once', () => {
    const network = 'network: { access: { up: 10mbit/s, queue: -3s }, loss: 150%, jitter: fast }\n';
    expect(parsing(`${but('10m', '600')}${network}`)).toEqual([
      `b.yaml:2:11: duration: found 600, expected ${DURATION} (did you mean "600s"?)`,
      `b.yaml:7:26: network.access.up: found "10mbit/s", expected ${RATE} (did you mean "10Mbps"?)`,
      `b.yaml:7:43: network.access.queue: found "-3s", expected ${DURATION}`,
      `b.yaml:7:56: network.loss: found "150%", expected ${FRACTION}`,
      `b.yaml:7:70: network.jitter: found "fast", expected ${DURATION}`,
    ]);
  });

  test('a seed that a double would change', () => {
    expect(parsing(`${GOOD}seed: 12345678901234567890\n`)).toEqual([
      'b.yaml:7:7: seed: found 12345678901234567000, expected a text or a number; in quotes where it has more digits than a double holds',
    ]);
  });

  test('names of slices', () => {
    expect(parsing(but('probe', 'My_Probe'))).toEqual([
      'b.yaml:5:3: slices.My_Probe: found "My_Probe", expected a name of lower-case letters, digits and hyphens, at most 63, as in a host name',
    ]);
    expect(parsing(but('probe', 'nodes'))).toEqual([
      `b.yaml:5:3: slices.nodes: found the slice nodes, expected another name: metrics of the testbed begin with ${TESTBED}`,
    ]);
    expect(parsing(but('\n  probe:\n    run: { protocol: ping }', ' {}'))).toEqual([
      'b.yaml:4:9: slices: found an empty mapping, expected at least one slice, by its name',
    ]);
  });

  test('placements', () => {
    expect(parsing(`${GOOD}    place: { nodes: 0, policy: sprad }\n`)).toEqual([
      'b.yaml:7:21: slices.probe.place.nodes: found 0, expected a whole number of nodes, all, or a list of names of nodes',
      'b.yaml:7:32: slices.probe.place.policy: found "sprad", expected one of spread, random (did you mean "spread"?)',
    ]);
    expect(parsing(`${GOOD}    place: { nodes: all, near: "95,10" }\n`)).toEqual([
      'b.yaml:7:26: slices.probe.place.near: found near, expected a number of nodes beside it, such as nodes: 5',
      'b.yaml:7:32: slices.probe.place.near: found "95,10", expected the name of a site, or a point "latitude,longitude" in degrees, such as "40.35,-74.66"',
    ]);
  });
});

describe('faults and expectations', () => {
  test('faults', () => {
    const faults = `faults:
  - { at: 10m, crash: 10% nodes }
  - { at: 9m, crash: 10% of nodes, over: 2m, restart: 0s }
  - { at: 1m, partition: region europe }
  - { at: 1m, partition: "region eurpe | rest" }
  - { at: 1m, slow: a }
  - { at: 1m, crsh: a }
  - { crash: 0 nodes, heal: 3s }
  - { at: 1m }
`;
    expect(parsing(GOOD + faults)).toEqual([
      'b.yaml:8:11: faults.0.at: found "10m", expected a time before the end of the run, 10m',
      `b.yaml:8:23: faults.0.crash: found "10% nodes", expected ${SELECTOR} (did you mean "10% of nodes"?)`,
      'b.yaml:9:42: faults.1.over: found "2m", expected at most 1m, from 9m to the end of the run, 10m',
      'b.yaml:9:55: faults.1.restart: found "0s", expected a duration of at least 1ns',
      'b.yaml:10:26: faults.2.partition: found "region europe", expected two or more groups separated by |, such as "region europe | rest", or two separated by >, such as "region europe > rest"',
      'b.yaml:11:26: faults.3.partition: found "region eurpe | rest", expected in every group region and one of africa, asia, europe, north-america, oceania, south-america (did you mean "region europe | rest"?)',
      'b.yaml:12:15: faults.4.slow: found neither rate nor delay, expected a rate, a delay, or both beside slow',
      'b.yaml:13:15: faults.5.crsh: found an unknown key, expected one of at, every, crash, over, restart, churn, like, up, down, daily, trace, partition, heal, slow, rate, delay, for, flap, pause, clock, by, lossy, limp, cpu, disk, repair (did you mean "crash"?)',
      'b.yaml:14:7: faults.6.crash: found no time, expected at, every, or both beside it',
      'b.yaml:14:14: faults.6.crash: found "0 nodes", expected a whole number of nodes, at least 1',
      'b.yaml:14:23: faults.6.heal: found an unknown key, expected one of at, every, crash, over, restart',
      'b.yaml:15:5: faults.7: found a mapping, expected one of the keys crash, churn, partition, slow, flap, pause, clock, lossy, limp, disk, restart',
    ]);
  });

  test('expectations', () => {
    const lines = `expect:
  - prob.rtt.p50 <= 200ms
  - probe.rtt.p95 <= 200ms
  - probe.rtt => 3
  - probe.rtt <= 3 sec
`;
    expect(parsing(GOOD + lines)).toEqual([
      `b.yaml:8:5: expect.0: found "prob.rtt.p50 <= 200ms", expected a metric that begins with a slice, or one of the testbed's: probe, ${TESTBED} (did you mean "probe.rtt.p50 <= 200ms"?)`,
      'b.yaml:9:5: expect.1: found "probe.rtt.p95 <= 200ms", expected a statistic that is one of count, mean, min, p50, p90, p99, max (did you mean "probe.rtt.p90"?)',
      'b.yaml:10:5: expect.2: found "probe.rtt => 3", expected metric[.statistic], one of >= <= > < ==, and a value, such as "dht.lookup.success >= 0.99"',
      'b.yaml:11:5: expect.3: found "probe.rtt <= 3 sec", expected a number, or one with a unit such as 200ms, 99% or 15KB, on the right (did you mean "3s"?)',
    ]);
  });
});

describe('keys that contradict each other', () => {
  test('times', () => {
    expect(parsing(`${GOOD}warmup: 10m\nsample: 1ms\n`)).toEqual([
      'b.yaml:7:9: warmup: found "10m", expected less than the duration, 10m',
      'b.yaml:8:9: sample: found "1ms", expected 6ms to 10m: at most 100000 points in a duration of 10m',
    ]);
  });

  test('sites without nodes', () => {
    expect(parsing(but('generate: { sites: 5 }', 'planetlab: { year: 2003, sites: 10, nodes: 5 }'))).toEqual([
      'b.yaml:3:56: topology.planetlab.nodes: found 5, expected at least one node at each of 10 sites',
    ]);
  });

  test('bursts too short for the rate of loss', () => {
    expect(parsing(`${GOOD}network: { loss: { rate: 90%, burst: 2 } }\n`)).toEqual([
      'b.yaml:7:38: network.loss.burst: found 2, expected at least 9.00, or 1 for independent losses, at this rate of loss',
    ]);
  });
});

describe('what is no document', () => {
  const ROOT = 'a mapping with the keys of a scenario: name, duration, topology, slices, ...';
  test.each([
    ['', [`b.yaml:1:1: found nothing, expected ${ROOT}`]],
    ['# only a comment\n', [`b.yaml:1:1: found nothing, expected ${ROOT}`]],
    ['- a\n', [`b.yaml:1:1: found a list, expected ${ROOT}`]],
    ['hello', [`b.yaml:1:1: found "hello", expected ${ROOT}`]],
    [
      'a: @x\n',
      [
        'b.yaml:1:4: found text that is not YAML (Plain value cannot start with reserved character @), expected YAML 1.2',
      ],
    ],
    [`${GOOD}---\na: 1\n`, ['b.yaml:7:1: found a second document, expected one document a file']],
    [`${GOOD}name: y\n`, ['b.yaml:7:1: found the key name a second time, expected every key once']],
    [`${GOOD}about: !x y\n`, ['b.yaml:7:8: found a tag, expected values without tags']],
    [
      `${GOOD}seed: *q\n`,
      ['b.yaml:7:7: found the alias *q, expected an alias of an anchor &q that is complete before it'],
    ],
    [
      `${GOOD}faults: &f [*f]\n`,
      [
        'b.yaml:7:13: found the alias *f inside what it stands for, expected an alias of an anchor &f that is complete before it',
      ],
    ],
    [`${GOOD}__proto__: 3\n`, [`b.yaml:7:1: __proto__: found an unknown key, expected one of ${KEYS}`]],
  ])('%j', (text, messages) => {
    expect(parsing(text)).toEqual(messages);
  });

  test('aliases of aliases that stand for billions of values', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(10)}]`,
    );
    const [message] = parsing(`l0: &l0 [x]\n${levels.join('\n')}\n`);
    expect(message).toMatch(
      /^b\.yaml:\d+:\d+: found too much, expected at most 64 levels and 200000 values, aliases included$/,
    );
  });
});

describe('the command line', () => {
  test('is the place of what it brings, after the problems of the file', () => {
    const set = [
      'network.jiter=5ms',
      'duration',
      'slices.probe.run.every=[',
      'name.x=3',
      'faults.3={}',
      'sample=1us',
    ];
    expect(parsing(`${GOOD}faults: []\nabout: 3\n`, { set })).toEqual([
      'b.yaml:8:8: about: found 3, expected a text',
      '--set duration: found "duration", expected key.path=value, such as network.jitter=5ms',
      '--set slices.probe.run.every=[: slices.probe.run.every: found text that is not YAML (Flow sequence must end with a ]), expected YAML 1.2',
      '--set name.x=3: name: found "x", expected a mapping or a list to set this key in',
      '--set faults.3={}: faults: found the index 3, expected an index from 0 to 0 (0 adds an item)',
      '--set network.jiter=5ms: network.jiter: found an unknown key, expected one of grain, access, site, variation, jitter, loss, duplicate, corrupt, reorder (did you mean "jitter"?)',
      '--set sample=1us: sample: found "1us", expected 6ms to 10m: at most 100000 points in a duration of 10m',
    ]);
  });

  test('is the place too where it contradicts the file', () => {
    expect(parsing(`${GOOD}warmup: 5m\n`, { duration: '1m' })).toEqual([
      '--duration 1m: warmup: found "5m", expected less than the duration, 1m',
    ]);
    expect(parsing(GOOD, { duration: '5' })).toEqual([
      `--duration 5: duration: found "5", expected ${DURATION} (did you mean "5s"?)`,
    ]);
  });

  test('names a scenario that there is not', () => {
    const names = listScenarios()
      .map(({ name }) => name)
      .join(', ');
    expect(errorOf(() => loadScenario('planetlab-203')).message).toBe(
      `planetlab-203: found no scenario of this name, expected a file, or a scenario of the library: ${names} (did you mean "planetlab-2003"?)`,
    );
    expect(errorOf(() => loadScenario('no-such.yaml')).message).toBe(
      'no-such.yaml: found no such file, expected a scenario file',
    );
    expect(errorOf(() => loadScenario('/')).message).toBe('/: found a folder, expected a scenario file');
  });
});

test('what shows only when the testbed is built is told at its place too', () => {
  const loaded = parseScenario(`${GOOD}faults: [{ at: 1m, crash: mit }]\n`, 'b.yaml', { set: ['seed=3'] });
  expect(loaded.errorAt(['faults', 0, 'crash'], '"mit"', 'a node or site', 'mit-1').message).toBe(
    'b.yaml:7:27: faults.0.crash: found "mit", expected a node or site (did you mean "mit-1"?)',
  );
  expect(loaded.errorAt(['topology', 'generate', 'nodesPerSite'], '2', '1').message).toBe(
    'b.yaml:3:13: topology.generate.nodesPerSite: found 2, expected 1',
  );
  expect(loaded.errorAt(['seed'], '3', '4').message).toBe('--set seed=3: seed: found 3, expected 4');
});

test('an error carries its problems one by one', () => {
  const { problems, name } = errorOf(() => parseScenario(but('duration', 'duraton'), 'b.yaml'));
  expect(name).toBe('ScenarioError');
  expect(problems).toEqual([
    {
      file: 'b.yaml',
      line: 2,
      column: 1,
      key: 'duraton',
      found: 'an unknown key',
      expected: `one of ${KEYS}`,
      hint: 'duration',
    },
  ]);
});
