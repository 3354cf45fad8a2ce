// The courier: what was observed in one thread stands in the recorder of another as if it had been observed there.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Receiver, Sender } from '../../results/courier.ts';
import { type Meter, Recorder } from '../../results/recorder.ts';

const observation = fc.record({
  prefix: fc.constantFrom('dht', 'web'),
  name: fc.constantFrom('rtt', 'hops', 'sent', 'lost'),
  value: fc.integer({ min: 0, max: 1e9 }),
  /** Whether a parcel is packed, and a window ends, after it. */
  packs: fc.boolean(),
});

function observe(meter: Meter, name: string, value: number): void {
  if (name === 'rtt') meter.distribution(name, 'ns').record(value);
  else if (name === 'hops') meter.distribution(name, 'hops').record(value % 20);
  else meter.counter(name).add(value);
}

test('totals and series are those of a recorder at hand', () => {
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 200 }), observations => {
      const [direct, remote] = [new Recorder(), new Recorder()];
      const [sender, receiver] = [new Sender(), new Receiver(remote)];
      const close = (time: number) => {
        const parcel = sender.pack();
        if (parcel) receiver.open(structuredClone(parcel));
        for (const recorder of [direct, remote]) recorder.sample(time);
      };
      for (const [index, { prefix, name, value, packs }] of observations.entries()) {
        observe(direct.meter(prefix), name, value);
        observe(sender.meter(prefix), name, value);
        if (packs) close((index + 1) * 1e9);
      }
      close(1e12);
      expect(remote.totals()).toEqual(direct.totals());
      const rows = (recorder: Recorder) => recorder.series().map(({ name, rows }) => [name, [...rows()]]);
      expect(rows(remote)).toEqual(rows(direct));
    }),
  );
});

test('more observations than fit at first, and none', () => {
  const sender = new Sender();
  expect(sender.pack()).toBeUndefined();
  const rtt = sender.meter('a').distribution('rtt', 'ns');
  for (let value = 0; value < 5000; value++) rtt.record(value);
  const recorder = new Recorder();
  new Receiver(recorder).open(sender.pack()!);
  recorder.sample(1);
  expect(recorder.totals()[0].statistics).toMatchObject({ count: 5000, min: 0, max: 0.004999 });
  expect(sender.pack()).toBeUndefined();
});
