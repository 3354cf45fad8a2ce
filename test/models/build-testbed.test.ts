// What subsystems name and a testbed has not is refused before anything runs.
import { expect, test } from 'vitest';
import { testbedOf } from './scenario-run.ts';

test.each([
  ['flood: { slice: b, rate: 3 }', 'flood.slice: found "b", expected a slice: a (did you mean "a"?)'],
  ['worm: { patients: 9 nodes }', "worm.patients: found 9 nodes, expected at most 8, the testbed's nodes"],
  ['worm: { vulnerable: region asia }', 'worm.vulnerable: found region "asia"'],
  ['management: { authority: { site: kht } }', 'management.authority.site: found "kht", expected a site'],
  ['management: { owners: { b: berkeley } }', 'management.owners.b: found "b", expected a slice: a'],
  ['management: { owners: { a: kht } }', 'management.owners.a: found "kht", expected a site'],
  [
    'management: { rollout: { at: 1m, groups: power } }',
    'management.rollout.groups: found "power", expected a kind of groups that the key groups describes: none',
  ],
  ['requests: { every: 1s, nodes: 9 }', 'requests.nodes: found 9, expected at most 8'],
])('%s', (line, message) => {
  const text = `duration: 10m
topology: { planetlab: { year: 2003, sites: 4, nodes: 8 } }
slices: { a: { run: { protocol: ping } } }
${line}`;
  expect(() => testbedOf(text)).toThrow(message);
});
