// Fetching blocks: as fast as the link, whatever the network loses, and never for ever.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FetchEnd } from '../../protocols/block-fetch.ts';
import { blockFetchOptions } from '../../protocols/block-fetch-options.ts';
import { BlockFetcher } from '../../protocols/block-fetcher.ts';
import { CongestionWindow, initialWindow } from '../../protocols/congestion-window.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address, Host, Protocol } from '../../protocols/port.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { TestNetwork } from './harness.ts';

type Message = { type: 'get' | 'block' | 'wait' | 'refused'; rpc: number; block: number };

/** Answers at once, or as `answer` says. */
class Server implements Protocol<Message> {
  readonly host: Host<Message>;
  requests = 0;
  firsts = 0;
  answer: (from: Address, message: Message) => void = (from, message) =>
    this.host.send(from, { ...message, type: 'block' });

  constructor(host: Host<Message>) {
    this.host = host;
  }

  start(): void {}
  stop(): void {}

  receive(from: Address, message: Message): void {
    this.requests++;
    this.answer(from, message);
  }
}

interface Result {
  end: FetchEnd;
  at: number;
}

class Reader implements Protocol<Message> {
  readonly fetcher: BlockFetcher<Message>;
  readonly host: Host<Message>;
  readonly got: number[] = [];
  readonly firsts: number[] = [];
  readonly results: Result[] = [];

  constructor(host: Host<Message>, given: object = {}) {
    this.host = host;
    this.fetcher = new BlockFetcher(host as Host<never>, withDefaults(blockFetchOptions, given));
  }

  start(): void {}
  stop(): void {
    this.fetcher.clear();
  }

  fetch(server: Address, blocks: number) {
    const list = Array.from({ length: blocks }, (_, block) => block);
    return this.fetcher.fetch(server, list, 10, {
      ask: (to, block, rpc, first) => {
        if (first) this.firsts.push(block);
        this.host.send(to, { type: 'get', rpc, block });
      },
      arrived: (block, reply) => {
        if (reply.block !== block) return false;
        this.got.push(block);
        return true;
      },
      ended: end => this.results.push({ end, at: this.host.now() }),
    });
  }

  receive(from: Address, message: Message): void {
    if (message.type === 'block') this.fetcher.settle(from, message);
    else if (message.type === 'wait') this.fetcher.defer(from, message);
    else this.fetcher.refuse(from, message);
  }
}

interface LinkSpec {
  /** Blocks a second that the server's uplink carries. */
  rate: number;
  /** Blocks that may wait for it. */
  queue: number;
  /** Round trip, without the link. */
  rtt: number;
}

/** A server behind a drop-tail link, and readers to whom nothing else is in the way. */
function behind({ rate, queue, rtt }: LinkSpec, readers: number, given: object = {}, seed = 'link') {
  let busyUntil = 0;
  const perBlock = SECOND / rate;
  const network: TestNetwork<Message> = new TestNetwork(seed, {
    latency: (_, from) => {
      const { now } = network.clock;
      if (from !== 'server') return rtt / 2;
      busyUntil = Math.max(busyUntil, now) + perBlock;
      return busyUntil - now + rtt / 2;
    },
  });
  const waits = () => Math.max(0, busyUntil - network.clock.now) / perBlock;
  network.passes = from => from !== 'server' || waits() <= queue;
  const server = network.add('server', host => new Server(host));
  const made = Array.from({ length: readers }, (_, i) => network.add(i, host => new Reader(host, given)));
  return { network, server, readers: made };
}

const pair = (
  latency: number | ((random: () => number) => number),
  loss = 0,
  seed = 'blocks',
  given = {},
) => {
  const network = new TestNetwork<Message>(seed, { latency, loss });
  const server = network.add('server', host => new Server(host));
  return { network, server, reader: network.add('reader', host => new Reader(host, given)) };
};

const all = (count: number) => Array.from({ length: count }, (_, block) => block);
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

