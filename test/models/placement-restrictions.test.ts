// Restrictions of a placement: whom it may take, whom together, and what is refused; and the maxima of admission.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildTestbed } from '../../models/build-testbed.ts';
import type { Testbed } from '../../models/testbed.ts';
import { parseScenario } from '../../scenarios/load.ts';
import { MILLISECOND } from '../../sim/time.ts';

const EDGE = { sites: 60, nodesPerSite: 2 };

function build(slices: string, more = '', seed: string | number = 1, generate: object = EDGE): Testbed {
  const text = `name: x
duration: 1m
seed: ${seed}
topology: { generate: ${JSON.stringify(generate)} }
slices: ${slices}
${more}
`;
  return buildTestbed(parseScenario(text, 'x.yaml').scenario);
}

const slice = (place: string) => `{ a: { place: ${place}, run: { protocol: ping } } }`;

/** Its nodes, the sites of these, and the round trip between two of these. */
function placed(place: string, more = '', seed: string | number = 1) {
  const testbed = build(slice(place), more, seed);
  const { nodes, topology } = testbed;
  const chosen = testbed.slices[0].nodes;
  const rtt = (a: number, b: number) =>
    topology.paths.delay(nodes.siteOf[a], nodes.siteOf[b]) +
    topology.paths.delay(nodes.siteOf[b], nodes.siteOf[a]);
  return { testbed, chosen, sites: chosen.map(node => topology.sites[nodes.siteOf[node]]), rtt };
}

const pairs = (nodes: readonly number[]) =>
  nodes.flatMap((a, index) => nodes.slice(index + 1).map(b => [a, b] as const));
const policies = fc.constantFrom('policy: spread', 'policy: random', 'near: site-1');
const drawn = { numRuns: 25, seed: 7 };

describe('where', () => {
  test('takes nodes that every selector means, whatever the policy', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (policy, seed) => {
        const { sites } = placed(`{ nodes: 6, ${policy}, where: [region europe, class edge] }`, '', seed);
        expect(sites).toHaveLength(6);
        for (const site of sites) expect(site).toMatchObject({ region: 'europe', class: 'edge' });
      }),
      drawn,
    );
  });

  test('with all takes all of them', () => {
    const { chosen, testbed } = placed('{ nodes: all, where: [region europe] }');
    const european = testbed.topology.sites.filter(({ region }) => region === 'europe');
    expect(chosen).toHaveLength(2 * european.length);
  });

  test('refuses more nodes than it leaves', () => {
    const few = placed('{ nodes: all, where: [region europe] }').chosen.length;
    expect(() => placed('{ nodes: 100, where: [region europe] }')).toThrow(
      `slices.a.place.nodes: found 100, expected at most ${few}, those that its restrictions leave`,
    );
    expect(() => placed('{ nodes: 1, where: [region europe, region asia] }')).toThrow(
      'slices.a.place.where: found selectors that no node meets together',
    );
    expect(() => placed('{ nodes: 1, where: [country ZZ] }')).toThrow(
      'slices.a.place.where: found country "ZZ", expected one of ',
    );
  });
});

describe('distances', () => {
  test('within takes what is so near, and no other', () => {
    const { testbed, chosen, rtt } = placed('{ nodes: all, within: { of: site-3, rtt: 60ms } }');
    const of = testbed.nodes.named('site-3')![0];
    const near = testbed.nodes.names.flatMap((_, node) => (rtt(of, node) <= 60 * MILLISECOND ? [node] : []));
    expect(chosen).toEqual(near);
    expect(near.length).toBeGreaterThan(2);
    expect(near.length).toBeLessThan(testbed.nodes.count);
    expect(() => placed('{ nodes: all, within: { of: site-99, rtt: 60ms } }')).toThrow(
      'slices.a.place.within.of: found "site-99", expected the name of a node or site',
    );
  });

  test('apart keeps any two so far from each other, whatever the policy', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 5 }), fc.nat(), (policy, count, seed) => {
        const { chosen, rtt } = placed(`{ nodes: ${count}, ${policy}, apart: 60ms }`, '', seed);
        expect(chosen).toHaveLength(count);
        for (const [a, b] of pairs(chosen)) expect(rtt(a, b)).toBeGreaterThanOrEqual(60 * MILLISECOND);
      }),
      drawn,
    );
  });

  test('apart with all takes as many as can be added one by one: every other node is too near to one of them', () => {
    const { chosen, rtt, testbed } = placed('{ nodes: all, apart: 80ms }');
    for (const [a, b] of pairs(chosen)) expect(rtt(a, b)).toBeGreaterThanOrEqual(80 * MILLISECOND);
    for (const node of testbed.nodes.siteOf.keys()) {
      expect(chosen.some(taken => taken === node || rtt(taken, node) < 80 * MILLISECOND)).toBe(true);
    }
  });

  test('that cannot be met are refused with how many were found, and that many are', () => {
    let message = '';
    try {
      placed('{ nodes: 40, apart: 100ms }');
    } catch (error) {
      message = (error as Error).message;
    }
    const [, most] = /^slices\.a\.place\.nodes: found 40, expected at most (\d+): no more were found/.exec(
      message,
    )!;
    expect(placed(`{ nodes: ${most}, apart: 100ms }`).chosen).toHaveLength(Number(most));
  });
});

