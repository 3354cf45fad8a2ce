// Traffic between hosts: what is sent arrives where it should, at the speed of the links, and what does not is noticed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../protocols/bytes.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { trafficCodec } from '../../protocols/traffic/codec.ts';
import type { Datagram, TrafficMessage } from '../../protocols/traffic/messages.ts';
import { trafficOptions } from '../../protocols/traffic/options.ts';
import { REORDERING, Streams } from '../../protocols/traffic/streams.ts';
import { Traffic } from '../../protocols/traffic/traffic.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99, mean } from '../statistics.ts';
import { holds, rpc } from './codec-checks.ts';
import { type Conditions, TestNetwork } from './harness.ts';

const latency = 20 * MILLISECOND;
const RTT = 2 * latency;

/** Hosts 0, 1, ... that know each other, or those listed, each with options of its own. */
function slice(
  seed: string,
  conditions: Conditions,
  given: readonly object[],
  sent: Address[] = [],
  listed: readonly Address[] = given.map((_, address) => address),
): TestNetwork<TrafficMessage> {
  const network = new TestNetwork<TrafficMessage>(seed, conditions);
  for (const address of given.keys()) {
    const options = withDefaults(trafficOptions, given[address]);
    const note = (_: Address, to: Address) => void sent.push(to);
    network.add(
      address,
      (host, directory, meter) => new Traffic(host, options, directory, meter, note),
      listed,
    );
  }
  return network;
}

const NONE = { pattern: 'none' };

describe('datagrams', () => {
  test('arrive at the rate of the pattern, and count with all their bytes', () => {
    const rates = Array.from({ length: 20 }, (_, seed) => {
      const given = { every: 100 * MILLISECOND, bytes: 200 };
      const { clock, meter } = slice(`rate ${seed}`, { latency: 0 }, [given, NONE, NONE]);
      clock.advance(5 * MINUTE);
      expect(meter.count('received')).toBe(meter.count('sent'));
      expect(meter.count('goodput.bytes')).toBe(200 * meter.count('sent'));
      expect(meter.count('lost') + meter.count('late') + meter.count('repeated')).toBe(0);
      return meter.count('sent');
    });
    const { low, high } = interval99(rates);
    expect(low).toBeLessThan(3000);
    expect(high).toBeGreaterThan(3000);
  });

  test('that are lost are known by their numbers', () => {
    const given = { every: 10 * MILLISECOND };
    const { clock, meter } = slice('lossy', { latency, loss: 0.1 }, [given, given]);
    clock.advance(5 * MINUTE);
    const [sent, received] = [meter.count('sent'), meter.count('received')];
    // What came last may be missing for a while.
    const missing = sent - received - meter.count('lost');
    expect(missing).toBeGreaterThanOrEqual(0);
    expect(missing).toBeLessThanOrEqual(2 * REORDERING);
    expect(meter.count('lost')).toBeGreaterThan(5000);
    expect(meter.count('late') + meter.count('repeated')).toBe(0);
  });

  test('go to so many members as were told, all the time, or to any', () => {
    for (const [receivers, distinct] of [
      [1, 1],
      [3, 3],
      [0, 9],
      [20, 9],
    ]) {
      const sent: Address[] = [];
      const given = { every: SECOND, receivers };
      slice('receivers', { latency }, [given, ...Array(9).fill(NONE)], sent).clock.advance(20 * MINUTE);
      expect(new Set(sent).size).toBe(distinct);
      expect(sent).not.toContain(0);
    }
  });
});

