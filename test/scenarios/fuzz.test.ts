// Whatever the text, loading it either gives a scenario without a NaN in it or throws a ScenarioError: nothing else.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadScenario, parseScenario } from '../../scenarios/load.ts';
import type { Overrides } from '../../scenarios/overrides.ts';
import { ScenarioError } from '../../scenarios/problem.ts';

function checkNumbers(value: unknown, path = ''): void {
  if (typeof value === 'number' && Number.isNaN(value)) throw new Error(`NaN at ${path}`);
  if (typeof value === 'object' && value !== null) {
    for (const [key, held] of Object.entries(value)) checkNumbers(held, `${path}.${key}`);
  }
}

/** @returns whether the text was a scenario */
function attempt(text: string, given: Overrides = {}): boolean {
  try {
    const { scenario, resolved } = parseScenario(text, 'fuzz.yaml', given);
    checkNumbers(scenario);
    expect(parseScenario(stringify(resolved), 'fuzz.yaml').scenario).toEqual(scenario);
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message.split('\n')).toHaveLength(error.problems.length);
    return false;
  }
}

const BASE = loadScenario('planetlab-2003').resolved as Record<string, unknown>;

/** Every path in the document: what a mutation may hit. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, held]) => pathsOf(held, [...path, key]))].filter(
    p => p.length > 0,
  );
}

const words = fc.constantFrom(
  '',
  '0',
  '1',
  '-1',
  '1e400',
  '.nan',
  '.inf',
  '5m',
  '0s',
  '10Mbps',
  'unlimited',
  '1%',
  '100%',
  'all',
  'rest',
  'ping',
  'chord',
  'region europe | rest',
  '{}',
  '[]',
  'null',
  'true',
  '[a, a]',
  '{ rate: 1%, burst: 2 }',
  '{ sites: 3 }',
  '!tag x',
  '*none',
  'constructor',
  '__proto__',
  'dht.x.constructor > 1',
  '99999999999999999999999d',
  '0.0000001ns',
  '1e-7',
  '0x10',
  '"\\u0000"',
  '2003-01-01',
);
const keys = fc.constantFrom(
  'x',
  '__proto__',
  'constructor',
  'toString',
  'crash',
  'slow',
  'service',
  'loss',
  'protocol',
  '0',
  'network',
  '',
);

describe('only ScenarioError, never NaN', () => {
  test('arbitrary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => void attempt(text)),
      { numRuns: 300 },
    );
  });

  test('text made of the pieces of YAML', () => {
    const piece = fc.constantFrom(
      'a',
      'name',
      'duration',
      ': ',
      ':',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a ',
      '*a',
      '? ',
      '|\n',
      '"',
      "'",
      '#',
      '---\n',
      '%YAML 1.1\n',
      '!!set ',
      '<<',
      '1h',
      '\t',
    );
    const texts = fc.array(piece, { maxLength: 25 }).map(pieces => pieces.join(''));
    fc.assert(
      fc.property(texts, text => void attempt(text)),
      { numRuns: 1500 },
    );
  });

  test('any value, in place of any part of a good scenario', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constant(undefined));
    const mutation = fc.tuple(fc.constantFrom(...pathsOf(BASE)), value);
    let loaded = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), mutations => {
        const document = structuredClone(BASE);
        for (const [path, replacement] of mutations) {
          // biome-ignore lint/suspicious/noExplicitAny: the document is any tree by now
          const holder = path.slice(0, -1).reduce<any>((at, key) => at?.[key], document);
          if (typeof holder === 'object' && holder !== null) holder[path.at(-1)!] = replacement;
        }
        if (attempt(stringify(document, { aliasDuplicateObjects: false }))) loaded++;
      }),
      { numRuns: 600 },
    );
    expect(loaded).toBeGreaterThan(0);
  });

  test('any word in any key, by override', () => {
    const text = stringify(BASE);
    const path = fc.tuple(fc.constantFrom(...pathsOf(BASE)), fc.array(keys, { maxLength: 2 }));
    const setting = fc
      .tuple(path, words)
      .map(([[known, more], word]) => `${[...known, ...more].join('.')}=${word}`);
    let loaded = 0;
    fc.assert(
      fc.property(fc.array(setting, { minLength: 1, maxLength: 2 }), set => {
        if (attempt(text, { set })) loaded++;
      }),
      { numRuns: 600 },
    );
    expect(loaded).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
