// The digest: equal for equal runs however their hosts interleave, and different for any that differ.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Digest } from '../../sim/digest.ts';
import { type Story, spawn } from '../../sim/process.ts';
import { stream } from '../../sim/random.ts';
import { Resource } from '../../sim/resource.ts';
import { NO_HOST, Simulation } from '../../sim/simulation.ts';

type Happening = readonly [time: number, host: number, kind: number];

function digestOf(events: Iterable<Happening>): string {
  const digest = new Digest();
  for (const event of events) digest.add(...event);
  return digest.toString();
}

const happening: fc.Arbitrary<Happening> = fc.tuple(
  fc.oneof(fc.nat(5), fc.double({ min: 0, max: 2 ** 53 - 1, noNaN: true }).map(Math.floor)),
  fc.oneof(fc.integer({ min: -1, max: 4 }), fc.nat(5000)),
  fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1)),
);
const run = fc.array(happening, { minLength: 1, maxLength: 40, size: 'max' });
const place = fc.nat();

/** The same events in another order, each host's own order kept: the hosts take turns as the keys say. */
function interleaved(events: readonly Happening[], keys: readonly number[]): Happening[] {
  const lines = new Map<number, Happening[]>();
  for (const event of events) lines.set(event[1], [...(lines.get(event[1]) ?? []), event]);
  const result: Happening[] = [];
  for (let turn = 0; result.length < events.length; turn++) {
    const waiting = [...lines.values()].filter(line => line.length > 0);
    result.push(waiting[(keys[turn] ?? 0) % waiting.length].shift()!);
  }
  return result;
}

describe('two digests', () => {
  test('are equal where each host had the same events, however the hosts interleaved', () => {
    fc.assert(
      fc.property(run, fc.array(place, { maxLength: 40, size: 'max' }), (events, keys) => {
        expect(digestOf(interleaved(events, keys))).toBe(digestOf(events));
      }),
      { numRuns: 500, seed: 14 },
    );
  });

  test('differ where one event does: in time, host or kind', () => {
    fc.assert(
      fc.property(run, place, happening, (events, at, other) => {
        const index = at % events.length;
        const inOneField = other.map(
          (value, field) => events[index].with(field, value) as unknown as Happening,
        );
        for (const event of [...inOneField, other]) {
          if (event.join() === events[index].join()) continue;
          expect(digestOf(events.with(index, event))).not.toBe(digestOf(events));
        }
      }),
      { numRuns: 500, seed: 15 },
    );
  });

  test('differ where an event is missing, doubled, or before another of its host that it came after', () => {
    fc.assert(
      fc.property(run, place, (events, at) => {
        const index = at % events.length;
        const original = digestOf(events);
        expect(digestOf(events.toSpliced(index, 1))).not.toBe(original);
        expect(digestOf(events.toSpliced(index, 0, events[index]))).not.toBe(original);
        const next = events.findIndex((event, later) => later > index && event[1] === events[index][1]);
        if (next < 0 || events[next].join() === events[index].join()) return;
        const swapped = events.with(index, events[next]).with(next, events[index]);
        expect(digestOf(swapped)).not.toBe(original);
      }),
      { numRuns: 500, seed: 16 },
    );
  });

  test('differ for each of 50 000 single events, and after each of as many in a row', () => {
    const random = stream('single events');
    const single = new Set<string>();
    const events = new Set<string>();
    const row = new Digest();
    const prefixes = new Set<string>();
    for (let count = 0; count < 50_000; count++) {
      const event = [random.integer(1000) * 1e6, random.integer(100) - 1, random.integer(20)] as const;
      events.add(event.join());
      single.add(digestOf([event]));
      row.add(0, 0, 0);
      prefixes.add(row.toString());
    }
    expect(single.size).toBe(events.size);
    expect(prefixes.size).toBe(50_000);
  });
});

test('a digest may be read at any time, which changes nothing, and begins the same for everyone', () => {
  const [read, unread] = [new Digest(), new Digest()];
  expect(read.toString()).toBe(unread.toString());
  for (let time = 0; time < 200; time++) {
    read.add(time, time % 9, 1);
    read.toString();
    unread.add(time, time % 9, 1);
  }
  expect(read.toString()).toBe(unread.toString());
  expect(read.toString()).toMatch(/^[0-9a-f]{16}$/);
});

describe('the digest of a simulation', () => {
  /** Customers of a shared server, each at a host of its own. */
  function simulate(seed: string, customers: number): Simulation {
    const sim = new Simulation();
    const server = new Resource(sim, 2);
    function* customer(host: number): Story<void> {
      const random = stream(seed, host);
      for (let visit = 0; visit < 5; visit++) {
        yield random.exponential(100);
        const hold = yield* server.request();
        yield random.exponential(20);
        server.release(hold);
      }
    }
    for (let host = 0; host < customers; host++) spawn(sim, customer(host), host);
    sim.run();
    return sim;
  }

  test('is that of its (time, host, kind), the same in each run, and another for another seed or host more', () => {
    const digests = [simulate('1', 20), simulate('1', 20), simulate('2', 20), simulate('1', 21)].map(sim =>
      sim.digest.toString(),
    );
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(3);
  });

  test('tells apart one nanosecond in 200 000 events', () => {
    const tick = (from: number) => {
      const sim = new Simulation();
      const kind = sim.kind<undefined>('tick', () => {});
      for (let count = 0; count < 200_000; count++)
        sim.post(1000 * count + (count === from ? 1 : 0), kind, NO_HOST, undefined);
      sim.run();
      return sim.digest.toString();
    };
    expect(new Set([tick(-1), tick(0), tick(50_000), tick(199_999)]).size).toBe(4);
  });
});