describe('on a link of 1000 blocks a second', () => {
  // 50 ms: 50 blocks fill the path.
  test.each([25, 50, 100, 500])('that queues %i, a long fetch has nearly all of it', queue => {
    const { network, readers } = behind({ rate: 1000, queue, rtt: 50 * MILLISECOND }, 1);
    readers[0].fetch('server', 20_000);
    network.run(60 * SECOND);
    expect(readers[0].results[0].end).toBe('complete');
    expect(sorted(readers[0].got)).toEqual(all(20_000));
    const rate = 20_000 / (readers[0].results[0].at / SECOND);
    expect(rate).toBeGreaterThan(queue < 50 ? 900 : 960);
    expect(rate).toBeLessThanOrEqual(1000);
  });

  test('a short fetch takes the round trips of slow start: 10, 20, 40 blocks', () => {
    const { network, readers } = behind({ rate: 1e6, queue: 1e6, rtt: 50 * MILLISECOND }, 1);
    readers[0].fetch('server', 70);
    network.run(SECOND);
    const [{ at }] = readers[0].results;
    expect(at).toBeGreaterThanOrEqual(150 * MILLISECOND);
    expect(at).toBeLessThan(151 * MILLISECOND);
  });

  test('two fetches share it, and waste little', () => {
    const { network, server, readers } = behind({ rate: 1000, queue: 50, rtt: 50 * MILLISECOND }, 2);
    for (const reader of readers) reader.fetch('server', 1e5);
    network.run(60 * SECOND);
    const [a, b] = readers.map(({ got }) => got.length);
    expect(a + b).toBeGreaterThan(0.93 * 60_000);
    expect(Math.min(a, b) / Math.max(a, b)).toBeGreaterThan(0.7);
    expect(server.requests).toBeLessThan(1.03 * (a + b));
  });

  test('fifty fetches, for which there is not one block a round trip, all get on', () => {
    const { network, readers } = behind({ rate: 200, queue: 20, rtt: 50 * MILLISECOND }, 50, {
      attempts: 100,
    });
    for (const reader of readers) reader.fetch('server', 200);
    network.run(120 * SECOND);
    expect(readers.map(({ results }) => results[0]?.end)).toEqual(readers.map(() => 'complete'));
    expect(Math.max(...readers.map(({ results }) => results[0].at))).toBeLessThan(80 * SECOND);
  });
});

