// Variants side by side: what sets them apart is shown, what does not is counted, and pairing narrows intervals.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import seedrandom from 'seedrandom';
import { afterAll, describe, expect, test } from 'vitest';
import type { VariantsSummary } from '../../results/comparison.ts';
import { comparisonCsv } from '../../results/comparison-csv.ts';
import { variantsTable } from '../../results/comparison-table.ts';
import { writeRunDirectory, writeVariantsDirectory } from '../../results/run-directory.ts';
import type { MetricSummary, Summary } from '../../results/summary.ts';
import { seriesData, seriesOf } from '../../results/time-series.ts';
import { replicateVariants, variantReplicationsTable } from '../../results/variant-replications.ts';
import { FACTS, sampleRun } from './sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'petri-variants-'));
afterAll(() => rmSync(folder, { recursive: true }));

const counter = (count: number): MetricSummary => ({
  count,
  mean: null,
  min: null,
  p50: null,
  p90: null,
  p99: null,
  max: null,
  unit: 'count',
});
const times = (mean: number): MetricSummary => ({
  count: 10,
  mean,
  min: mean / 2,
  p50: mean,
  p90: 2 * mean,
  p99: 3 * mean,
  max: 4 * mean,
  unit: 'ms',
});

const runOf = (variant: string, metrics: Record<string, MetricSummary>, seed = '7'): Summary => ({
  ...FACTS,
  variant,
  seed,
  metrics,
});

const together = (...runs: readonly Summary[]): VariantsSummary => ({
  scenario: FACTS.scenario,
  mode: 'model',
  seed: '7',
  digest: 'fedcba9876543210',
  variants: Object.fromEntries(runs.map(run => [run.variant!, run])),
  expectations: [
    { text: 'push/a.rtt <= 0.5 * poll/a.rtt', actual: 20, bound: 50, unit: 'ms', passed: true },
    { text: 'poll/a.rtt <= 50ms', actual: 100, unit: 'ms', passed: false },
  ],
  partial: false,
  version: '0.1.0',
});

describe('the table', () => {
  const poll = runOf('poll', { 'a.rtt': times(100), 'a.sent': counter(9), 'a.lost': counter(0) });
  const push = runOf('push', {
    'a.rtt': times(20),
    'a.sent': counter(9),
    'b.got': counter(5),
    'b.no': counter(0),
  });

  test('has a row a statistic in which they differ, and counts the rest', () => {
    const text = variantsTable(together(poll, push));
    expect(text).toContain('first-ping\nmodel · seed 7 · digest fedcba9876543210\n');
    expect(text).toMatch(/^ +of +poll +push +unit$/m);
    expect(text).toMatch(/^a\.rtt +mean +100 +20 +ms\n +p50 +100 +20 +ms\n +p99 +300 +60 +ms$/m);
    expect(text).toMatch(/^b\.got +count +– +5 +count$/m);
    expect(text).not.toMatch(/a\.sent|a\.lost|b\.no/);
    expect(text).toContain('\n3 metrics are the same in all variants and are left out\n');
    expect(text).toContain(
      '✓ push/a.rtt <= 0.5 * poll/a.rtt  (20 ms against 50 ms)\n✗ poll/a.rtt <= 50ms  (100 ms)\n',
    );
  });

  test('of runs that do not differ says so', () => {
    const text = variantsTable(together(poll, { ...poll, variant: 'again' }));
    expect(text).not.toMatch(/ of /);
    expect(text).toContain('3 metrics are the same in all variants');
  });

  test('keeps to 100 columns, however many variants and however long the names', () => {
    const runs = Array.from({ length: 12 }, (_, index) =>
      runOf(`variant-number-${index}`, { [`a.${'long-'.repeat(12)}rtt`]: times(123.456 * (index + 1)) }),
    );
    const lines = variantsTable(together(...runs)).split('\n');
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100);
    for (const { variant } of runs) expect(lines.some(line => line.includes(` ${variant} `))).toBe(true);
    expect(lines.filter(line => / mean /.test(line)).join(' ')).toContain('1,481');
  });
});

