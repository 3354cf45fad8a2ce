// Clocks: how a host's own time differs from true time, and what a protocol then measures.
import { describe, expect, test } from 'vitest';
import { clockOf, clocksOf } from '../../models/host/clocks.ts';
import { furnish, SimulatedHost } from '../../models/host/simulated-host.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import { trueClock } from '../../models/slice/spec.ts';
import { Simulation } from '../../sim/simulation.ts';
import { DAY, HOUR, MILLISECOND, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99 } from '../statistics.ts';

const wrong = { skew: 2 * SECOND, drift: 50e-6 };

describe('the clocks of hosts', () => {
  test('follow from seed and name, and are right where nothing is said', () => {
    expect(clockOf(wrong, 'seed', 'a')).toEqual(clockOf(wrong, 'seed', 'a'));
    expect(clockOf(wrong, 'seed', 'a')).not.toEqual(clockOf(wrong, 'seed', 'b'));
    expect(clockOf(wrong, 'other', 'a')).not.toEqual(clockOf(wrong, 'seed', 'a'));
    expect(clockOf(trueClock, 'seed', 'a')).toEqual({ offset: 0, rate: 1 });
  });

  test('have the same rates whatever the skew, and the same offsets whatever the drift', () => {
    const both = clockOf(wrong, 'seed', 'a');
    expect(clockOf({ ...wrong, skew: 0 }, 'seed', 'a')).toEqual({ offset: 0, rate: both.rate });
    expect(clockOf({ ...wrong, drift: 0 }, 'seed', 'a')).toEqual({ offset: both.offset, rate: 1 });
  });

  test('are uniform between minus and plus what the spec says', () => {
    const clocks = Array.from({ length: 4000 }, (_, host) => clockOf(wrong, 'seed', `host-${host}`));
    for (const shares of [
      clocks.map(({ offset }) => offset / wrong.skew),
      clocks.map(({ rate }) => (rate - 1) / wrong.drift),
    ]) {
      expect(Math.max(...shares.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-9);
      // A uniform on [-1, 1] has mean 0 and mean square 1/3.
      for (const [figure, values] of [
        [0, shares],
        [1 / 3, shares.map(share => share * share)],
      ] as const) {
        const { low, high } = interval99(values);
        expect(low).toBeLessThan(figure);
        expect(high).toBeGreaterThan(figure);
      }
    }
  });
});

describe('time by them', () => {
  const clocks = clocksOf([
    { offset: 0, rate: 1 },
    { offset: -3 * SECOND, rate: 1.0001 },
  ]);

  test('gains or loses at its rate, and the time of day has its offset beside', () => {
    expect([0, 1].map(host => clocks.monotonic(host, HOUR))).toEqual([HOUR, HOUR + 0.36 * SECOND]);
    expect([0, 1].map(host => clocks.realtime(host, HOUR))).toEqual([HOUR, HOUR - 2.64 * SECOND]);
    expect(clocks.trueDelay(1, 10_001)).toBeCloseTo(10_000, 6);
    for (const time of [0, 1, 12_345, 100 * DAY + 1]) {
      expect(Number.isInteger(clocks.monotonic(1, time))).toBe(true);
    }
  });

  test('of the day jumps, and monotonic time does not', () => {
    for (const host of [0, 1]) clocks.jump(host, 5 * SECOND);
    expect([0, 1].map(host => clocks.realtime(host, 0))).toEqual([5 * SECOND, 2 * SECOND]);
    clocks.jump(1, -7 * SECOND);
    expect([0, 1].map(host => clocks.realtime(host, 0))).toEqual([5 * SECOND, -5 * SECOND]);
    expect([0, 1].map(host => clocks.monotonic(host, 0))).toEqual([0, 0]);
  });
});

test('a host measures and waits by its own clock', () => {
  const sim = new Simulation();
  const network = new Network(
    { senders: ['a', 'b'], siteOf: Int32Array.of(0, 1) },
    { delay: () => 50 * MILLISECOND },
    {
      grain: 'message',
      access: { up: Infinity, down: Infinity, queue: 0 },
      jitter: 0,
      loss: { rate: 0, burst: 1 },
    },
    'seed',
  );
  const caps = capsOf([0, 1].map(() => ({ uplink: Infinity, burst: 1, queue: 0 })));
  const clocks = clocksOf([
    { offset: 1e12, rate: 1.01 },
    { offset: 0, rate: 0.98 },
  ]);
  const room = furnish(sim, new Hosts([0, 1]), network, caps, new Ledger(), 'seed', clocks);
  const [a, b] = ['a', 'b'].map(
    (name, address) => new SimulatedHost<string>(room, address, name, { sizeOf: () => 1 }),
  );
  const measured: number[] = [];
  let sent = 0;
  const life = { start: () => {}, stop: () => {} };
  b.boot({ ...life, receive: () => b.send(0, 'pong') });
  a.boot({ ...life, receive: () => measured.push(a.now() - sent) });
  sim.run(HOUR);
  sent = a.now();
  a.send(1, 'ping');
  sim.run();
  // A round trip of 100 ms by a clock that is 1 % fast.
  expect(measured).toEqual([101 * MILLISECOND]);
  const set = sim.now;
  const rang: number[] = [];
  for (const host of [a, b]) host.after(9.898 * SECOND, () => rang.push(sim.now - set));
  sim.run();
  expect(rang).toEqual([9.8 * SECOND, 10.1 * SECOND]);
});