describe('the window', () => {
  const LOSS = 0.004;
  /** T. Ott, J. Kemperman, M. Mathis, "The Stationary Behavior of Ideal TCP Congestion Avoidance", 1996. */
  const OTT = 1.3098;

  test('that each loss halves lets 1.31 / sqrt(p) blocks a round trip through', () => {
    const rates = all(20).map(seed => {
      const { random } = new TestNetwork(`ott ${seed}`, { latency: 0 });
      const window = new CongestionWindow(10, Infinity);
      window.halve();
      let roundTrips = 0;
      for (let block = 0; block < 200_000; block++) {
        if (random() < LOSS / 10) window.halve();
        else window.grow();
        roundTrips += 1 / window.size;
      }
      return 200_000 / roundTrips;
    });
    // Whole blocks: half a block less on average.
    const { low, high } = interval99(rates);
    const expected = OTT / Math.sqrt(LOSS / 10) - 1 / 2;
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test('of a fetch does so too, but that losses in one window count once', () => {
    const rates = all(8).map(seed => {
      const { network, reader } = pair(50 * MILLISECOND, 0, `loss ${seed}`);
      network.passes = from => from === 'reader' || network.random() >= LOSS;
      reader.fetch('server', 1e6);
      network.run(20 * SECOND);
      const before = reader.got.length;
      network.run(100 * SECOND);
      return (reader.got.length - before) / 1000;
    });
    // A loss in 1 / p blocks, and then a window in which others do not count.
    let expected = OTT / Math.sqrt(LOSS);
    for (let i = 0; i < 20; i++) expected = OTT * Math.sqrt(1 / LOSS + expected) - 1 / 2;
    const { low, high } = interval99(rates);
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });

  test('begins as RFC 6928 says, and is never outside its bounds', () => {
    expect([536, 1200, 1460, 4000, 8000, 60_000].map(initialWindow)).toEqual([10, 10, 10, 3, 2, 2]);
    const step = fc.constantFrom('grow', 'halve', 'collapse') as fc.Arbitrary<'grow' | 'halve' | 'collapse'>;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 300 }), (most, steps) => {
        const window = new CongestionWindow(10, most);
        for (const name of steps) {
          window[name]();
          expect(window.size).toBeGreaterThanOrEqual(1);
          expect(window.size).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});

test('under any loss and delay, a fetch ends once, rightly, and leaves nothing behind', () => {
  const loss = fc.double({ min: 0, max: 0.7, noNaN: true });
  fc.assert(
    fc.property(
      fc.string(),
      loss,
      fc.nat(1000),
      fc.integer({ min: 1, max: 60 }),
      (seed, lost, longest, count) => {
        const latency = (random: () => number) => Math.round(random() * longest) * MILLISECOND;
        const { network, reader } = pair(latency, lost, seed);
        reader.fetch('server', count);
        network.run(24 * 3600 * SECOND);
        expect(reader.results.length).toBe(1);
        const [{ end }] = reader.results;
        expect(new Set(reader.got).size).toBe(reader.got.length);
        expect(end).toBe(reader.got.length === count ? 'complete' : 'silence');
        if (lost === 0 && longest < 400) expect(end).toBe('complete');
        expect(reader.fetcher.pending).toBe(0);
        expect(network.clock.pending).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

describe('a server', () => {
  test('that is dead is given up after 1, 2 and 4 seconds, or soon where its round trip is known', () => {
    const { network, reader } = pair(20 * MILLISECOND);
    reader.fetch('nobody', 5);
    network.run(100 * SECOND);
    reader.fetch('nobody', 5);
    network.run(100 * SECOND);
    expect(reader.results).toEqual([
      { end: 'silence', at: 7 * SECOND },
      { end: 'silence', at: 107 * SECOND },
    ]);
    reader.fetch('server', 200);
    network.run(SECOND);
    network.crash('server');
    const since = network.clock.now;
    reader.fetch('server', 5);
    network.run(100 * SECOND);
    // 200 ms, the least timeout, and its doubles.
    expect(reader.results[3]).toEqual({ end: 'silence', at: since + 1400 * MILLISECOND });
  });

  test('that dies in the middle fails the fetch, and what has come stays', () => {
    const { network, reader } = pair(20 * MILLISECOND, 0, 'dies', { window: 8 });
    reader.fetch('server', 1000);
    network.run(SECOND);
    network.crash('server');
    network.run(10 * SECOND);
    expect(reader.results.map(({ end }) => end)).toEqual(['silence']);
    // Eight blocks a round trip.
    expect(reader.got.length).toBe(8 * 25);
  });

  test('that refuses fails the fetch at once; so does one that sends something else', () => {
    const { network, server, reader } = pair(20 * MILLISECOND);
    server.answer = (from, message) => server.host.send(from, { ...message, type: 'refused' });
    reader.fetch('server', 5);
    network.run(SECOND);
    server.answer = (from, message) => server.host.send(from, { ...message, block: 99, type: 'block' });
    reader.fetch('server', 5);
    network.run(SECOND);
    expect(reader.results).toEqual([
      { end: 'refusal', at: 40 * MILLISECOND },
      { end: 'refusal', at: SECOND + 40 * MILLISECOND },
    ]);
    expect(reader.got).toEqual([]);
  });

  test('that defers is waited for, however long it takes, and asked again now and then', () => {
    const { network, server, reader } = pair(20 * MILLISECOND);
    const later = 30 * SECOND;
    const parked = new Map<number, Message>();
    server.answer = (from, message) => {
      parked.set(message.rpc, message);
      server.host.send(from, { ...message, type: 'wait' });
    };
    reader.fetch('server', 5);
    network.run(later);
    expect(reader.results).toEqual([]);
    expect(parked.size).toBe(5);
    // Every 200 ms, and the round trip.
    expect(server.requests).toBeGreaterThan(5 * 100);
    expect(server.requests).toBeLessThan(5 * 151);
    for (const message of parked.values()) server.host.send('reader', { ...message, type: 'block' });
    network.run(SECOND);
    expect(reader.results).toEqual([{ end: 'complete', at: later + 20 * MILLISECOND }]);
    expect(reader.firsts).toEqual([0]);
    expect(network.clock.pending).toBe(0);
  });

  test('that defers and then dies is given up', () => {
    const { network, server, reader } = pair(20 * MILLISECOND);
    server.answer = (from, message) => server.host.send(from, { ...message, type: 'wait' });
    reader.fetch('server', 5);
    network.run(SECOND);
    network.crash('server');
    network.run(10 * SECOND);
    expect(reader.results.map(({ end }) => end)).toEqual(['silence']);
  });
});

describe('a reply', () => {
  test('from another address, or of an unknown number, is none', () => {
    const { network, reader } = pair(20 * MILLISECOND);
    reader.fetch('server', 1);
    const rpcs: number[] = [];
    reader.fetcher.fetch('nobody', [0], 1, {
      ask: (_to, _block, rpc) => rpcs.push(rpc),
      arrived: () => true,
      ended: () => undefined,
    });
    const reply: Message = { type: 'block', rpc: rpcs[0], block: 0 };
    expect(reader.fetcher.settle('server', reply)).toBe(false);
    expect(reader.fetcher.settle('nobody', { ...reply, rpc: (rpcs[0] + 1) >>> 0 })).toBe(false);
    expect(reader.fetcher.settle('nobody', reply)).toBe(true);
    network.run(SECOND);
    expect(reader.got).toEqual([0]);
  });

  test('that is late, the block asked for again meanwhile, counts, and shows that nothing is lost', () => {
    // 1.5 s a round trip, and a timeout of 1 s.
    const { network, reader } = pair(750 * MILLISECOND);
    reader.fetch('server', 3);
    network.run(10 * SECOND);
    expect(reader.results).toEqual([{ end: 'complete', at: 1500 * MILLISECOND }]);
    reader.fetch('server', 30);
    const requests = network.delivered;
    network.run(10 * SECOND);
    // The round trip is known now: no request is sent twice.
    expect(network.delivered - requests).toBe(60);
  });

  test('after cancel is none', () => {
    const { network, reader } = pair(20 * MILLISECOND);
    const fetch = reader.fetch('server', 100);
    network.run(50 * MILLISECOND);
    fetch.cancel();
    expect(reader.fetcher.pending).toBe(0);
    const got = reader.got.length;
    network.run(10 * SECOND);
    expect(reader.got.length).toBe(got);
    expect(reader.results).toEqual([]);
    expect(network.clock.pending).toBe(0);
  });
});
