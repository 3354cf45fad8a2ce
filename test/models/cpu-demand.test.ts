// What slivers want of the CPU: the generator against PlanetLab's figures, a measured day replayed, and shapes.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CpuDemand, cpuDemandsOf } from '../../models/node/cpu-demand.ts';
import { readCpuTrace } from '../../models/node/cpu-trace.ts';
import type { CpuDemandSpec } from '../../models/node/spec.ts';
import type { Site } from '../../models/topology/site.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../sim/time.ts';
import { mean } from '../statistics.ts';
import { quiet, ranFor } from './machine-room.ts';

const DATA = '../shared/data/planetlab-cpu';
const SAMPLE = 5 * MINUTE;
const SAMPLES = DAY / SAMPLE;

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1];
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)));
};

function correlation(values: readonly number[]): number {
  const middle = mean(values);
  const product = (lag: number) =>
    values.slice(lag).reduce((sum, value, index) => sum + (value - middle) * (values[index] - middle), 0);
  return product(1) / product(0);
}

const site = (longitude: number): Site => ({
  name: 's',
  class: 'edge',
  nodes: 1,
  coordinates: { latitude: 0, longitude },
});

function demandsOf(spec: CpuDemandSpec, count: number, longitude = 0, seed = 'seed'): CpuDemand[] {
  const slivers = Array.from({ length: count }, (_, index) => ({
    slice: 'a',
    name: `a@n-${index}`,
    site: site(longitude),
  }));
  return cpuDemandsOf(spec, slivers, 1, seed);
}

/** Steps of a demand until an end, in order. */
function steps(demand: CpuDemand, end: number): { at: number; cores: number }[] {
  const all: { at: number; cores: number }[] = [];
  for (let at = 0; at < end; at = demand.until) all.push({ at, cores: demand.step(at) });
  return all;
}

describe('demand like that of PlanetLab', () => {
  // A thousand slivers, a day, in percent, as the trace has them: whole figures.
  const days = demandsOf({ kind: 'planetlab', every: SAMPLE }, 1000).map(demand =>
    steps(demand, DAY).map(({ cores }) => Math.round(100 * cores)),
  );
  const samples = days.flat();
  const levels = days.map(mean);

  // The table is of six days together. From day to day its figures vary: the tolerance is 2 sd of the six days'.
  test.each([
    ['sample p50', () => quantile(samples, 0.5), 5, 1.6],
    ['sample p75', () => quantile(samples, 0.75), 14, 3.6],
    ['sample p95', () => quantile(samples, 0.95), 43, 12],
    ['sample p99', () => quantile(samples, 0.99), 77, 12.6],
    ['day mean p50', () => quantile(levels, 0.5), 6.7, 1.5],
    ['day mean p95', () => quantile(levels, 0.95), 36.5, 9],
    // All six are between 1.39 and 1.41: a seventh of the figure is the tolerance.
    ['day mean p5', () => quantile(levels, 0.05), 1.4, 0.2],
  ])('has the %s of the table', (_name, figure, truth, tolerance) => {
    expect(samples).toHaveLength(1000 * SAMPLES);
    expect(Math.abs(figure() - truth)).toBeLessThanOrEqual(tolerance);
  });

  test('keeps a level for each sliver, around which samples are nearly white', () => {
    const lag = quantile(days.map(correlation), 0.5);
    expect(Math.abs(lag - 0.05)).toBeLessThanOrEqual(0.03);
    // The first half of the day tells the second.
    const halves = days.map(day => [mean(day.slice(0, SAMPLES / 2)), mean(day.slice(SAMPLES / 2))]);
    const [first, second] = [0, 1].map(half => halves.map(pair => Math.log(pair[half] + 0.1)));
    const [a, b] = [mean(first), mean(second)];
    const covariance = mean(first.map((value, index) => (value - a) * (second[index] - b)));
    expect(covariance / (deviation(first) * deviation(second))).toBeGreaterThan(0.95);
  });

  test('of one sliver does not depend on how many there are', () => {
    const spec = { kind: 'planetlab', every: SAMPLE } as const;
    const [alone, among] = [demandsOf(spec, 1)[0], demandsOf(spec, 9)[0]];
    expect(steps(alone, HOUR)).toEqual(steps(among, HOUR));
  });
});

describe("PlanetLab's measured day", () => {
  test('of 3 March 2011 is replayed on 1052 nodes as it was', ctx => {
    const file = resolve(DATA, 'cpu_20110303.csv.gz');
    if (!existsSync(file)) ctx.skip('the measured CPU use of PlanetLab is not here');
    const slices = `slices: { a: ${quiet(`demand: { cpu: { trace: "${file}" } }`)} }`;
    const ran = ranFor(DAY, 1052, `machines: { os: process, profile: { start: 1ns } }\n${slices}`);
    const used = ran
      .ledger('a')
      .sample('cpu.used')
      .map(value => Math.round(1e6 * value) / 1e4);
    expect(used).toHaveLength(1052 * SAMPLES);
    expect(mean(used)).toBeCloseTo(12.31, 2);
    expect(deviation(used)).toBeCloseTo(17.09, 2);
    expect([0.25, 0.5, 0.75].map(q => quantile(used, q))).toEqual([2, 6, 15]);
  });
});

