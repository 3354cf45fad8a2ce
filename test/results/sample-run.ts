// A small run for the tests of this folder.
import { Recorder } from '../../results/recorder.ts';
import { type RunFacts, summaryOf } from '../../results/summary.ts';

export function sampleRecorder(): Recorder {
  const recorder = new Recorder();
  const meter = recorder.meter('prober');
  meter.distribution('never', 'ns');
  for (let second = 1; second <= 30; second++) {
    for (let i = 1; i <= 20; i++) meter.distribution('rtt', 'ns').record(i * second * 1_234_567);
    meter.distribution('success', 'ratio').record(second % 2);
    meter.counter('sent').add(20);
    recorder.sample(second * 1e9);
    if (second === 10) recorder.startMeasuring(second * 1e9);
  }
  return recorder;
}

export const FACTS: RunFacts = {
  scenario: 'first-ping',
  mode: 'model',
  seed: '7',
  digest: '0123456789abcdef0123456789abcdef',
  virtualSeconds: 30,
  wallSeconds: 0.25,
  events: 1234,
  hosts: 2,
  expectations: [
    { text: 'prober.rtt.p50 <= 200ms', actual: 242, unit: 'ms', passed: false },
    { text: 'prober.success >= 0.4', actual: 0.5, unit: 'ratio', passed: true },
  ],
  partial: false,
  version: '0.1.0',
};

export function sampleRun() {
  const recorder = sampleRecorder();
  return { recorder, summary: summaryOf(recorder, FACTS), manifest: { scenario: 'first-ping', seed: '7' } };
}
