// docs/writing-a-protocol.md, followed to the letter: what it has its reader write compiles, runs, and does what it says.
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { interval99 } from '../statistics.ts';
import { type Ended, Tutorial } from './tutorial.ts';

const tutorial = new Tutorial('writing-a-protocol.md');
const commands = tutorial.blocks('sh').flatMap(block => block.trim().split('\n'));

/** The one command of the page that has this in it. */
function command(part: string): string {
  const found = commands.filter(line => line.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} commands with '${part}', not one`);
  return found[0];
}

async function succeeds(line: string): Promise<string> {
  const { status, output }: Ended = await tutorial.run(line);
  if (status !== 0) throw new Error(`${line}: status ${status}\n${output}`);
  return output;
}

beforeAll(async () => {
  tutorial.writeFiles();
  tutorial.patch('protocols/catalogue.ts');
  await succeeds(command('npm run build'));
}, 60_000);
afterAll(() => tutorial.leave(), 60_000);

test('the protocol is less than seventy lines of code, beside the imports', () => {
  const sources = [...tutorial.files].filter(([name]) => name.startsWith('protocols/'));
  const code = sources
    .flatMap(([, text]) => text.split('\n'))
    .filter(line => !/^(\s*(\/[/*].*)?|import .*)$/.test(line));
  expect(sources.length).toBe(3);
  expect(code.length).toBeLessThan(70);
});

test('its datagrams begin as those of no other protocol', async () => {
  const heads = await succeeds('grep -hoE "0x[0-9a-f]1\\b" protocols/*/codec.ts | sort | uniq -d');
  expect(heads).toBe('');
});

describe('ten thousand of it', () => {
  let variances: number[];

  beforeAll(async () => {
    const printed = await succeeds(command('npx petri run'));
    expect(printed).toContain('10,000 hosts');
    const rows = await succeeds(command('grep hosts.variance'));
    variances = rows
      .trim()
      .split('\n')
      .map(row => Number(row.split(',')[1]));
  }, 60_000);

  test('agree ever more: the variance falls by a factor of e in each period', () => {
    expect(variances.length).toBe(10);
    const steps = variances.slice(1).map((variance, index) => Math.log(variance / variances[index]));
    const { low, high } = interval99(steps);
    expect(low).toBeLessThan(-1);
    expect(high).toBeGreaterThan(-1);
    expect(high - low).toBeLessThan(0.1);
  });

  test('have the figures of the page', () => {
    expect(tutorial.figures.length).toBeGreaterThan(3);
    // To the two digits that are printed; sites drawn otherwise would change the third.
    for (const [seconds, variance] of tutorial.figures) {
      expect(variances[seconds / 10 - 1] / variance).toBeCloseTo(1, 1);
    }
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>(resolve => socket.close(resolve));
  return port;
}

test('three of it, as real programs, come to the mean of what they began with', async () => {
  const lines = commands.filter(line => line.startsWith('npx petri-service'));
  expect(lines.length).toBe(3);
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const moved = (line: string) => line.replace(/:400(\d)/g, (_, index) => `:${ports[index - 1]}`);
  const outputs = await Promise.all(lines.map(line => succeeds(`${moved(line)} --seconds 6`)));
  const estimates = outputs.map(output =>
    output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ metric }) => metric === 'estimate')
      .map(({ value }): number => value),
  );
  const mean = estimates.reduce((sum, [own]) => sum + own, 0) / 3;
  for (const values of estimates) expect(values.at(-1)).toBeCloseTo(mean, 3);
});

test('its test passes', async () => {
  expect(await succeeds(command('npx vitest'))).toContain('4 passed, 0 failed, 0 skipped');
});
