// Faults in a scenario: recurrence, distributions, churn and groups, and what is wrong with them, by line and column.
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';
import { HOUR, MINUTE } from '../../sim/time.ts';

const scenario = (faults: readonly string[], more = '') =>
  `name: x\nduration: 2d\ntopology: { generate: { sites: 9 } }\nslices: { a: { run: { protocol: ping } } }\n${more}faults:\n${faults
    .map(fault => `  - ${fault}\n`)
    .join('')}`;

const load = (...faults: string[]) => parseScenario(scenario(faults), '/here/x.yaml').scenario.faults;

function problems(faults: readonly string[], more = ''): string[] {
  try {
    parseScenario(scenario(faults, more), 'x.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('faults', () => {
  test('recur, and take times and spans from distributions', () => {
    expect(load('{ every: exponential 6h, crash: 1 power group, restart: uniform 10m 1h }')).toEqual([
      {
        kind: 'crash',
        at: 0,
        every: { kind: 'exponential', mean: 6 * HOUR },
        nodes: { kind: 'groups', of: 'power', amount: { count: 1 } },
        over: 0,
        restart: { kind: 'uniform', low: 10 * MINUTE, high: HOUR },
      },
    ]);
    expect(load('{ at: pareto 10m 1.5, pause: 10% of sites, for: 5m }')[0]).toMatchObject({
      at: { kind: 'pareto', minimum: 10 * MINUTE, alpha: 1.5 },
      nodes: { kind: 'sites', amount: { fraction: 0.1 } },
      for: 5 * MINUTE,
    });
  });

  test('churn by what is known, with laws of its own laid over it, or by a trace beside the scenario', () => {
    const [known, own, traced] = load(
      '{ churn: class contributed, like: high, down: 2h }',
      '{ churn: site-2, up: weibull 9.5h 0.63, down: 1h, at: 3h }',
      '{ churn: power group 3, trace: here.avt.gz }',
    );
    expect(known).toMatchObject({
      nodes: { kind: 'class', class: 'contributed' },
      up: { kind: 'lognormal', sigma: 1.54 },
      down: { kind: 'constant', value: 2 * HOUR },
      daily: 0.3,
    });
    expect(own).toMatchObject({
      at: 3 * HOUR,
      up: { kind: 'weibull', scale: 9.5 * HOUR, shape: 0.63 },
      daily: 0,
    });
    expect(traced).toEqual({
      kind: 'churn',
      at: 0,
      nodes: { kind: 'group', of: 'power', number: 3 },
      trace: '/here/here.avt.gz',
    });
  });

  test('that contradict themselves or the run are refused, each by its place', () => {
    expect(
      problems(
        [
          '{ churn: all }',
          '{ churn: all, up: 3h }',
          '{ churn: all, like: high, trace: x.avt }',
          '{ crash: all, restart: exponential -5m }',
          '{ at: exponental 5h, crash: all, restart: uniform 2h 1h }',
          '{ every: 3d, crash: 1 powr group }',
          '{ at: 1h, flap: all, up: weibull 1h, down: weibull 1h 0 }',
          '{ at: 1h, crash: power group 0 }',
        ],
        'groups: { power: { of: site, into: 0 } }\n',
      ),
    ).toEqual([
      'x.yaml:5:24: groups.power.of: found "site", expected one of sites, nodes (did you mean "sites"?)',
      'x.yaml:5:36: groups.power.into: found 0, expected at least 1',
      'x.yaml:7:7: faults.0.churn: found no law, expected like, both up and down, or trace beside it',
      'x.yaml:8:7: faults.1.churn: found up alone, expected like, both up and down, or trace beside it',
      'x.yaml:9:19: faults.2.like: found like, expected nothing of a law beside a trace',
      'x.yaml:10:7: faults.3.crash: found no time, expected at, every, or both beside it',
      'x.yaml:10:28: faults.3.restart: found "exponential -5m", expected "exponential mean", with a duration above 0 for mean',
      'x.yaml:11:11: faults.4.at: found "exponental 5h", expected a duration, or one of the distributions exponential mean, uniform low high, lognormal median sigma (a figure), weibull scale shape (a figure), pareto minimum alpha (a figure) (did you mean "exponential 5h"?)',
      'x.yaml:11:47: faults.4.restart: found "uniform 2h 1h", expected "uniform low high", the low end first (did you mean "uniform 1h 2h"?)',
      'x.yaml:12:14: faults.5.every: found "3d", expected less than 2d: the first time comes so long after 0s, before the end of the run, 2d',
      'x.yaml:13:30: faults.6.up: found "weibull 1h", expected "weibull scale shape (a figure)"',
      'x.yaml:13:48: faults.6.down: found "weibull 1h 0", expected "weibull scale shape (a figure)", with a figure above 0 for shape',
      'x.yaml:14:22: faults.7.crash: found "power group 0", expected the number of a group, from 1, such as "power group 1"',
    ]);
  });
});
