// Gossip against what epidemics do: how many rounds until all have heard, and how many hear in each.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { gossipCodec, MAX_BODY } from '../../protocols/gossip/codec.ts';
import { Gossip } from '../../protocols/gossip/gossip.ts';
import type { GossipMessage, Rumour } from '../../protocols/gossip/messages.ts';
import { gossipOptions } from '../../protocols/gossip/options.ts';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { holds, ip4, ip6, point } from './codec-checks.ts';
import { type Conditions, TestNetwork } from './harness.ts';
import { forSeeds } from './seeds.ts';

const silent = { publish: { every: 1e18 } };
const synchronous = { ...silent, rounds: 'synchronous', hot: 200 };

class Crowd {
  readonly network: TestNetwork<GossipMessage>;
  readonly hosts: Gossip[];
  /** By rumour: who heard it, and in which of its rounds. */
  readonly heard = new Map<number, Map<Address, number>>();

  constructor(seed: string, size: number, given: object, conditions: Conditions = { latency: MILLISECOND }) {
    this.network = new TestNetwork(seed, conditions);
    const options = withDefaults(gossipOptions, given);
    const all = Array.from({ length: size }, (_, address) => address);
    const note = (self: Address, { id, age }: Rumour) => {
      const hearers = this.heard.get(id) ?? new Map<Address, number>();
      this.heard.set(id, hearers.set(self, age));
    };
    this.hosts = all.map(address =>
      this.network.add(
        address,
        (host, directory, meter) => new Gossip(host, options, directory, meter, note),
        all,
      ),
    );
  }

  /** Hosts that have heard the only rumour, round by round until all have. */
  spread(): number[] {
    this.network.run(SECOND / 2);
    this.hosts[0].publish(new Uint8Array(10));
    const counts = [1];
    while (counts[counts.length - 1] < this.hosts.length) {
      this.network.run(SECOND);
      counts.push([...this.heard.values()][0].size);
    }
    return counts;
  }
}

describe('push, in synchronous rounds: until all have heard', () => {
  // About log2 n + ln n (B. Pittel, "On spreading a rumor", SIAM J. Appl. Math. 47(1), 1987).
  test.each([
    { size: 100, rounds: 12.27, runs: 150 },
    { size: 1000, rounds: 18.1, runs: 40 },
    { size: 10_000, rounds: 23.59, runs: 8 },
  ])('of $size hosts: $rounds, in the 99 % interval', ({ size, rounds, runs }) => {
    const needed = Array.from({ length: runs }, (_, run) => {
      const crowd = new Crowd(`push ${size} ${run}`, size, { ...synchronous, mode: 'push' });
      return crowd.spread().length - 1;
    });
    const { low, high } = interval99(needed);
    expect(low).toBeLessThan(rounds);
    expect(high).toBeGreaterThan(rounds);
  });
});

describe('of n hosts of which u have not heard, as many have not after the next round as is expected', () => {
  const expected: Record<string, (n: number, u: number) => number> = {
    // Nobody told it.
    push: (n, u) => u * (1 - 1 / (n - 1)) ** (n - u),
    // It asked one that had not heard either.
    pull: (n, u) => (u * (u - 1)) / (n - 1),
    'push-pull': (n, u) => ((u * (u - 1)) / (n - 1)) * (1 - 1 / (n - 1)) ** (n - u),
  };

  test.each(Object.keys(expected))('%s', mode => {
    const size = 500;
    let surplus = 0;
    let variance = 0;
    for (let run = 0; run < 30; run++) {
      const counts = new Crowd(`${mode} ${run}`, size, { ...synchronous, mode }).spread();
      for (let round = 1; round < counts.length; round++) {
        const before = size - counts[round - 1];
        const mean = expected[mode](size, before);
        surplus += size - counts[round] - mean;
        // Binomial; where hosts are told, rather less.
        variance += mean * (1 - mean / before);
      }
    }
    expect(Math.abs(surplus)).toBeLessThan(2.58 * Math.sqrt(variance));
  });

  test('hence push-pull needs the fewest rounds', () => {
    const rounds = ['push', 'pull', 'push-pull'].map(mode => {
      const needed = Array.from({ length: 20 }, (_, run) =>
        new Crowd(`fewest ${run}`, 500, { ...synchronous, mode }).spread(),
      );
      return interval99(needed.map(counts => counts.length - 1));
    });
    expect(rounds[2].high).toBeLessThan(rounds[0].low);
    expect(rounds[2].high).toBeLessThan(rounds[1].low);
  });
});