test('comparison.csv has every statistic of every metric, a column a variant', () => {
  const text = comparisonCsv({
    poll: runOf('poll', { 'a.rtt': times(100) }),
    push: runOf('push', { 'a.sent': counter(9) }),
  });
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(8);
  expect(rows).toContainEqual({ metric: 'a.rtt', statistic: 'p99', unit: 'ms', poll: '300', push: '' });
  expect(rows).toContainEqual({ metric: 'a.rtt', statistic: 'count', unit: 'count', poll: '10', push: '' });
  expect(rows).toContainEqual({ metric: 'a.sent', statistic: 'count', unit: 'count', poll: '', push: '9' });
});

test('a variant is kept as a run by itself is', async () => {
  const { recorder, summary, manifest } = sampleRun();
  const record = { manifest, summary, recorder: seriesOf(structuredClone(seriesData(recorder))) };
  const run = { ...summary, variant: 'push' };
  const path = await writeVariantsDirectory(together(run), new Map([['push', record]]), {
    out: join(folder, 'all'),
  });
  const alone = await writeRunDirectory({ manifest, summary, recorder }, { out: join(folder, 'one') });
  expect(readdirSync(path).sort()).toEqual(['comparison.csv', 'push', 'summary.json']);
  const files = readdirSync(alone);
  expect(readdirSync(join(path, 'push'))).toEqual(files);
  for (const file of files)
    expect(readFileSync(join(path, 'push', file), 'utf8')).toBe(readFileSync(join(alone, file), 'utf8'));
});

describe('replications of variants', () => {
  /** Two designs that share their luck: the second is better by 1 on average. */
  const random = seedrandom.alea('luck');
  const seeds = Array.from({ length: 30 }, (_, seed) => ({
    seed: String(seed),
    luck: 20 * random(),
    own: random(),
  }));
  const runs = new Map([
    [
      'poll',
      seeds.map(({ seed, luck }) =>
        runOf('poll', { 'a.rtt': times(100 + luck), 'a.sent': counter(9) }, seed),
      ),
    ],
    [
      'push',
      seeds.map(({ seed, luck, own }) =>
        runOf('push', { 'a.rtt': times(98.5 + luck + own), 'a.sent': counter(9) }, seed),
      ),
    ],
  ]);

  test('find the difference that separate intervals cannot see', () => {
    const rtt = replicateVariants(runs).find(({ metric }) => metric === 'a.rtt')!;
    const [poll, push] = rtt.variants as [(typeof rtt.variants)[number], (typeof rtt.variants)[number]];
    expect(poll.difference).toBeNull();
    const { mean, halfWidth99 } = push.difference!;
    expect(Math.abs(mean + 1)).toBeLessThan(halfWidth99);
    expect(mean + halfWidth99).toBeLessThan(0);
    expect(Math.abs(poll.estimate!.mean - push.estimate!.mean)).toBeLessThan(poll.estimate!.halfWidth99);
  });

  test('pair only seeds with which both had a number', () => {
    const empty = { ...times(0), count: 0, mean: null };
    const holed = new Map([
      ['poll', runs.get('poll')!],
      ['push', runs.get('push')!.map((run, i) => (i < 27 ? { ...run, metrics: { 'a.rtt': empty } } : run))],
    ]);
    const { variants } = replicateVariants(holed).find(({ metric }) => metric === 'a.rtt')!;
    expect(variants.map(({ n }) => n)).toEqual([30, 3]);
    expect(variants[1]!.difference!.n).toBe(3);
    expect(variants[1]!.difference!.deviation).toBeLessThan(1);
  });

  test('are shown with the difference from the first, in 100 columns', () => {
    const text = variantReplicationsTable(replicateVariants(runs));
    expect(text).toMatch(
      /^ +variant +of +runs +mean +± 99 % +less poll +± 99 % +unit\na\.rtt +poll +mean +30 /,
    );
    expect(text).toMatch(/^ +push +mean +30 +[\d.]+ +[\d.]+ +-[\d.]+ +[\d.]+ +ms$/m);
    expect(text).toContain('\n1 metric is the same in all variants and is left out\n');
    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  });
});
