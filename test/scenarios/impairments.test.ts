// The keys of impairments and of the faults that concern hosts and links: what they become, and what is refused.
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';

const BASE = `name: x
duration: 10m
topology: { generate: { sites: 5 } }
slices:
  probe: { run: { protocol: ping } }
`;

const load = (more: string) => parseScenario(BASE + more, 'x.yaml');
const network = (keys: string) => load(`network: ${keys}\n`).scenario.network;
const fault = (keys: string) => load(`faults: [${keys}]\n`).scenario.faults[0];

function problems(more: string): string[] {
  try {
    load(more);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('it loaded');
}

const minute = 60e9;
const mit = { kind: 'name', name: 'mit' };

describe('impairments', () => {
  test('are fractions, and a span for what is held back', () => {
    expect(network('{ duplicate: 0.1%, corrupt: 0.002, reorder: { rate: 1%, by: 20ms } }')).toMatchObject({
      duplicate: 0.001,
      corrupt: 0.002,
      reorder: { rate: 0.01, by: 20e6 },
    });
  });

  test('hold messages back for 5 ms where nothing else is said', () => {
    for (const short of ['{ reorder: 1% }', '{ reorder: { rate: 1% } }']) {
      expect(network(short).reorder).toEqual({ rate: 0.01, by: 5e6 });
    }
  });

  test('are written in full in the resolved document, which loads to the same', () => {
    const first = load('network: { duplicate: 0.1%, reorder: 0.5% }\n');
    expect(first.resolved).toMatchObject({
      network: { duplicate: '0.1%', corrupt: '0%', reorder: { rate: '0.5%', by: '5ms' } },
    });
    expect(parseScenario(stringify(first.resolved), 'y.yaml').scenario).toEqual(first.scenario);
  });

  test('are refused where they cannot be', () => {
    expect(
      problems('network: { duplicate: 100%, corrupt: 2, reorder: { rate: 1%, by: 0s, burst: 2 } }\n'),
    ).toEqual([
      'x.yaml:6:23: network.duplicate: found "100%", expected a fraction below 100%',
      'x.yaml:6:38: network.corrupt: found 2, expected a percentage such as 0.1%, or a fraction between 0 and 1 such as 0.001',
      'x.yaml:6:66: network.reorder.by: found "0s", expected a duration of at least 1ns',
      'x.yaml:6:70: network.reorder.burst: found an unknown key, expected one of rate, by',
    ]);
    expect(problems('network: { reorder: { by: 5ms } }\n')).toEqual([
      'x.yaml:6:12: network.reorder.rate: found nothing, expected this key: fraction of messages held back',
    ]);
  });
});

describe('faults', () => {
  test.each([
    ['{ at: 1m, pause: mit, for: 10s }', { kind: 'pause', at: minute, nodes: mit, for: 10e9 }],
    ['{ at: 1m, pause: mit }', { kind: 'pause', at: minute, nodes: mit }],
    ['{ at: 1m, clock: mit, by: -5s }', { kind: 'clock', at: minute, nodes: mit, by: -5e9 }],
    ['{ at: 1m, clock: mit, by: 1.5h }', { kind: 'clock', at: minute, nodes: mit, by: 5400e9 }],
    [
      '{ at: 1m, lossy: mit, rate: 5%, for: 1m }',
      { kind: 'lossy', at: minute, nodes: mit, rate: 0.05, for: minute },
    ],
    [
      '{ at: 1m, partition: mit > rest, heal: 1m }',
      { kind: 'partition', at: minute, groups: [[mit], [{ kind: 'rest' }]], oneWay: true, heal: minute },
    ],
    [
      '{ at: 1m, partition: mit | rest }',
      { kind: 'partition', at: minute, groups: [[mit], [{ kind: 'rest' }]] },
    ],
  ])('%s', (text, spec) => {
    expect(fault(text)).toEqual(spec);
  });

  test('that cannot be, or do nothing', () => {
    const faults = `faults:
  - { at: 1m, pause: mit, for: -1s }
  - { at: 1m, pause: mit, for: 0s }
  - { at: 1m, clock: mit, by: 0s }
  - { at: 1m, clock: mit, by: -5 }
  - { at: 1m, clock: mit }
  - { at: 1m, lossy: mit, rate: 0% }
  - { at: 1m, lossy: mit, rate: 1Mbps }
  - { at: 1m, lossy: 5, rate: 5%, for: 1m }
  - { at: 10m, pause: mit, heal: 1m }
  - { at: 1m, partition: a > b > c }
`;
    const DURATION = 'a duration with its unit (ns, us, ms, s, m, h, d), such as 50ms or 1.5h';
    const SHIFT = 'a duration forward or back, with its unit (ns, us, ms, s, m, h, d), such as 5s or -5s';
    expect(problems(faults)).toEqual([
      `x.yaml:7:32: faults.0.for: found "-1s", expected ${DURATION}`,
      'x.yaml:8:32: faults.1.for: found "0s", expected a duration of at least 1ns',
      'x.yaml:9:31: faults.2.by: found "0s", expected a duration other than 0',
      `x.yaml:10:31: faults.3.by: found -5, expected ${SHIFT} (did you mean "-5s"?)`,
      'x.yaml:11:5: faults.4.by: found nothing, expected this key: so far forward, or, with a minus, back',
      'x.yaml:12:33: faults.5.rate: found "0%", expected a fraction above 0%',
      'x.yaml:13:33: faults.6.rate: found "1Mbps", expected a percentage such as 0.1%, or a fraction between 0 and 1 such as 0.001',
      'x.yaml:14:22: faults.7.lossy: found 5, expected all, "10% of nodes", "5 nodes", "2 sites", "1 power group", the name of a site or node, "region europe", "country US", or "class contributed" (did you mean "5 nodes"?)',
      'x.yaml:15:11: faults.8.at: found "10m", expected a time before the end of the run, 10m',
      'x.yaml:15:28: faults.8.heal: found an unknown key, expected one of at, every, pause, for',
      'x.yaml:16:26: faults.9.partition: found "a > b > c", expected two groups where one is cut from the other by >',
    ]);
  });
});

test('what becomes of messages may be expected', () => {
  const { expect: lines } = load(
    'expect: [network.dropped.corrupt.count <= 5, network.duplicated > 0]\n',
  ).scenario;
  expect(lines.map(({ metric }) => metric)).toEqual(['network.dropped.corrupt', 'network.duplicated']);
});
