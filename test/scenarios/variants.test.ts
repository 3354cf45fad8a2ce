// Variants: each is the document with its changes laid over it as --set would lay them, and is checked in full.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDesigns } from '../../scenarios/designs.ts';
import { parseScenario } from '../../scenarios/load.ts';
import { ScenarioError } from '../../scenarios/problem.ts';

const BASE = `name: x
duration: 10m
topology: { generate: { sites: 5 } }
slices:
  probe: { run: { protocol: ping } }
  ring: { place: { nodes: 3 }, run: { protocol: chord, lookup: { every: 5s } } }
faults:
  - { at: 1m, crash: 1 node }
`;

const load = (variants: object | string, rest = '', given = {}) =>
  parseDesigns(
    `${BASE}variants: ${typeof variants === 'string' ? variants : JSON.stringify(variants)}\n${rest}`,
    'v.yaml',
    'v.yaml',
    given,
  );

function messagesOf(...args: Parameters<typeof load>): string[] {
  try {
    load(...args);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  throw new Error('it loaded');
}

describe('a variant', () => {
  test.each<Record<string, unknown>>([
    {},
    { 'network.loss': '1%' },
    { 'network.loss.rate': '1%', 'network.loss.burst': 3 },
    { 'slices.probe.run.every': '1s', duration: '20m', warmup: '1m' },
    { 'slices.ring.run': { protocol: 'chord', successors: 3 }, 'slices.ring.run.rpc.attempts': 5 },
    { 'slices.third': { run: { protocol: 'gossip' } } },
    { 'faults.0.at': '5m', 'faults.1': { at: '2m', pause: 'all', for: '10s' } },
    { faults: [], topology: { generate: { sites: 7 } } },
  ])('%j is what --set makes of the document', changes => {
    const set = Object.entries(changes).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
    const { designs, compared } = load({ same: {}, other: changes });
    expect(compared).toBe(true);
    expect(designs.map(({ variant }) => variant)).toEqual(['same', 'other']);
    const [same, other] = designs;
    expect(same!.resolved).toEqual(parseScenario(BASE, 'v.yaml').resolved);
    expect(other!.resolved).toEqual(parseScenario(BASE, 'v.yaml', { set }).resolved);
    expect(other!.scenario).toEqual(parseScenario(BASE, 'v.yaml', { set }).scenario);
  });

  test('lies below what the command line says', () => {
    const given = { set: ['slices.probe.run.every=7s', 'network.jitter=2ms'], seed: '9', duration: '5m' };
    const { designs } = load(
      { a: {}, b: { 'slices.probe.run.every': '1s', 'network.loss': '1%', duration: '1h' } },
      '',
      given,
    );
    for (const { scenario } of designs) {
      expect(scenario).toMatchObject({ seed: '9', duration: 300e9, network: { jitter: 2e6 } });
      expect(scenario.slices[0]!.run).toMatchObject({ options: { every: 7e9 } });
    }
    expect(designs.map(({ scenario }) => scenario.network.loss.rate)).toEqual([0, 0.01]);
  });

  test('may be added by the command line', () => {
    const { designs } = load({ a: {} }, '', { set: ['variants.b={ network.loss: 1% }'] });
    expect(designs.map(({ variant, scenario }) => [variant, scenario.network.loss.rate])).toEqual([
      ['a', 0],
      ['b', 0.01],
    ]);
  });

  test('alone is a scenario by itself, whatever is wrong with the others', () => {
    const rest =
      'expect: [probe.rtt <= 1s, b/probe.sent > 1, c/ring.x > 1, b/probe.sent > 2 * c/probe.sent]\n';
    const { designs, compared } = load({ b: { 'network.loss': '1%' }, c: { 'network.los': '1%' } }, rest, {
      variant: 'b',
    });
    expect(compared).toBe(false);
    const [{ variant, scenario, resolved }] = designs as [(typeof designs)[number]];
    expect(variant).toBe('b');
    expect(scenario.expect.map(({ text }) => text)).toEqual(['probe.rtt <= 1s', 'probe.sent > 1']);
    const again = parseScenario(JSON.stringify(resolved), 'w.yaml');
    expect(again.scenario).toEqual(scenario);
    expect(again.resolved).toEqual(resolved);
  });
});

test('the example of the reference loads', () => {
  const reference = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
  const example = /## `variants`[\s\S]*?```yaml\n([\s\S]*?)```/.exec(reference)![1]!;
  const { designs, expect: lines } = parseDesigns(example, 'x.yaml', 'x.yaml', {});
  expect(designs.map(({ variant }) => variant)).toEqual(['calm', 'eager', 'eager-and-lossy']);
  expect(designs.map(({ scenario }) => scenario.network.loss)).toEqual([
    { rate: 0, burst: 1 },
    { rate: 0, burst: 1 },
    { rate: 0.01, burst: 3 },
  ]);
  expect(lines).toHaveLength(3);
});

describe('mistakes', () => {
  test.each<[variants: string, messages: (string | RegExp)[]]>([
    [
      '{ a: {}, b: { network.los: 1% } }',
      [/^v\.yaml:9:25: variant b: network\.los: found an unknown key, .* \(did you mean "loss"\?\)$/],
    ],
    [
      '{ a: {}, b: { slices.prob.run.every: 1s } }',
      [
        /^v\.yaml:9:25: variant b: slices\.prob\.run: found a mapping, expected one of the keys protocol, .* \(did you mean "slices\.probe\.run\.every"\?\)$/,
      ],
    ],
    [
      '{ a: {}, b: { slices.probe.rum.every: 1s } }',
      [/^v\.yaml:9:25: variant b: slices\.probe\.rum: found an unknown key, .* \(did you mean "run"\?\)$/],
    ],
    [
      '{ a: {}, b: { slices.ring.run: { protocol: chord, sucessors: 1 } } }',
      [/^v\.yaml:9:61: variant b: slices\.ring\.run\.sucessors: found an unknown key, /],
    ],
    [
      '{ a: {}, b: { slices.probe.run.every: 3 } }',
      [/^v\.yaml:9:49: variant b: slices\.probe\.run\.every: found 3, expected a duration with its unit /],
    ],
    [
      '{ a: {}, b: { duration: 30s } }',
      ['v.yaml:9:35: variant b: faults.0.at: found "1m", expected a time before the end of the run, 30s'],
    ],
    [
      '{ a: {}, b: { faults.3: { at: 1m, crash: all } } }',
      ['v.yaml:9:25: variant b: faults: found the index 3, expected an index from 0 to 1 (1 adds an item)'],
    ],
    [
      '{ a: {}, b: { seed: 4, slices..x: 1 } }',
      [
        'v.yaml:9:25: variants.b.seed: found "seed", expected a path that begins with none of name, about, seed, expect, variants, which the variants share',
        'v.yaml:9:34: variants.b.slices..x: found "slices..x", expected a path of keys, such as network.jitter',
      ],
    ],
    ['{}', ['v.yaml:9:11: variants: found an empty mapping, expected at least one variant, by its name']],
    ['[a, b]', ['v.yaml:9:11: variants: found a list, expected at least one variant, by its name']],
    [
      '{ a: , B_b: {} }',
      [
        'v.yaml:9:16: variants.a: found nothing, expected a mapping from paths of keys to values, such as { network.loss: 1% }, or {}',
        'v.yaml:9:18: variants.B_b: found "B_b", expected a name of lower-case letters, digits and hyphens, at most 63, as in a host name',
      ],
    ],
  ])('%s', (variants, messages) => {
    const found = messagesOf(variants);
    expect(found).toHaveLength(messages.length);
    for (const [index, message] of messages.entries()) {
      if (typeof message === 'string') expect(found[index]).toBe(message);
      else expect(found[index]).toMatch(message);
    }
  });

  test('of the document are told once, and so are those of the command line', () => {
    expect(messagesOf({ a: {}, b: {} }, 'warmup: 1h\n', { set: ['network.grain=x'] })).toEqual([
      'v.yaml:10:9: warmup: found "1h", expected less than the duration, 10m',
      expect.stringMatching(/^--set network\.grain=x: network\.grain: found "x", expected /),
    ]);
  });

  test('in what the command line adds are told of the option', () => {
    const option = '--set variants.b={ network.loss: 2 }';
    expect(messagesOf({ a: {} }, '', { set: [option.slice(6)] })).toEqual([
      expect.stringMatching(
        /^--set variants\.b=\{ network\.loss: 2 }: variant b: network\.loss: found 2, expected /,
      ),
    ]);
  });

  test.each([
    [
      'c/probe.sent > 1',
      'v.yaml:10:10: expect.0: found "c/probe.sent > 1", expected a variant before the /: push, poll',
    ],
    [
      'pusk/probe.sent > 1',
      'v.yaml:10:10: expect.0: found "pusk/probe.sent > 1", expected a variant before the /: push, poll (did you mean "push/probe.sent > 1"?)',
    ],
    [
      'push/probe.sent > 2 * pol/probe.sent',
      'v.yaml:10:10: expect.0: found "push/probe.sent > 2 * pol/probe.sent", expected a variant before the /: push, poll (did you mean "push/probe.sent > 2 * poll/probe.sent"?)',
    ],
  ])('in an expectation: %s', (line, message) => {
    expect(messagesOf({ push: {}, poll: {} }, `expect: [${line}]\n`)).toEqual([message]);
  });

  test('an expectation may speak of a slice that only its variant has', () => {
    const variants = { one: {}, two: { 'slices.more.run.protocol': 'ping' } };
    expect(() =>
      load(variants, 'expect: [two/more.rtt <= 1s, two/more.sent >= one/probe.sent]\n'),
    ).not.toThrow();
    expect(messagesOf(variants, 'expect: [more.rtt <= 1s]\n')).toEqual([
      expect.stringMatching(
        /^v\.yaml:10:10: variant one: expect\.0: found "more\.rtt <= 1s", expected a metric that/,
      ),
    ]);
  });

  test('a scenario without variants has none to speak of', () => {
    const text = `${BASE}expect: [push/probe.sent > 1]\n`;
    expect(() => parseScenario(text, 'v.yaml')).toThrow(
      'v.yaml:9:10: expect.0: found "push/probe.sent > 1", expected no variant before a metric: the scenario has no variants',
    );
    expect(() => parseScenario(BASE, 'v.yaml', { variant: 'push' })).toThrow(
      '--variant push: found no variant of this name, expected none: the scenario has no variants',
    );
  });

  test('a name that is none, and none where one is needed', () => {
    const text = `${BASE}variants: { push: {}, poll: {} }\n`;
    expect(() => parseScenario(text, 'v.yaml', { variant: 'pol' })).toThrow(
      '--variant pol: found no variant of this name, expected one of push, poll (did you mean "poll"?)',
    );
    expect(() => parseScenario(text, 'v.yaml')).toThrow(
      'v.yaml: found the variants push, poll, expected one of them to be named, with --variant',
    );
  });

  test('whatever stands at variants, it is designs or a ScenarioError', () => {
    const paths = fc.constantFrom(
      'network.loss',
      'faults.0.at',
      'slices.x',
      '',
      '__proto__',
      'duration',
      'a..b',
    );
    const changes = fc.dictionary(paths, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
    const variants = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__', 'A b'), fc.oneof(changes, fc.jsonValue())),
    );
    let loaded = 0;
    fc.assert(
      fc.property(variants, block => {
        try {
          const { designs } = load(block as object);
          loaded++;
          for (const { resolved, scenario } of designs)
            expect(parseScenario(JSON.stringify(resolved), 'w.yaml').scenario).toEqual(scenario);
        } catch (error) {
          if (!(error instanceof ScenarioError)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
    expect(loaded).toBeGreaterThan(0);
  });
});