describe('a trace of CPU use', () => {
  const folder = mkdtempSync(join(tmpdir(), 'petri-cpu-'));
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  beforeAll(() => void write('good.csv', 'a, 1,20,100\r\nb c,0,0,3\n'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read, plain or gzip, stray spaces and all', () => {
    const zipped = write('good.csv.gz', gzipSync('a, 1,20,100\r\nb c,0,0,3\n'));
    for (const file of [join(folder, 'good.csv'), zipped]) {
      expect(readCpuTrace(file).map(host => [...host])).toEqual([
        [1, 20, 100],
        [0, 0, 3],
      ]);
    }
  });

  test.each([
    ['', ': found an empty file, expected a line for each host'],
    ['a,1\nb\n', ':2: found "b", expected a name and its samples, with commas between'],
    ['a,1\nb,101\n', ':2: found "101" as sample 1, expected a whole percentage from 0 to 100'],
    ['a,1,-2\n', ':1: found "-2" as sample 2, expected a whole percentage from 0 to 100'],
    ['a,1,2\nb,1\n', ':2: found 1 samples, expected 2, as in the first line'],
  ])('that is wrong is refused by file and line: %j', (content, message) => {
    const file = write('bad.csv', content);
    expect(() => readCpuTrace(file)).toThrow(`${file}${message}`);
  });

  test('begins anew at its end, and is refused to more slivers than it has hosts', () => {
    const spec = { kind: 'trace', trace: join(folder, 'good.csv'), every: MINUTE } as const;
    const replayed = demandsOf(spec, 2).map(demand => steps(demand, 5 * MINUTE).map(({ cores }) => cores));
    expect(replayed).toContainEqual([0.01, 0.2, 1, 0.01, 0.2]);
    expect(() => demandsOf(spec, 3)).toThrow(
      'slices.a.demand.cpu.trace: found 2 hosts for 3 slivers, expected at least one host',
    );
  });
});

describe('shapes of demand', () => {
  test('by day are highest in the afternoon of the place', () => {
    const spec = { kind: 'diurnal', cores: 0.5, swing: 0.8, peak: 14 * HOUR, every: HOUR } as const;
    // 90 degrees east it is 14 h when it is 8 h in Greenwich.
    for (const [longitude, peak] of [
      [0, 14],
      [90, 8],
      [-90, 20],
    ]) {
      const day = steps(demandsOf(spec, 1, longitude)[0], DAY);
      const most = Math.max(...day.map(({ cores }) => cores));
      expect(most).toBeCloseTo(0.5 * (1 + 0.8 * Math.cos((2 * Math.PI * 0.5) / 24)), 9);
      expect(day.filter(({ cores }) => Math.abs(cores - most) < 1e-9).map(({ at }) => at / HOUR)).toEqual([
        peak - 1,
        peak,
      ]);
      expect(mean(day.map(({ cores }) => cores))).toBeCloseTo(0.5, 9);
    }
  });

  test('of a crowd rise, hold and fall by a factor of e', () => {
    const phases = { at: 100 * SECOND, rise: 10 * SECOND, hold: 20 * SECOND, decay: 30 * SECOND };
    const [crowd] = demandsOf({ kind: 'crowd', cores: 0.1, times: 5, ...phases, every: 1e6 }, 1);
    const at = (seconds: number) => crowd.step(seconds * SECOND - 5e5);
    expect([50, 105, 120].map(at)).toEqual([0.1, 0.3, 0.5].map(value => expect.closeTo(value, 9)));
    expect(at(160)).toBeCloseTo(0.1 + 0.4 / Math.E, 9);
  });

  test('by turns are on for on / (on + off) of the time', () => {
    const law = (mean: number) => ({ kind: 'exponential', mean }) as const;
    const spec = { kind: 'on-off', cores: 0.5, on: law(MINUTE), off: law(3 * MINUTE) } as const;
    const shares = demandsOf(spec, 200).map(demand => {
      const all = steps(demand, DAY);
      return (
        all.reduce((sum, { at, cores }, index) => sum + cores * ((all[index + 1]?.at ?? DAY) - at), 0) / DAY
      );
    });
    expect(Math.abs(mean(shares) - 0.125)).toBeLessThanOrEqual(2.576 * (deviation(shares) / Math.sqrt(200)));
  });
});
