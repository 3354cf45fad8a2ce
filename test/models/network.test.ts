// The network at grain `message`: arithmetic by hand, queueing theory, and the statistics of loss and jitter.
import { describe, expect, test } from 'vitest';
import { apart } from '../../models/network/cuts.ts';
import { DOWNLINK_FULL, LOST, PARTITIONED, UPLINK_FULL } from '../../models/network/fate.ts';
import { Links } from '../../models/network/links.ts';
import { Network } from '../../models/network/network.ts';
import type { NetworkSpec } from '../../models/network/spec.ts';
import { MatrixPaths } from '../../models/topology/paths.ts';
import { stream } from '../../sim/random.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const MS = MILLISECOND;

const plain: NetworkSpec = {
  grain: 'message',
  access: { up: 10e6, down: 10e6, queue: 100 * MS },
  jitter: 0,
  loss: { rate: 0, burst: 1 },
};

/** Nodes a, b, c at three sites: 30 ms from a to b, 100 ms from c to b. */
function network(change: Partial<NetworkSpec> = {}): Network {
  const delays = [0, 30, 50, 30, 0, 100, 50, 100, 0].map(ms => ms * MS);
  const attachment = { senders: ['a', 'b', 'c'], siteOf: Int32Array.of(0, 1, 2) };
  return new Network(
    attachment,
    new MatrixPaths(3, Float64Array.from(delays)),
    { ...plain, ...change },
    'seed',
  );
}

describe('delay', () => {
  test('is serialisation up, the path, and serialisation down', () => {
    const net = network();
    // 1250 bytes at 10 Mbit/s take 1 ms.
    const there = net.transmit(0, 1, 1250, 5 * MS);
    expect(there).toBe(5 * MS + 1 * MS + 30 * MS);
    expect(net.receive(0, 1, 1250, there)).toBe(there + 1 * MS);
  });

  test('is the path alone on unlimited links', () => {
    const net = network({ access: { up: Infinity, down: Infinity, queue: 0 } });
    expect(net.transmit(0, 1, 1e9, 7)).toBe(7 + 30 * MS);
    expect(net.receive(0, 1, 1e9, 99)).toBe(99);
  });

  test('messages leave one link one after the other, and other links do not wait', () => {
    const net = network();
    expect(net.transmit(0, 1, 1250, 0)).toBe(31 * MS);
    expect(net.transmit(0, 1, 1250, 0)).toBe(32 * MS);
    expect(net.transmit(2, 1, 1250, 0)).toBe(101 * MS);
  });

  test('the receiver serves in the order of arrival, not of sending', () => {
    const net = network();
    const far = net.transmit(2, 1, 1250, 0);
    const near = net.transmit(0, 1, 1250, 10 * MS);
    expect(near).toBeLessThan(far);
    expect(net.receive(0, 1, 1250, near)).toBe(near + 1 * MS);
    expect(net.receive(2, 1, 1250, far)).toBe(far + 1 * MS);
  });

  test('between slivers of one node nothing is serialised', () => {
    const net = network({ loss: { rate: 0.999999, burst: 1 } });
    const there = net.transmit(1, 1, 1e6, 0);
    expect(there).toBeLessThan(MS);
    expect(net.receive(1, 1, 1e6, there)).toBe(there);
  });

  test('jitter adds its mean, and never less than nothing', () => {
    const net = network({ jitter: 2 * MS, access: { up: Infinity, down: Infinity, queue: 0 } });
    const extra = Array.from({ length: 40_000 }, () => net.transmit(0, 1, 100, 0) - 30 * MS);
    expect(Math.min(...extra)).toBeGreaterThanOrEqual(0);
    const { low, high } = interval99(extra);
    expect(low).toBeLessThan(2 * MS);
    expect(high).toBeGreaterThan(2 * MS);
  });
});

