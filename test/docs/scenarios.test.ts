// docs/scenarios.md and docs/protocols.md name everything that a scenario may say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../protocols/catalogue.ts';
import { TESTBED_METRICS } from '../../scenarios/expectation.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const page = read('docs/scenarios.md');
const schema = JSON.parse(read('scenarios/scenario.schema.json'));

/** What stands between one heading and the next of its kind. */
function section(text: string, heading: string): string {
  const from = text.indexOf(`\n${heading}\n`);
  expect(from).toBeGreaterThan(0);
  const mark = heading.slice(0, heading.indexOf(' ') + 1);
  const to = text.indexOf(`\n${mark}`, from + heading.length);
  return text.slice(from, to < 0 ? undefined : to);
}

describe('the page of scenarios names', () => {
  const keys = Object.keys(schema.properties);

  test.each(keys)('the key %s', key => {
    expect(section(page, '## Top level')).toMatch(new RegExp(`^\\| \`${key}\` +\\|`, 'm'));
  });

  test('the words that no slice may have', () => {
    const said = /not (.*) or (.*), which begin the testbed's own metrics/.exec(page)!;
    const words = [...`${said[1]}, ${said[2]}`.matchAll(/`([\w-]+)`/g)].map(([, word]) => word);
    expect(words).toEqual([...TESTBED_METRICS]);
  });
});

describe('the page of protocols names', () => {
  const protocols = read('docs/protocols.md');
  const options = Object.values(catalogue).flatMap(({ name, options }) =>
    Object.keys(options).map(option => [name, option] as const),
  );

  test.each(options)('of %s the option %s', (name, option) => {
    expect(section(protocols, `## ${name}`)).toContain(`\`${option}`);
  });
});
