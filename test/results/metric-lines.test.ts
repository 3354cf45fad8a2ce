// Metrics that programs print: those are recorded, and nothing else that a program may print does harm.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MetricLines } from '../../results/metric-lines.ts';
import { Recorder } from '../../results/recorder.ts';

function reading(...lines: string[]) {
  const recorder = new Recorder();
  const metrics = new MetricLines(recorder.meter('app'));
  const taken = lines.map(line => metrics.take(line));
  recorder.sample(1e9);
  return { taken, totals: recorder.totals() };
}

describe('a line of JSON', () => {
  test('with metric, value and unit is an observation', () => {
    const { taken, totals } = reading(
      '{"time":1,"metric":"rtt","value":78113042,"unit":"ns"}',
      '{"metric":"sent","value":3,"unit":"count"}',
      '{"metric":"sent","value":2}',
    );
    expect(taken).toEqual([true, true, true]);
    expect(totals[0]).toMatchObject({
      name: 'app.rtt',
      unit: 'ms',
      statistics: { count: 1, mean: 78.113042 },
    });
    expect(totals[1]).toMatchObject({ name: 'app.sent', statistics: { count: 5 } });
  });

  test.each([
    '{"metric":"rtt","value":-1,"unit":"ns"}',
    '{"metric":"rtt","value":"1","unit":"ns"}',
    '{"metric":"rtt","value":1e999,"unit":"ns"}',
    '{"metric":"rtt","value":1,"unit":"s"}',
    '{"metric":"rtt","value":1,"unit":"toString"}',
    '{"metric":"","value":1}',
    '{"metric":"a..b","value":1}',
    '{"metric":"a b","value":1}',
    '{"metric":5,"value":1}',
    '{"metric":"rtt"',
    '["metric"]',
    'metric rtt 5',
  ])('%s is none', line => {
    const { taken, totals } = reading(line);
    expect(taken).toEqual([false]);
    expect(totals).toEqual([]);
  });

  test('of a distribution of counts says that it is one, and is not added up', () => {
    const { taken, totals } = reading(
      '{"metric":"members","value":3,"unit":"count","kind":"distribution"}',
      '{"metric":"members","value":5,"unit":"count","kind":"distribution"}',
      '{"metric":"members","value":5,"unit":"count"}',
    );
    expect(taken).toEqual([true, true, false]);
    expect(totals[0]).toMatchObject({ name: 'app.members', statistics: { count: 2, mean: 4 } });
  });

  test('under another unit than before is none', () => {
    const { taken } = reading(
      '{"metric":"a","value":1,"unit":"ns"}',
      '{"metric":"a","value":1,"unit":"bytes"}',
    );
    expect(taken).toEqual([true, false]);
  });
});

test('no text stops the reading', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map(json => `{"metric":${json}}`),
  );
  fc.assert(fc.property(fc.array(text), lines => void reading(...lines)));
});