describe('queues', () => {
  test('the tail is dropped when the wait would exceed the queue', () => {
    const net = network();
    const fates = Array.from({ length: 150 }, () => net.transmit(0, 1, 1250, 0));
    // The link takes 1 ms a message: messages 0 to 100 wait up to 100 ms, the others would wait longer.
    expect(fates.filter(fate => fate > 0)).toHaveLength(101);
    expect(fates.slice(101).every(fate => fate === UPLINK_FULL)).toBe(true);
  });

  test('many senders fill the receiver: incast', () => {
    const net = network();
    const fates = Array.from({ length: 150 }, () => net.receive(0, 1, 1250, SECOND));
    expect(fates.filter(fate => fate === DOWNLINK_FULL)).toHaveLength(49);
  });

  test('a link is an M/D/1 queue: mean wait at load 0.8 is 2 services (Pollaczek-Khinchine)', () => {
    const means = Array.from({ length: 20 }, (_, replication) =>
      meanWait(0.8, `md1-${replication}`, () => 1250),
    );
    const { low, high } = interval99(means);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
  });

  test('a link is an M/M/1 queue when sizes are exponential: mean wait at load 0.8 is 4 services', () => {
    const sizes = stream('sizes');
    const means = Array.from({ length: 20 }, (_, replication) =>
      meanWait(0.8, `mm1-${replication}`, () => sizes.exponential(1250)),
    );
    const { low, high } = interval99(means);
    expect(low).toBeLessThan(4);
    expect(high).toBeGreaterThan(4);
  });

  /** Mean wait in units of the mean service time (1 ms) over 100 000 Poisson arrivals, the first 10 000 left out. */
  function meanWait(load: number, name: string, bytes: () => number): number {
    const links = new Links(1, 10e6, Infinity);
    const arrivals = stream(name);
    let now = 0;
    let waited = 0;
    for (let index = 0; index < 110_000; index++) {
      now += Math.round(arrivals.exponential(MS / load));
      const size = bytes();
      const wait = links.serve(0, size, now) - now - Math.round(size * 800);
      if (index >= 10_000) waited += wait;
    }
    return waited / 100_000 / MS;
  }
});

describe('loss', () => {
  test.each([
    { rate: 0.01, burst: 1 },
    { rate: 0.05, burst: 4 },
  ])('comes at its rate and in bursts of its length: %o', loss => {
    const net = network({ loss, access: { up: Infinity, down: Infinity, queue: 0 } });
    const batches = Array.from({ length: 40 }, () => {
      const lost = Array.from({ length: 10_000 }, () => net.transmit(0, 1, 100, 0) === LOST);
      const total = lost.filter(Boolean).length;
      const bursts = lost.filter((own, index) => own && !lost[index - 1]).length;
      return { rate: total / lost.length, burst: total / bursts };
    });
    const rate = interval99(batches.map(batch => batch.rate));
    expect(rate.low).toBeLessThan(loss.rate);
    expect(rate.high).toBeGreaterThan(loss.rate);
    // Independent losses come in runs of 1 / (1 - rate) on average.
    const expected = loss.burst === 1 ? 1 / (1 - loss.rate) : loss.burst;
    const burst = interval99(batches.map(batch => batch.burst));
    expect(burst.low).toBeLessThan(expected);
    expect(burst.high).toBeGreaterThan(expected);
  });

  test('one sender draws the same whatever others send', () => {
    const change = { loss: { rate: 0.5, burst: 1 } };
    const [alone, shared] = [network(change), network(change)];
    const fates = (net: Network, beside: boolean) =>
      Array.from({ length: 200 }, (_, index) => {
        if (beside) net.transmit(2, 1, 10, index * SECOND);
        return net.transmit(0, 1, 10, index * SECOND);
      });
    expect(fates(shared, true)).toEqual(fates(alone, false));
  });
});

describe('partitions', () => {
  test('take what is sent and what is on its way, and end when healed', () => {
    const net = network();
    const onItsWay = net.transmit(0, 1, 1250, 0);
    const grouping = apart(Int16Array.of(0, 1, -1));
    net.cuts.add(grouping);
    expect(net.transmit(0, 1, 1250, 0)).toBe(PARTITIONED);
    expect(net.receive(0, 1, 1250, onItsWay)).toBe(PARTITIONED);
    expect(net.transmit(2, 1, 1250, 0)).toBeGreaterThan(0);
    net.cuts.remove(grouping);
    expect(net.transmit(0, 1, 1250, SECOND)).toBe(SECOND + 31 * MS);
  });
});
