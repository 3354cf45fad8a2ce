// Expectations: how a line is read, and that nothing passes that was not measured.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Contrast,
  type Expectation,
  expectationOf,
  judge,
  judgeContrast,
  readExpectation,
} from '../../scenarios/expectation.ts';
import { Misread } from '../../scenarios/units.ts';

const read = (text: string) => readExpectation(text) as Expectation;

/** Finds as a run's results do: a counter, and a distribution that is empty, have nothing but their count. */
const find = (metrics: Record<string, Record<string, number>>) => (metric: string, statistic: string) =>
  metrics[metric]?.[statistic];

describe('a line', () => {
  test.each([
    [
      'dht.lookup.success >= 0.99',
      { metric: 'dht.lookup.success', statistic: 'default', operator: '>=', value: 0.99 },
    ],
    [
      'prober.rtt.p50 <= 200ms',
      { metric: 'prober.rtt', statistic: 'p50', operator: '<=', value: 200, unit: 'ms' },
    ],
    ['prober.rtt.p99<2s', { metric: 'prober.rtt', statistic: 'p99', operator: '<', value: 2000, unit: 'ms' }],
    [
      'network.dropped.queue == 0',
      { metric: 'network.dropped.queue', statistic: 'default', operator: '==', value: 0 },
    ],
    [
      'dht.lookup.success.mean > 99%',
      { metric: 'dht.lookup.success', statistic: 'mean', operator: '>', value: 0.99 },
    ],
    ['dht.sent.max <= 15KB', { metric: 'dht.sent', statistic: 'max', operator: '<=', value: 15000 }],
  ])('%s', (text, expectation) => {
    expect(read(text)).toEqual({ text, ...expectation });
  });

  test.each([
    'prober.rtt',
    'prober.rtt => 3',
    'prober.p50 <= 3ms',
    'prober >= 3',
    'prober.rtt <= fast',
    'prober.rtt.p95 <= 3ms',
    'prober.rtt.p99.9 <= 3ms',
    'prober.rtt.median <= 3ms',
    'prober.rtt <= 150%',
  ])('not %s', text => {
    expect(readExpectation(text)).toBeInstanceOf(Misread);
  });
});

describe('a line about variants', () => {
  test('names the variant before the metric', () => {
    expect(read('push/dht.rtt.p99 <= 2s')).toEqual({
      text: 'push/dht.rtt.p99 <= 2s',
      variant: 'push',
      metric: 'dht.rtt',
      statistic: 'p99',
      operator: '<=',
      value: 2000,
      unit: 'ms',
    });
  });

  test.each([
    ['push/dht.sent < poll/dht.sent', 1, 'default', 'default'],
    ['push/dht.rtt.p99<=0.1*poll/dht.rtt.p50', 0.1, 'p99', 'p50'],
    ['push/dht.sent.count >= 150% * poll/dht.sent.count', 1.5, 'count', 'count'],
    ['push/dht.sent == 2e3 * push/dht.got.max', 2000, 'default', 'max'],
  ])('%s', (text, factor, of, against) => {
    expect(readExpectation(text)).toMatchObject({
      text,
      factor,
      left: { variant: 'push', statistic: of },
      right: { statistic: against },
    });
  });

  test.each([
    'push/dht.sent <= dht.sent',
    'dht.sent <= poll/dht.sent',
    'dht.sent <= 2 * dht.got',
    'push/dht.sent <= 2 poll/dht.sent',
    'push/dht.sent <= -1 * poll/dht.sent',
    'push/dht.sent <= 1e999 * poll/dht.sent',
    'push/dht.sent <= poll/dht.sent * 2',
    'push/dht.sent <= poll/dht.sent + 2',
    'push/dht.sent <= poll/dht.rtt.p95',
    'push/dht <= 3',
    'push/poll/dht.sent <= 3',
    '/dht.sent <= 3',
  ])('not %s', text => {
    expect(readExpectation(text)).toBeInstanceOf(Misread);
  });

  test('says what it says of its variant alone, and nothing of another', () => {
    const line = read('push/dht.sent > 3');
    expect(expectationOf(line, 'push')).toEqual(read('dht.sent > 3'));
    expect(expectationOf(line, 'poll')).toBeUndefined();
    expect(expectationOf(read('dht.sent > 3'), 'push')).toEqual(read('dht.sent > 3'));
    expect(expectationOf(readExpectation('push/a.b > poll/a.b') as Contrast, 'push')).toBeUndefined();
  });

  test('compares with a multiple of what the other has', () => {
    const runs = {
      push: find({ 'a.b': { count: 3, mean: 20 } }),
      poll: find({ 'a.b': { count: 5, mean: 100 } }),
    };
    const judged = (line: string) =>
      judgeContrast(readExpectation(line) as Contrast, variant => runs[variant as keyof typeof runs]);
    expect(judged('push/a.b <= 0.2 * poll/a.b')).toMatchObject({ actual: 20, bound: 20, passed: true });
    expect(judged('push/a.b < 20% * poll/a.b')).toMatchObject({ actual: 20, bound: 20, passed: false });
    expect(judged('push/a.b.count < poll/a.b')).toMatchObject({ actual: 3, bound: 100, passed: true });
    expect(judged('push/a.b.p99 < poll/a.b')).toMatchObject({
      actual: null,
      passed: false,
      reason: 'push: a.b has no p99',
    });
    expect(judged('push/a.b >= 0 * poll/a.c')).toMatchObject({
      actual: null,
      passed: false,
      reason: 'poll: there is no metric a.c',
    });
  });
});