describe('distinct', () => {
  test('takes one node of each site, country or group at most', () => {
    const groups = 'groups: { power: { of: sites, into: 9 } }';
    const { testbed, chosen } = placed('{ nodes: 9, distinct: power }', groups);
    const powerOf = testbed.nodes.groups.get('power')!.of;
    expect(new Set(chosen.map(node => powerOf[node])).size).toBe(9);
    expect(placed('{ nodes: all, distinct: site }').chosen).toHaveLength(60);
    const countries = placed('{ nodes: 8, policy: random, distinct: country }').sites.map(
      site => site.country,
    );
    expect(new Set(countries).size).toBe(8);
  });

  test('finds as many as there are kinds, and refuses one more', () => {
    expect(placed('{ nodes: 60, distinct: site }').chosen).toHaveLength(60);
    expect(() => placed('{ nodes: 61, policy: random, distinct: site }')).toThrow(
      'slices.a.place.nodes: found 61, expected at most 60: no more were found that may stand together',
    );
  });

  test('refuses a kind that there is not', () => {
    expect(() => placed('{ nodes: 2, distinct: powr }', 'groups: { power: { into: 2 } }')).toThrow(
      'slices.a.place.distinct: found "powr", expected one of site, country, region, class, power (did you mean "power"?)',
    );
  });
});

describe('admission', () => {
  const three = (place: string) => `{ a: &a { place: ${place}, run: { protocol: ping } }, b: *a, c: *a }`;

  test.each([
    [
      'perNode: 2',
      '{ nodes: all }',
      'slices.c.place.nodes: found 3 slivers at the node site-1-1, with those of the slices before, expected at most 2, by admission.perNode',
    ],
    [
      'perSite: 5',
      '{ nodes: all }',
      'slices.c.place.nodes: found 6 slivers at the site site-1, with those of the slices before, expected at most 5, by admission.perSite',
    ],
    [
      'perSlice: 100',
      '{ nodes: all }',
      'slices.a.place.nodes: found 120, expected at most 100, by admission.perSlice',
    ],
  ])('%s refuses the slice that is too much', (maximum, place, message) => {
    expect(() => build(three(place), `admission: { ${maximum} }`)).toThrow(message);
  });

  test('takes what just fits', () => {
    const full = 'admission: { perNode: 3, perSite: 6, perSlice: 120 }';
    expect(build(three('{ nodes: all }'), full).hostCount).toBe(360);
  });
});

describe('keys that contradict each other, or do not say enough', () => {
  test.each([
    ['{ nodes: [site-1], where: [all] }', 'where: found where, expected none beside a list of nodes'],
    ['{ nodes: [site-1], apart: 5ms }', 'apart: found apart, expected none beside a list of nodes'],
    ['{ nodes: 2, apart: 0ms }', 'apart: found "0ms", expected a duration of at least 1ns'],
    [
      '{ nodes: 2, where: europe }',
      'where: found "europe", expected a list of selectors, such as [region europe]',
    ],
    ['{ nodes: 2, within: { of: site-1 } }', 'within.rtt: found nothing, expected this key'],
  ])('%s is refused by line', (place, message) => {
    expect(() => build(slice(place))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/x\.yaml:5:\d+: slices\.a\.place\./) }),
    );
    expect(() => build(slice(place))).toThrow(`slices.a.place.${message}`);
  });
});
