// Claims of recorder.ts: one instrument a name, windows that add up, and a warm-up that leaves no trace in the totals.
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Meter as ProtocolMeter } from '../../protocols/port.ts';
import { ResultsError } from '../../results/errors.ts';
import { type Meter, Recorder } from '../../results/recorder.ts';

const S = 1e9;

function total(recorder: Recorder, name: string) {
  return recorder.totals().find(metric => metric.name === name)!.statistics;
}

function rows(recorder: Recorder, name: string) {
  return [
    ...recorder
      .series()
      .find(series => series.name === name)!
      .rows(),
  ];
}

describe('instruments', () => {
  test('are what a protocol asks for', () => {
    expectTypeOf<Meter>().toExtend<ProtocolMeter>();
  });

  test('are the same for the same name, whichever way it is asked for', () => {
    const recorder = new Recorder();
    expect(recorder.meter('dht').counter('lookups')).toBe(recorder.counter('dht.lookups'));
    expect(recorder.meter('dht').distribution('rtt', 'ns')).toBe(recorder.distribution('dht.rtt', 'ns'));
  });

  test('of one name cannot be of two kinds or units', () => {
    const recorder = new Recorder();
    recorder.counter('a');
    recorder.distribution('b', 'ns');
    recorder.gauge('c', () => 1);
    expect(() => recorder.distribution('a', 'ns')).toThrow(ResultsError);
    expect(() => recorder.distribution('a', 'ns')).toThrow(
      "the metric 'a' is a counter in count, it cannot also be a distribution in ns: give one of the two another name",
    );
    expect(() => recorder.distribution('b', 'hops')).toThrow(/'b' is a distribution in ns/);
    expect(() => recorder.counter('b')).toThrow(/cannot also be a counter/);
    expect(() => recorder.counter('c')).toThrow(/'c' is a gauge/);
    expect(() => recorder.gauge('c', () => 2)).toThrow(/cannot also be another gauge/);
  });

  test.each(['', '.a', 'a.', 'a..b'])("refuse the name '%s'", name => {
    expect(() => new Recorder().counter(name)).toThrow(ResultsError);
  });

  test.each([Number.NaN, -1, Infinity])('a counter refuses %s and names itself', by => {
    const counter = new Recorder().counter('dht.lookups');
    expect(() => counter.add(by)).toThrow(/^dht\.lookups was added/);
  });

  test.each([Number.NaN, -1, Infinity])('a gauge that reads %s is an error that names it', value => {
    const recorder = new Recorder();
    recorder.gauge('nodes.up', () => value);
    expect(() => recorder.sample(S)).toThrow(/^nodes\.up was given/);
  });
});