describe('in rounds of their own', () => {
  test('all hear every rumour exactly once, with messages lost and late', () => {
    const mode = fc.constantFrom('push', 'pull', 'push-pull');
    fc.assert(
      fc.property(
        fc.string(),
        mode,
        fc.integer({ min: 2, max: 20 }),
        fc.nat(30),
        (seed, how, size, percent) => {
          const latency = (random: () => number) => Math.round(random() * 300) * MILLISECOND;
          const conditions = { latency, loss: percent / 100 };
          const crowd = new Crowd(seed, size, { mode: how, hot: 60, ...silent }, conditions);
          for (const host of crowd.hosts.slice(0, 3)) host.publish(new Uint8Array(5));
          crowd.network.run(200 * SECOND);
          const { meter } = crowd.network;
          const rumours = Math.min(3, size);
          expect(meter.count('published')).toBe(rumours);
          expect(meter.count('delivered')).toBe(rumours * (size - 1));
          for (const hearers of crowd.heard.values()) expect(hearers.size).toBe(size);
          // All is forgotten, and nobody who only tells has anything left to do.
          for (const { rumours: left } of crowd.hosts) expect(left.size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('the workload publishes at its rate, and what it measures is what was heard', () => {
    const crowd = new Crowd('workload', 20, { publish: { every: 10 * SECOND } });
    crowd.network.run(300 * SECOND);
    const { meter } = crowd.network;
    const published = meter.count('published');
    expect(Math.abs(published - 600)).toBeLessThan(2.58 * Math.sqrt(600));
    expect(meter.sample('rounds').length).toBe(meter.count('delivered'));
    expect(meter.count('delivered')).toBeGreaterThan(0.95 * 19 * published);
  });
});

describe('receipts', () => {
  const publish = { ...silent.publish, receipts: 1 };

  test('tell how soon each host has heard, and that all have', () => {
    const crowd = new Crowd('receipts', 50, { mode: 'push', rounds: 'synchronous', publish });
    crowd.spread();
    crowd.network.run(MINUTE);
    const { meter } = crowd.network;
    // Published half way between two rounds; a millisecond there and one back.
    const delays = meter.sample('rounds').map(rounds => (rounds - 1 / 2) * SECOND + 2 * MILLISECOND);
    const ascending = (values: number[]) => values.toSorted((a, b) => a - b);
    expect(ascending(meter.sample('delay'))).toEqual(ascending(delays));
    expect(meter.sample('reach')).toEqual([49]);
  });

  test('of a part tell the same in the mean', () => {
    const reached = Array.from({ length: 60 }, (_, run) => {
      const crowd = new Crowd(`part ${run}`, 100, { publish: { ...publish, receipts: 0.2 } });
      crowd.hosts[0].publish(new Uint8Array(1));
      crowd.network.run(2 * MINUTE);
      return crowd.network.meter.sample('reach')[0];
    });
    const { low, high } = interval99(reached);
    expect(low).toBeLessThan(99);
    expect(high).toBeGreaterThan(99);
  });
});

test('every rumour reaches all who live, whoever crashes and cannot be reached while it spreads', () => {
  const tried = forSeeds(300, seed => {
    const random = seedrandom.alea(seed);
    const mode = ['push', 'pull', 'push-pull'][Math.floor(3 * random())];
    const size = 4 + Math.floor(40 * random());
    const conditions = { latency: (draw: () => number) => Math.round(draw() * 300) * MILLISECOND, loss: 0.1 };
    const crowd = new Crowd(seed, size, { mode, hot: 60, ...silent }, conditions);
    const { network } = crowd;
    // For as long as half a minute those below the line and those above cannot speak.
    const line = Math.floor(size * random());
    network.passes = (from, to) => Number(from) < line === Number(to) < line;
    network.clock.after(Math.floor(30 * SECOND * random()), () => {
      network.passes = () => true;
    });
    const publishers = Array.from({ length: 3 }, () => Math.floor(size * random()));
    for (const publisher of publishers) crowd.hosts[publisher].publish(new Uint8Array(1));
    const any = Array.from({ length: Math.floor((size / 3) * random()) }, () => Math.floor(size * random()));
    // A rumour may die with its publisher before anybody has heard it.
    const dead = new Set(any.filter(host => !publishers.includes(host)));
    for (const host of dead)
      network.clock.after(Math.floor(20 * SECOND * random()), () => network.crash(host));
    network.run(2 * MINUTE);
    for (const hearers of crowd.heard.values()) {
      const missed = [...crowd.hosts.keys()].filter(host => !dead.has(host) && !hearers.has(host));
      expect(missed).toEqual([]);
    }
  });
  expect(tried).toBeGreaterThan(0);
});

const message = (publisher: fc.Arbitrary<string>): fc.Arbitrary<GossipMessage> => {
  const body = fc.uint8Array({ maxLength: 50 });
  const rumours = fc.array(fc.record({ id: point, age: fc.nat(65_535), publisher, body }), { maxLength: 10 });
  return fc.oneof(
    fc.record({ type: fc.constant('push'), rumours }),
    fc.record({ type: fc.constant('pull'), rumours, known: fc.array(point, { maxLength: 50 }) }),
    fc.record({ type: fc.constant('heard'), id: point }),
  ) as fc.Arbitrary<GossipMessage>;
};

describe('datagrams between IPv4 hosts', () => holds(gossipCodec, message(ip4)));
describe('datagrams between IPv6 hosts', () => holds(gossipCodec, message(ip6)));

test('however much there is to tell, it fits a datagram', () => {
  const crowd = new Crowd('much', 2, { ...silent, mode: 'push-pull' });
  let largest = 0;
  crowd.network.passes = () => true;
  const { receive } = crowd.hosts[1];
  crowd.hosts[1].receive = (from, got) => {
    largest = Math.max(largest, gossipCodec.encode(got).length);
    receive.call(crowd.hosts[1], from, got);
  };
  for (let i = 0; i < 8000; i++) crowd.hosts[0].publish(new Uint8Array(i < 3 ? MAX_BODY : 4));
  crowd.network.run(5 * SECOND);
  expect(largest).toBeGreaterThan(60_000);
  expect(largest).toBeLessThanOrEqual(65_507);
});