describe('streams', () => {
  const datagram = (number: number, stream = 1): Datagram => ({
    type: 'datagram',
    stream,
    number,
    bytes: 10,
  });

  test('whatever order, loss and copies: each number is new, late or given up, and that once', () => {
    const order = fc.array(fc.record({ shift: fc.nat(40), lost: fc.nat(9), copies: fc.nat(1) }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(order, plan => {
        let lost = 0;
        const streams = new Streams(count => {
          lost += count;
        });
        const arriving = plan
          .flatMap(({ shift, lost: fate, copies }, number) =>
            fate === 0 ? [] : Array.from({ length: 1 + copies }, () => ({ number, at: number + shift })),
          )
          .sort((a, b) => a.at - b.at);
        const kinds = arriving.map(({ number }) => streams.note(7, datagram(number)));
        const fresh = kinds.filter(kind => kind !== 'repeated').length;
        const came = new Set(arriving.map(({ number }) => number));
        expect(fresh).toBe(came.size);
        const highest = Math.max(-1, ...came);
        const gone = [...plan.keys()].filter(number => number < highest - REORDERING && !came.has(number));
        expect(lost).toBe(gone.length);
      }),
    );
  });

  test('one that is heard from far on has lost nothing yet, nor has one that begins anew', () => {
    let lost = 0;
    const streams = new Streams(count => {
      lost += count;
    });
    const kinds = [datagram(1e6), datagram(1e6 + 1), datagram(0, 2), datagram(1e9, 2)].map(each =>
      streams.note(7, each),
    );
    expect(kinds).toEqual(['new', 'new', 'new', 'new']);
    expect(lost).toBe(1e9 - 1 - REORDERING);
  });
});

describe('requests', () => {
  const asking = { every: 100 * MILLISECOND, exchange: 'request', bytes: 50, response: { bytes: 700 } };

  test('are answered after a round trip, with as much as was wanted', () => {
    const { clock, meter } = slice('requests', { latency }, [asking, NONE]);
    clock.advance(MINUTE);
    const latencies = meter.sample('response.latency');
    expect(latencies.length).toBeGreaterThan(400);
    expect(new Set(latencies)).toEqual(new Set([RTT]));
    expect(meter.count('goodput.bytes')).toBe(700 * latencies.length);
    expect(mean(meter.sample('response.answered'))).toBe(1);
  });

  test('fail where one of both ways loses them', () => {
    const shares = Array.from({ length: 12 }, (_, seed) => {
      const { clock, meter } = slice(`failing ${seed}`, { latency, loss: 0.1 }, [asking, NONE]);
      clock.advance(2 * MINUTE);
      return mean(meter.sample('response.answered'));
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan(0.81);
    expect(high).toBeGreaterThan(0.81);
  });
});

describe('a bulk transfer', () => {
  const bulk = (blocks: number, given: object = {}) => ({
    pattern: 'bulk',
    bulk: { bytes: 1200 * blocks, pause: 0 },
    ...given,
  });

  // Slow start from RFC 6928's ten segments, doubled each round trip.
  test.each([
    [1, 1],
    [10, 1],
    [30, 2],
    [70, 3],
    [150, 4],
  ])('of %d blocks takes %d round trips where the links are fast', (blocks, trips) => {
    const { clock, meter } = slice('slow start', { latency }, [bulk(blocks), NONE]);
    clock.advance(10 * SECOND);
    const times = meter.sample('transfer.time');
    expect(new Set(times)).toEqual(new Set([trips * RTT]));
    for (const rate of meter.sample('transfer.rate'))
      expect(rate).toBeCloseTo((1200 * blocks) / (trips * 0.04), 3);
    // A transfer under way at the end has moved some of its own.
    expect(meter.count('goodput.bytes')).toBeGreaterThanOrEqual(1200 * blocks * times.length);
  });

  /** Bytes a second, as a payload's rate; a queue that holds a bandwidth-delay product. */
  const RATE = 1.25e6;
  const QUEUE = RTT;

  /** All that goes to host 0 passes one link. */
  const bottleneck = (network: TestNetwork<TrafficMessage>) => {
    let free = 0;
    network.conditions = {
      latency(_, __, to) {
        if (to !== 0) return latency;
        return latency + free - network.clock.now;
      },
    };
    const send = network.send.bind(network);
    network.send = (from, to, message) => {
      if (to === 0) {
        const begins = Math.max(free, network.clock.now);
        if (begins - network.clock.now > QUEUE) return;
        free = begins + (message.bytes / RATE) * 1e9;
      }
      send(from, to, message);
    };
  };

  test('fills a link whose queue holds a bandwidth-delay product', () => {
    const network = slice('fills', { latency }, [NONE, bulk(100_000)]);
    bottleneck(network);
    network.run(10 * SECOND);
    const before = network.meter.count('goodput.bytes');
    network.run(MINUTE);
    const share = (network.meter.count('goodput.bytes') - before) / (60 * RATE);
    expect(share).toBeGreaterThan(0.98);
    expect(share).toBeLessThanOrEqual(1.001);
  });

  test('shares it with others fairly', () => {
    const senders = [1, 2, 3, 4];
    const network = slice('shares', { latency }, [NONE, ...senders.map(() => bulk(30_000))], [], [0]);
    bottleneck(network);
    const acknowledged = senders.map(() => 0);
    const send = network.send.bind(network);
    network.send = (from, to, message) => {
      if (from === 0) acknowledged[Number(to) - 1]++;
      send(from, to, message);
    };
    network.run(MINUTE);
    const total = acknowledged.reduce((sum, count) => sum + count, 0);
    expect((1200 * total) / (60 * RATE)).toBeGreaterThan(0.95);
    // R. Jain's index: 1 where all have the same.
    const squares = acknowledged.reduce((sum, count) => sum + count ** 2, 0);
    expect(total ** 2 / (senders.length * squares)).toBeGreaterThan(0.95);
  });

  test('to a dead host fails, and the next one begins later', () => {
    const network = slice('dead', { latency }, [bulk(10), NONE]);
    network.crash(1);
    network.run(5 * MINUTE);
    expect(network.meter.count('transfers.failed')).toBeGreaterThan(3);
    expect(network.meter.sample('transfer.time')).toEqual([]);
  });
});

describe('users of the Web', () => {
  const user = { pattern: 'web', web: { think: 100 * MILLISECOND, pause: MILLISECOND } };

  test('get pages whole, whatever the network loses', () => {
    const network = slice('web', { latency, loss: 0.02 }, [...Array(5).fill(user), NONE, NONE]);
    network.run(5 * MINUTE);
    const { meter } = network;
    expect(meter.count('pages')).toBeGreaterThan(500);
    expect(mean(meter.sample('response.answered'))).toBe(1);
    // All but those under way at the end.
    expect(meter.count('pages') - meter.sample('page.latency').length).toBeLessThanOrEqual(5);
    const pages = meter.sample('page.bytes').reduce((sum, bytes) => sum + bytes, 0);
    expect(meter.count('goodput.bytes')).toBeGreaterThanOrEqual(pages);
    expect(Math.min(...meter.sample('response.latency'))).toBe(RTT);
  });

  test('fare ill with a server that dies', () => {
    const network = slice('web dies', { latency }, [user, NONE]);
    network.run(MINUTE);
    expect(mean(network.meter.sample('response.answered'))).toBe(1);
    network.crash(1);
    network.run(5 * MINUTE);
    expect(network.meter.sample('response.answered')).toContain(0);
  });
});

const bytes = fc.oneof(fc.integer({ min: 10, max: 2000 }), fc.constant(MAX_PAYLOAD));
describe('the codec', () => {
  holds(
    trafficCodec,
    fc.oneof(
      fc.record({ type: fc.constant('datagram'), stream: rpc, number: rpc, bytes }),
      fc.record({
        type: fc.constant('request'),
        rpc,
        wanted: fc.integer({ min: 6, max: MAX_PAYLOAD }),
        bytes,
      }),
      fc.record({ type: fc.constant('response'), rpc, bytes }),
    ) as fc.Arbitrary<TrafficMessage>,
  );

  test.each([
    ['a response larger than a datagram', [0xd1, 1, 0, 0, 0, 1, 0, 1, 0, 0], '65536 bytes'],
    ['one smaller than a response', [0xd1, 1, 0, 0, 0, 1, 0, 0, 0, 5], '5 bytes'],
    ['a type there is not', [0xd1, 3, 0, 0, 0, 1], 'unknown type 3'],
  ])('refuses to be asked for %s', (_, given, reason) => {
    expect(() => trafficCodec.decode(Uint8Array.from(given))).toThrow(reason);
  });
});