describe('the judgement', () => {
  const rtt = { count: 10, mean: 120, p50: 100 };

  test('compares the statistic that is named, and the mean where none is', () => {
    const metrics = find({ 'prober.rtt': rtt });
    expect(judge(read('prober.rtt.p50 <= 100ms'), metrics)).toMatchObject({ actual: 100, passed: true });
    expect(judge(read('prober.rtt <= 100ms'), metrics)).toMatchObject({ actual: 120, passed: false });
  });

  test("takes a plain counter's count where no statistic is named, and only then", () => {
    const metrics = find({ 'network.dropped': { count: 3 }, 'network.lost': { count: 0 } });
    expect(judge(read('network.dropped <= 3'), metrics)).toMatchObject({ actual: 3, passed: true });
    const mean = judge(read('network.dropped.mean <= 3'), metrics);
    expect(mean).toMatchObject({ actual: null, passed: false, reason: 'network.dropped has no mean' });
    expect(judge(read('network.lost.count == 0'), metrics)).toMatchObject({ actual: 0, passed: true });
  });

  test('every operator agrees with arithmetic', () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (actual, value) => {
        const passed = (operator: string) =>
          judge({ ...read(`a.b ${operator} 0`), value }, () => actual).passed;
        expect([passed('<'), passed('=='), passed('>')].filter(Boolean)).toHaveLength(1);
        expect(passed('<=')).toBe(passed('<') || passed('=='));
        expect(passed('>=')).toBe(passed('>') || passed('=='));
        expect(passed('<')).toBe(actual < value);
      }),
    );
  });

  test.each(['>= 0', '<= 0', '> 0', '< 1', '== 0'])(
    'a missing metric or an empty sample never passes: %s',
    comparison => {
      const expectation = read(`dht.lookup.success ${comparison}`);
      const missing = judge(expectation, find({}));
      expect(missing).toMatchObject({
        actual: null,
        passed: false,
        reason: 'there is no metric dht.lookup.success',
      });
      const empty = judge(expectation, find({ 'dht.lookup.success': { count: 0 } }));
      expect(empty).toMatchObject({
        actual: null,
        passed: false,
        reason:
          'the sample of dht.lookup.success is empty; to expect a count of 0, write dht.lookup.success.count',
      });
    },
  );
});
