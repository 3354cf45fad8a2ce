// Faults as text: every kind, in the scenario's notations, and errors that say what to write.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduleFaults } from '../../models/faults/schedule.ts';
import { Nodes } from '../../models/node/nodes.ts';
import { compileFaultText, readFault } from '../../scenarios/fault-text.ts';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';
import { stream } from '../../sim/random.ts';
import { MINUTE, SECOND } from '../../sim/time.ts';

const nodes = new Nodes(
  [
    ['mit', 'north-america', 'US'],
    ['diku', 'europe', 'DK'],
    ['tokyo', 'asia', 'JP'],
  ].map(([name, region, country]) => ({
    name,
    class: 'edge' as const,
    nodes: 2,
    region: region as 'asia',
    country,
  })),
);

const compile = (text: string, purpose = 'one') =>
  compileFaultText(text, nodes, 5 * MINUTE, stream('seed', purpose));

function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('it was read');
}

test.each([
  ['crash diku-1', '{ crash: diku-1 }'],
  ['crash 10% of nodes over 1m for 30s', '{ crash: 10% of nodes, over: 1m, restart: 30s }'],
  ['restart site diku', '{ restart: site diku }'],
  ['pause country US for 1.5 m', '{ pause: country US, for: 1.5m }'],
  [
    '  partition  region europe, mit | rest  for 30s ',
    '{ partition: "region europe, mit | rest", heal: 30s }',
  ],
  ['partition mit > rest', '{ partition: mit > rest }'],
  ['slow 3 nodes rate 1Mbps delay 50ms for 1m', '{ slow: 3 nodes, rate: 1Mbps, delay: 50ms, for: 1m }'],
  ['lossy all for 1m rate 0.05', '{ lossy: all, rate: 0.05, for: 1m }'],
  ['clock mit by -5s', '{ clock: mit, by: -5s }'],
])('%s is the fault of a scenario', (text, keys) => {
  const scenario = `name: x
duration: 10m
topology: { generate: { sites: 5 } }
slices: { probe: { run: { protocol: ping } } }
faults: [${keys.replace('{', '{ at: 0s,')}]
`;
  expect(readFault(text)).toEqual(parseScenario(scenario, 'x.yaml').scenario.faults[0]);
});

describe('compiled, it', () => {
  test('begins now, and ends after its span', () => {
    expect(compile('pause diku for 30s')).toEqual([
      { at: 5 * MINUTE, kind: 'pause', pause: { nodes: [2, 3] } },
      { at: 5 * MINUTE + 30 * SECOND, kind: 'resume', pause: { nodes: [2, 3] } },
    ]);
    const [crashed, back] = compile('crash tokyo-2 for 1m');
    expect([crashed, back]).toEqual([
      { at: 5 * MINUTE, kind: 'crash', node: 5 },
      { at: 6 * MINUTE, kind: 'restart', node: 5 },
    ]);
  });

  test('is what the same fault of a scenario would be, in order of time', () => {
    const spec = { ...readFault('crash all over 1m for 10s'), at: 5 * MINUTE };
    const compiled = compileFaultText(
      'crash all over 1m for 10s',
      nodes,
      5 * MINUTE,
      stream('seed', 'faults', 0),
    );
    expect(compiled).toEqual(scheduleFaults([spec], nodes, 'seed'));
  });

  test('draws others where its stream is another', () => {
    const victims = (purpose: string) =>
      compile('crash 3 nodes', purpose).map(event => (event as { node: number }).node);
    const all = new Set(['one', 'two', 'three', 'four'].map(purpose => victims(purpose).join()));
    expect(all.size).toBeGreaterThan(1);
    expect(victims('one')).toEqual(victims('one'));
  });
});

describe('what is wrong with it is said in its own words:', () => {
  test.each([
    [
      '',
      'found nothing, expected a fault, such as "crash 3 nodes for 1m", "partition region europe | rest for 30s" or "pause mit-1"',
    ],
    [
      'crsh 3 nodes',
      'found "crsh", expected one of crash, restart, pause, partition, slow, flap, lossy, clock (did you mean "crash"?)',
    ],
    [
      'crash 3 nods',
      'crash: found "3 nods", expected all, "10% of nodes", "5 nodes", "2 sites", "1 power group", the name of a site or node, "region europe", "country US", or "class contributed" (did you mean "3 nodes"?)',
    ],
    [
      'partition mit | diku for 30',
      'for: found "30", expected a duration with its unit (ns, us, ms, s, m, h, d), such as 50ms or 1.5h (did you mean "30s"?)',
    ],
    ['crash mit for 0s', 'for: found "0s", expected a duration of at least 1ns'],
    ['restart mit for 3s', 'restart: found the word for, expected nothing more'],
    ['clock mit for 3s', 'clock: found the word for, expected one of by'],
    ['clock mit', 'by: found nothing, expected this key: so far forward, or, with a minus, back'],
    ['pause mit for 1s for 2s', 'for: found the word for a second time, expected every word once'],
    ['slow mit', 'slow: found neither rate nor delay, expected a rate, a delay, or both beside slow'],
    ['lossy mit rate 0%', 'rate: found "0%", expected a fraction above 0%'],
    ['pause dik for 1m', 'pause: found "dik", expected a node or site (did you mean "diku"?)'],
    ['crash 9 nodes', "crash: found 9 nodes, expected at most 6, the testbed's nodes"],
    [
      'partition mit, mit-1 | mit-2',
      'partition: found mit-2 in two groups, expected each node in one group at most',
    ],
  ])('%s', (text, message) => {
    expect(problems(() => compile(text))).toEqual([`${JSON.stringify(text)}: ${message}`]);
  });

  test('all of it at once', () => {
    expect(problems(() => readFault('slow 0 nodes rate fast for 0s'))).toHaveLength(3);
  });
});

test('any words give a fault or a ScenarioError', () => {
  const kind = fc.constantFrom('crash', 'partition', 'lossy', 'clock', 'slow', 'pause', '__proto__', '');
  const subject = fc.constantFrom('mit', 'all', 'rest', '5 nodes', 'mit | rest', 'mit >', ',', 'constructor');
  const word = fc.constantFrom('for', 'by', 'rate', 'over', 'delay', 'for for', 'by -', '\u0000');
  const value = fc.constantFrom('30s', '-5s', '5%', '1Mbps', '5', '', 'toString', 'mit');
  let read = 0;
  fc.assert(
    fc.property(kind, subject, fc.array(fc.tuple(word, value), { maxLength: 2 }), (first, nodes, pairs) => {
      try {
        compile([first, nodes, ...pairs.flat()].join(' '));
        read++;
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(read).toBeGreaterThan(50);
});
