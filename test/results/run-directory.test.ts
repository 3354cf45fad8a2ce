// Claims of run-directory.ts, publish.ts, csv.ts and summary.ts: files that read back, all or nothing, never twice.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ResultsError } from '../../results/errors.ts';
import { publish } from '../../results/publish.ts';
import { checkFree, writeRunDirectory } from '../../results/run-directory.ts';
import { type Summary, statistic } from '../../results/summary.ts';
import { sampleRun } from './sample-run.ts';

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'petri-results-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

describe('a run directory', () => {
  test('holds the manifest, the summary, the series and the report', async () => {
    const run = sampleRun();
    const path = await writeRunDirectory(run, { under: join(place, 'runs') });
    expect(path).toBe(join(place, 'runs', 'first-ping-seed7'));
    expect(readdirSync(path).sort()).toEqual(['manifest.json', 'metrics.csv', 'report.html', 'summary.json']);
    expect(JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'))).toEqual(run.manifest);
    expect(JSON.parse(readFileSync(join(path, 'summary.json'), 'utf8'))).toEqual(run.summary);
    expect(readdirSync(join(place, 'runs'))).toEqual(['first-ping-seed7']);
  });

  test('can be read by whoever may read its neighbours', async () => {
    mkdirSync(join(place, 'neighbour'));
    const path = await writeRunDirectory(sampleRun(), { under: place });
    expect(statSync(path).mode).toBe(statSync(join(place, 'neighbour')).mode);
  });

  test('never takes the place of an earlier one', async () => {
    const names: string[] = [];
    for (let i = 0; i < 3; i++) names.push(await writeRunDirectory(sampleRun(), { under: place }));
    names.push(...(await Promise.all([1, 2, 3].map(() => writeRunDirectory(sampleRun(), { under: place })))));
    const expected = ['', '-2', '-3', '-4', '-5', '-6'].map(suffix =>
      join(place, `first-ping-seed7${suffix}`),
    );
    expect(names.sort()).toEqual(expected);
    expect(readdirSync(place)).toHaveLength(6);
  });

  test('stays below its parent whatever the scenario is called', async () => {
    const run = sampleRun();
    const summary = { ...run.summary, scenario: '../../etc/a b' };
    expect(await writeRunDirectory({ ...run, summary }, { under: place })).toBe(join(place, 'etc-a-b-seed7'));
  });

  test('that is named is made, and filled where it is empty', async () => {
    const deep = join(place, 'a', 'b');
    expect(await writeRunDirectory(sampleRun(), { out: deep })).toBe(deep);
    mkdirSync(join(place, 'empty'));
    await writeRunDirectory(sampleRun(), { out: join(place, 'empty') });
    expect(readdirSync(join(place, 'empty'))).toHaveLength(4);
  });

  test('that is named and holds something is left as it is', async () => {
    writeFileSync(join(place, 'mine'), 'keep');
    const writing = writeRunDirectory(sampleRun(), { out: place });
    await expect(writing).rejects.toThrow(ResultsError);
    await expect(writing).rejects.toThrow(
      `${place} exists and is not an empty directory: name another directory, or remove it`,
    );
    await expect(writeRunDirectory(sampleRun(), { out: join(place, 'mine') })).rejects.toThrow(
      /not an empty directory/,
    );
    expect(readdirSync(place)).toEqual(['mine']);
    expect(readFileSync(join(place, 'mine'), 'utf8')).toBe('keep');
  });
});

describe('nothing is left behind', () => {
  test('where a part of the path is a file', async () => {
    writeFileSync(join(place, 'file'), '');
    for (const out of [join(place, 'file', 'run'), join(place, 'file', 'deep', 'run')]) {
      await expect(writeRunDirectory(sampleRun(), { out })).rejects.toThrow(
        `cannot write ${out}, a part of the path`,
      );
      await expect(writeRunDirectory(sampleRun(), { under: out })).rejects.toThrow(ResultsError);
    }
    expect(readdirSync(place)).toEqual(['file']);
  });

  test('where nothing can be made, even by root', async ctx => {
    if (!existsSync('/proc/self')) ctx.skip('this system has no /proc');
    await expect(writeRunDirectory(sampleRun(), { out: '/proc/runs/one' })).rejects.toThrow(
      /cannot write \/proc\/runs/,
    );
  });

  test('where the manifest is not JSON, the parents that were made for it included', async () => {
    const manifest: { self?: object } = {};
    manifest.self = manifest;
    const writing = writeRunDirectory({ ...sampleRun(), manifest }, { out: join(place, 'a', 'b', 'run') });
    await expect(writing).rejects.toThrow(/circular/);
    expect(readdirSync(place)).toEqual([]);
  });

  test('where the disk fills up half-way', async ctx => {
    if (!existsSync('/dev/full')) ctx.skip('this system has no /dev/full');
    const out = join(place, 'runs', 'one');
    const writing = publish([out], {
      'first.txt': path => writeFile(path, 'written'),
      'second.txt': () => writeFile('/dev/full', 'does not fit'),
    });
    await expect(writing).rejects.toThrow(ResultsError);
    await expect(writing).rejects.toThrow(
      `cannot write ${out}, no space is left there: free some space, or choose another place`,
    );
    expect(readdirSync(place)).toEqual([]);
  });

  test('where a directory made by someone else must stay', async () => {
    mkdirSync(join(place, 'a'));
    await expect(
      publish([join(place, 'a', 'b', 'run')], { x: () => Promise.reject(new Error('no')) }),
    ).rejects.toThrow('no');
    expect(readdirSync(place)).toEqual(['a']);
  });

  test('where no candidate is free', async () => {
    mkdirSync(join(place, 'taken'));
    writeFileSync(join(place, 'taken', 'x'), '');
    expect(await publish([join(place, 'taken')], { y: path => writeFile(path, '') })).toBeUndefined();
    expect(readdirSync(place)).toEqual(['taken']);
  });
});

describe('a place can be checked before the run', () => {
  test('and is well where it is absent or empty', () => {
    expect(() => checkFree(join(place, 'a', 'b'))).not.toThrow();
    expect(() => checkFree(place)).not.toThrow();
    expect(readdirSync(place)).toEqual([]);
  });

  test('and is refused where it is taken or cannot be', () => {
    writeFileSync(join(place, 'file'), '');
    expect(() => checkFree(place)).toThrow(ResultsError);
    expect(() => checkFree(join(place, 'file'))).toThrow(/not an empty directory/);
    expect(() => checkFree(join(place, 'file', 'run'))).toThrow(/a part of the path is a file/);
  });
});

describe('metrics.csv', () => {
  test('reads back as the series, an absent number as an empty field', async () => {
    const run = sampleRun();
    const path = await writeRunDirectory(run, { under: place });
    const records: Record<string, string>[] = parse(readFileSync(join(path, 'metrics.csv')), {
      columns: true,
    });
    const number = (text: string) => (text === '' ? null : Number(text));
    const series = run.recorder.series();
    const expected = series.flatMap(({ name, unit, rows }) =>
      [...rows()].map(({ time, span: _, ...statistics }) => ({
        time_s: time,
        metric: name,
        unit,
        ...statistics,
      })),
    );
    const read = records.map(({ metric, unit, ...numbers }) => ({
      metric,
      unit,
      ...Object.fromEntries(Object.entries(numbers).map(([key, text]) => [key, number(text)])),
    }));
    expect(read).toHaveLength(4 * 30);
    expect(read).toEqual(expected);
  });

  test('holds any name', async () => {
    const run = sampleRun();
    const name = 'a "quoted", name\nof two lines';
    run.recorder.counter(name).add(3);
    run.recorder.sample(31e9);
    const path = await writeRunDirectory(run, { under: place });
    const records: Record<string, string>[] = parse(readFileSync(join(path, 'metrics.csv')), {
      columns: true,
    });
    expect(records.filter(({ metric }) => metric === name)).toMatchObject([
      { time_s: '31', count: '3', mean: '' },
    ]);
  });
});

describe('summary.json', () => {
  test('shows nanoseconds in milliseconds, and every metric in one shape', () => {
    const { summary } = sampleRun();
    const shape = ['count', 'mean', 'min', 'p50', 'p90', 'p99', 'max', 'unit'];
    for (const metric of Object.values(summary.metrics)) expect(Object.keys(metric)).toEqual(shape);
    expect(summary.metrics['prober.rtt']).toMatchObject({ count: 400, min: 11 * 1.234567, unit: 'ms' });
    expect(summary.metrics['prober.rtt'].max).toBeCloseTo(600 * 1.234567, 9);
    expect(summary.metrics['prober.sent']).toMatchObject({
      count: 400,
      mean: null,
      p50: null,
      unit: 'count',
    });
    expect(summary.metrics['prober.never']).toMatchObject({ count: 0, mean: null, max: null, unit: 'ms' });
  });

  test('answers for a statistic, or that there is none', () => {
    const summary: Summary = sampleRun().summary;
    expect(statistic(summary, 'prober.sent', 'count')).toBe(400);
    expect(statistic(summary, 'prober.success', 'mean')).toBe(0.5);
    expect(statistic(summary, 'prober.never', 'count')).toBe(0);
    expect(statistic(summary, 'prober.never', 'p50')).toBeUndefined();
    expect(statistic(summary, 'prober.sent', 'mean')).toBeUndefined();
    expect(statistic(summary, 'constructor', 'count')).toBeUndefined();
  });
});