describe('windows', () => {
  test('hold the statistics of their own records alone', () => {
    const recorder = new Recorder();
    const rtt = recorder.distribution('rtt', 'ns');
    const sent = recorder.counter('sent');
    let up = 5;
    recorder.gauge('up', () => up);
    for (const value of [1e6, 2e6, 3e6]) rtt.record(value);
    sent.add();
    sent.add(4);
    recorder.sample(10 * S);
    recorder.sample(20 * S);
    rtt.record(7e6);
    sent.add(2);
    up = 9;
    recorder.sample(25 * S);

    const seven = { mean: 7, min: 7, p50: 7, p90: 7, p99: 7, max: 7 };
    expect(rows(recorder, 'rtt')).toMatchObject([
      { time: 10, span: 10, count: 3, mean: 2, min: 1, max: 3 },
      { time: 20, span: 10, count: 0, mean: null, min: null, p50: null, p90: null, p99: null, max: null },
      { time: 25, span: 5, count: 1, ...seven },
    ]);
    expect(rows(recorder, 'rtt')[0].p50).toBeCloseTo(2, 2);
    expect(rows(recorder, 'sent').map(({ count, mean }) => [count, mean])).toEqual([
      [5, null],
      [0, null],
      [2, null],
    ]);
    expect(rows(recorder, 'up').map(({ p50 }) => p50)).toEqual([5, 5, 9]);
    expect(total(recorder, 'up')).toMatchObject({ count: 3, min: 5, p50: 5, max: 9 });
  });

  test('of a metric that came late begin when it came', () => {
    const recorder = new Recorder(100 * S);
    recorder.sample(110 * S);
    recorder.counter('late').add();
    recorder.sample(120 * S);
    expect(rows(recorder, 'late')).toMatchObject([{ time: 120, span: 10, count: 1 }]);
  });

  test('have a length: sampling twice at one instant is sampling once', () => {
    const recorder = new Recorder();
    const sent = recorder.counter('sent');
    recorder.sample(S);
    sent.add();
    recorder.sample(S);
    recorder.sample(2 * S);
    expect(rows(recorder, 'sent').map(({ time, count }) => [time, count])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  test.each([Number.NaN, 0.5 * S, -1, Infinity])('cannot end at %s after one that ended at 1 s', now => {
    const recorder = new Recorder();
    recorder.sample(S);
    expect(() => recorder.sample(now)).toThrow(RangeError);
  });

  test('however they are cut, add up to the totals of an uncut run, the open one included', () => {
    const step = fc.oneof(
      fc.record({ value: fc.integer({ min: 0, max: 1e12 }) }),
      fc.constant('sample' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const [cut, uncut] = [new Recorder(), new Recorder()];
        let now = 0;
        for (const one of steps) {
          now += S;
          if (one === 'sample') cut.sample(now);
          else {
            for (const recorder of [cut, uncut]) {
              recorder.distribution('d', 'ns').record(one.value);
              recorder.counter('c').add(one.value);
            }
          }
        }
        const withoutMean = (recorder: Recorder) =>
          recorder.totals().map(({ name, statistics }) => [name, { ...statistics, mean: null }]);
        expect(withoutMean(cut)).toEqual(withoutMean(uncut));
      }),
      { numRuns: 100, seed: 21 },
    );
  });
});

describe('the warm-up', () => {
  test('leaves no trace in the totals and stays in the series', () => {
    const recorder = new Recorder();
    const rtt = recorder.distribution('rtt', 'ns');
    const sent = recorder.counter('sent');
    let up = 1;
    recorder.gauge('up', () => up);
    rtt.record(9e15);
    sent.add(1000);
    recorder.sample(10 * S);
    rtt.record(8e15);
    sent.add(100);
    recorder.startMeasuring(15 * S);
    up = 3;
    rtt.record(5e6);
    sent.add(1);
    recorder.sample(20 * S);
    rtt.record(6e6);

    expect(total(recorder, 'rtt')).toMatchObject({ count: 2, min: 5, mean: 5.5, max: 6 });
    expect(total(recorder, 'sent').count).toBe(1);
    expect(total(recorder, 'up')).toMatchObject({ count: 1, min: 3, max: 3 });
    expect(rows(recorder, 'sent').map(({ time, span, count }) => [time, span, count])).toEqual([
      [10, 10, 1000],
      [15, 5, 100],
      [20, 5, 1],
    ]);
    expect(recorder.measuredFrom).toBe(15);
  });

  test('ends after all that was recorded at its last instant', () => {
    const recorder = new Recorder();
    const sent = recorder.counter('sent');
    recorder.sample(10 * S);
    sent.add();
    recorder.startMeasuring(10 * S);
    sent.add(5);
    recorder.sample(20 * S);
    expect(total(recorder, 'sent').count).toBe(5);
  });

  test('without anything after it leaves an empty sample, not a zero', () => {
    const recorder = new Recorder();
    recorder.distribution('rtt', 'ns').record(1);
    recorder.startMeasuring(S);
    expect(total(recorder, 'rtt')).toMatchObject({ count: 0, mean: null, p50: null });
  });
});
