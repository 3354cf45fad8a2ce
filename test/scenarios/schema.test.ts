// The published JSON Schema: equal to the types, explained, and understood by a validator that knows nothing of Petri.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { listScenarios } from '../../scenarios/load.ts';
import { scenarioSchema, schemaText } from '../../scenarios/schema.ts';

const published = readFileSync(new URL('../../scenarios/scenario.schema.json', import.meta.url), 'utf8');

test('scenario.schema.json is what a build writes', () => {
  expect(published).toBe(schemaText());
});

const plain = new Ajv({ strict: false }).compile(JSON.parse(published));

test.each(listScenarios())('an editor finds nothing wrong with $name', ({ file }) => {
  plain(parse(readFileSync(file, 'utf8')));
  expect(plain.errors ?? []).toEqual([]);
});

test.each([
  'duration: 600',
  'duration: 10 min',
  'network: { jiter: 1ms }',
  'network: { loss: 10 percent }',
  'slices: { My_Slice: { run: { protocol: ping } } }',
  'slices: { a: { run: { protocol: pong } } }',
  'slices: { a: { run: { protocol: ping, stabilize: 1s } } }',
  'faults: [{ at: 1m, crash: all, heal: 1m }]',
  'variants: {}',
  'variants: { A: {} }',
  'variants: { a: [network.loss] }',
])('an editor finds the mistake in %s', text => {
  const good = {
    name: 'x',
    duration: '10m',
    topology: { generate: { sites: 5 } },
    slices: { a: { run: { protocol: 'ping' } } },
  };
  expect(plain(good)).toBe(true);
  expect(plain({ ...good, ...parse(text) })).toBe(false);
});

/** Every key that the schema knows, with its schema, by its path. */
function* keysOf(schema: unknown, path = ''): Generator<[path: string, schema: { description?: string }]> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [word, value] of Object.entries(schema)) {
    if (word === 'properties') {
      for (const [key, held] of Object.entries(value as object)) {
        // A form's mere list of the keys of other forms is empty of everything.
        if (Object.keys(held).length > 0 && !('const' in held)) yield [`${path}.${key}`, held];
        yield* keysOf(held, `${path}.${key}`);
      }
    } else if (word !== 'default' && word !== 'examples') yield* keysOf(value, path);
  }
}

test('every key has a description', () => {
  const keys = [...keysOf(scenarioSchema)];
  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
});
