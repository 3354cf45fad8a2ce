// Slices that are asked for in the course of a run: leases, admission, placement by old news, and what becomes of slivers.
import { describe, expect, test } from 'vitest';
import type { ModelRun } from '../../models/model-run.ts';
import { DAY, HOUR, MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';
import { covers, mean, seeds } from '../statistics.ts';
import { scenarioRun } from './scenario-run.ts';

interface Ran {
  readonly count: (name: string) => number;
  readonly sample: (name: string) => readonly number[];
  readonly gauge: (name: string) => number;
  readonly run: ModelRun;
}

/** A scenario on which one host of its own never speaks: sites of one node, or, where there are many nodes, one site. */
function build(nodes: number, lines: string, seed: string | number = 1): Ran {
  const sites = nodes < 100 ? `sites: ${nodes}, nodesPerSite: 1` : `sites: 1, nodesPerSite: ${nodes}`;
  const { run, ledger, gauge } = scenarioRun(`duration: 3000d
seed: ${seed}
topology: { generate: { ${sites} } }
slices: { own: { place: { nodes: 1 }, run: { protocol: ping, every: 3000d } } }
${lines}`);
  return {
    count: name => ledger('requests').count(name),
    sample: name => ledger('requests').sample(name),
    gauge: name => gauge(`requests.${name}`),
    run,
  };
}

function run(nodes: number, until: Nanoseconds, lines: string, seed?: string | number): Ran {
  const ran = build(nodes, lines, seed);
  ran.run.advance(until);
  return ran;
}

describe('leases', () => {
  // Requests each 10 days: one at 10 d holds until 24 d, one at 20 d until 34 d.
  const plain = 'requests: { every: 10d, nodes: 2, lease: 14d, renewal: { chance: 0% } }';

  test('that nobody renews end after two weeks', () => {
    const ran = build(5, plain);
    const active = [5, 15, 23, 24.5, 33, 35].map(day => {
      ran.run.advance(day * DAY);
      return ran.gauge('active');
    });
    // At 35 d those of 10 and 20 d are gone, and that of 30 d is there.
    expect(active).toEqual([0, 1, 2, 1, 2, 1]);
    expect(ran.count('expired')).toBe(2);
  });

  test('that are renewed run eight weeks from the renewal, a day before the end', () => {
    // By hand: admitted at 10 d, to 24 d; renewed at 23 d, to 79 d; at 78 d, to 134 d; at 133 d, to 189 d.
    const lines =
      'requests: { every: 10d, nodes: 1, lease: 14d, renewal: { chance: 99.9999999%, before: 1d, ahead: 56d } }';
    const ran = build(3, lines);
    const renewedBy = (day: number): number => {
      ran.run.advance(day * DAY - SECOND);
      return ran.count('renewed');
    };
    expect(renewedBy(23)).toBe(0);
    // Those asked for at 10, 20 .. 50 d have been renewed once, at 23, 33 .. 63 d; at 78 d the first comes again.
    expect(renewedBy(64)).toBe(5);
    expect(renewedBy(78)).toBe(6);
    expect(renewedBy(79)).toBe(7);
    expect(ran.count('expired')).toBe(0);
  });

  test('keep slices as many as Little says: rate x (first + p / (1 - p) (ahead - before))', () => {
    const [chance, lease, ahead, before, perDay] = [0.5, 2, 6, 1, 4];
    const life = lease + (chance / (1 - chance)) * (ahead - before);
    const lines = `requests: { every: exponential 6h, nodes: 1, load: 1%, lease: ${lease}d, stale: 0s, review: 100d,
  renewal: { chance: 50%, before: ${before}d, ahead: ${ahead}d } }`;
    const active = seeds(30).map(seed => {
      const ran = build(5, lines, seed);
      const looks = Array.from({ length: 40 }, (_, index) => {
        ran.run.advance((60 + 5 * index) * DAY);
        return ran.gauge('active');
      });
      return mean(looks);
    });
    covers(active, perDay * life);
  });
});

/** All requests within the first minute, one a second, for leases that outlast the run. */
const burst = (nodes: number, keys: string): string =>
  `requests: { every: 1s, nodes: ${nodes}, load: 10%, lease: 1000d, review: 1m, ${keys} }`;

describe('admission', () => {
  test('holds to the maxima of nodes and sites, slivers of the scenario itself among them', () => {
    // 4 nodes, 3 places each, one of them taken: 11 slices of one node find room.
    const lines = `admission: { perNode: 3 }\n${burst(1, 'stale: 0s')}`;
    const { count } = run(4, 20.5 * SECOND, lines);
    expect(['asked', 'admitted', 'refused', 'refused.room', 'refused.size'].map(count)).toEqual([
      20, 11, 9, 9, 0,
    ]);
    const bySite = run(
      4,
      20.5 * SECOND,
      `admission: { perSite: 2, perNode: 5 }\n${burst(1, 'policy: spread')}`,
    );
    expect(bySite.count('admitted')).toBe(7);
  });

  test('refuses a slice of more nodes than a slice may have, and keeps nothing of what finds too little room', () => {
    expect(run(5, 3.5 * SECOND, `admission: { perSlice: 2 }\n${burst(3, '')}`).count('refused.size')).toBe(3);
    // Of 4 nodes one is full: three slices of 3 nodes fit, if none that was refused has kept a place.
    const lines = `admission: { perNode: 4 }\n${burst(3, 'policy: least-loaded, stale: 0s')}`;
    expect(run(4, 60.5 * SECOND, lines).count('admitted')).toBe(5);
  });

  test('by reservations gives each sliver all of its load, and fills no node beyond what may be reserved', () => {
    // 4 nodes x 50 % in tenths: 20 slivers.
    const ran = run(
      4,
      60.5 * SECOND,
      burst(2, 'control: reservations, reservable: 50%, policy: least-loaded, stale: 0s'),
    );
    expect(ran.count('admitted')).toBe(10);
    expect(ran.gauge('busiest')).toBeCloseTo(0.5, 9);
    expect(new Set(ran.sample('got'))).toEqual(new Set([1]));
  });

  const onOne = (every: string, keys = ''): Ran =>
    run(
      1,
      62 * SECOND,
      `requests: { every: ${every}, nodes: 1, load: 10%, lease: 1000d, review: 61s${keys} }`,
    );
  test.each([
    ['15 slivers that want a tenth get two thirds of it', onOne('4s'), 15, 2 / 3],
    ['12 get a part of 13, where others want all', onOne('5s', ', background: { level: 100% }'), 12, 10 / 13],
    [
      '3 get all that they want, which is less than an equal part',
      onOne('20s', ', background: { level: 100% }'),
      3,
      1,
    ],
  ])('by best effort takes all: %s', (_, { count, sample }, slivers, each) => {
    expect(count('refused')).toBe(0);
    expect(sample('got')).toHaveLength(slivers);
    for (const got of sample('got')) expect(got).toBeCloseTo(each, 9);
  });

  test('a slice that asks for more nodes than there are is refused by name', () => {
    expect(() => build(3, burst(4, ''))).toThrow(
      'requests.nodes: found 4, expected at most 3, the nodes that slices may take',
    );
  });
});

describe('sizes', () => {
  test("are PlanetLab's where nothing is said: over half span 50 of 600 nodes, a fifth 250, 70 % under half", () => {
    const { sample } = run(600, 3 * DAY, 'requests: { every: 1m, load: 0.1%, review: 1000d }');
    const sizes = sample('nodes');
    expect(sizes.length).toBeGreaterThan(4000);
    const share = (holds: (nodes: number) => boolean) => sizes.filter(holds).length / sizes.length;
    expect(share(nodes => nodes >= 50)).toBeGreaterThan(0.5);
    expect(share(nodes => nodes >= 250)).toBeGreaterThan(0.18);
    expect(share(nodes => nodes >= 250)).toBeLessThan(0.22);
    expect(share(nodes => nodes < 300)).toBeGreaterThan(0.7);
  });
});

/** Balls that stay, one a second, each on one of so many nodes; how many are on the fullest. */
function fullest(nodes: number, policy: string, seed: number, stale = '0s', balls = nodes): number {
  const keys = `every: 1s, nodes: 1, load: 0.1%, lease: 1000d, review: 1000d, policy: ${policy}, stale: ${stale}`;
  const ran = run(nodes, (balls + 0.5) * SECOND, `requests: { ${keys} }`, seed);
  return Math.round(ran.gauge('busiest') * 1000);
}

describe('placement', () => {
  // n balls into n bins, n = 1000. One choice: Poisson(1) bins, P(max <= k) ~ exp(-n P(X > k)). Two: log2 ln n + O(1)
  // (M. Mitzenmacher, IEEE TPDS 12(10), 2001; his table 1.1 has 3 or 4 of 1000 almost always 3).
  test('by two choices leaves the fullest of 1000 nodes 3 slivers, by chance some 5 or 6', () => {
    const chance = seeds(15).map(seed => fullest(1000, 'random', seed));
    const two = seeds(15).map(seed => fullest(1000, 'two-choices', seed));
    const tail = (k: number): number => {
      let [term, sum] = [Math.exp(-1), Math.exp(-1)];
      for (let i = 1; i <= k; i++) {
        term /= i;
        sum += term;
      }
      return 1 - sum;
    };
    const expected = Array.from({ length: 20 }, (_, k) => 1 - Math.exp(-1000 * tail(k))).reduce(
      (a, b) => a + b,
      0,
    );
    covers(chance, expected);
    expect(two.every(most => most === 3 || most === 4)).toBe(true);
    expect(mean(two)).toBeLessThan(3.5);
  });

  test('by the least loaded is level where the news is fresh', () => {
    expect(seeds(3).map(seed => fullest(50, 'least-loaded', seed, '0s', 200))).toEqual([4, 4, 4]);
  });

  // M. Mitzenmacher, "How useful is old information?", IEEE TPDS 11(1), 2000: with a bulletin board that is brought up to
  // date only every so many arrivals, all go where the board says, and the least loaded is worse than chance.
  test('by the least loaded on old news sends the herd to one node after another: worse than by chance', () => {
    const arrivals = (stale: string, policy: string) =>
      mean(seeds(6).map(seed => fullest(40, policy, seed, stale, 400)));
    const chance = arrivals('0s', 'random');
    expect(arrivals('100s', 'least-loaded')).toBeGreaterThan(chance);
    // Two choices take less harm, and gain even from news that is 100 arrivals old.
    expect(arrivals('100s', 'two-choices')).toBeLessThan(chance);
    expect(arrivals('10s', 'least-loaded')).toBeLessThan(chance);
  });

  test('spreads over sites before it takes a second node of any', () => {
    const { run, ledger } = scenarioRun(`duration: 1h
topology: { generate: { sites: 6, nodesPerSite: 3 } }
slices: { own: { place: { nodes: 1 }, run: { protocol: ping } } }
admission: { perSite: 2 }
requests: { every: 1s, nodes: 5, load: 1%, lease: 1000d, policy: spread }`);
    run.advance(5.5 * SECOND);
    // 11 places on 6 sites: twice 5 nodes, each on a site of its own.
    expect(ledger('requests').count('admitted')).toBe(2);
  });

  test('keeps to the nodes that slices may take', () => {
    const { count } = run(
      10,
      9.5 * SECOND,
      `admission: { perNode: 1 }\n${burst(1, 'among: site-4, stale: 0s')}`,
    );
    expect(count('admitted')).toBe(1);
  });
});

describe('slivers of nodes that go down', () => {
  const faults = (nodes: string) => `faults: [{ at: 1m, crash: ${nodes} }]`;
  const asks = (keys: string) =>
    `requests: { every: 10s, nodes: 1, load: 1%, lease: 1000d, review: 1000d, stale: 0s, policy: least-loaded, ${keys} }`;

  test('are put on others after a while, where any node will do', () => {
    const ran = run(5, MINUTE + SECOND, `${asks('move: 5m')}\n${faults('site-1')}`);
    expect(ran.gauge('present')).toBeLessThan(1);
    ran.run.advance(6 * MINUTE - SECOND);
    expect(ran.count('moved')).toBe(0);
    ran.run.advance(6 * MINUTE + SECOND);
    expect(ran.count('moved')).toBeGreaterThan(0);
    expect(ran.gauge('present')).toBe(1);
  });

  test('stay where they are needed, or where nobody sees to it, and wait', () => {
    for (const keys of ['move: 5m, particular: 100%', 'particular: 0%']) {
      const ran = run(3, HOUR, `${asks(keys)}\n${faults('site-1')}`, 3);
      expect(ran.count('moved')).toBe(0);
      expect(ran.gauge('present')).toBeLessThan(1);
    }
  });

  test('go nowhere if their node is back in time', () => {
    const lines = `${asks('move: 5m')}\nfaults: [{ at: 1m, crash: site-1, restart: 4m }, { at: 7m, crash: site-1, restart: 4m }]`;
    expect(run(5, 20 * MINUTE, lines).count('moved')).toBe(0);
  });

  test('are put on a node that has gone down since the news, and move on', () => {
    const stale = `${asks('move: 5m').replace('stale: 0s', 'stale: 30m')}\n${faults('site-1')}`;
    const ran = run(2, 2 * MINUTE, stale);
    const missing = ran.gauge('present');
    expect(missing).toBeLessThan(1);
    ran.run.advance(40 * MINUTE);
    expect(ran.gauge('present')).toBeGreaterThan(missing);
  });
});

test('the same seed and another policy meet the same requests', () => {
  const of = (policy: string) =>
    run(
      30,
      20 * DAY,
      `requests: { every: exponential 1h, lease: 3d, policy: ${policy}, renewal: { ahead: 9d } }`,
    );
  const [one, other] = [of('random'), of('two-choices')];
  expect(one.sample('nodes')).toEqual(other.sample('nodes'));
  expect(one.count('renewed')).toBe(other.count('renewed'));
  expect(one.run.sim.digest).not.toEqual(other.run.sim.digest);
});

test('the background of nodes is drawn by its law, each node by itself', () => {
  const lines =
    'requests: { every: 1000d, background: { level: lognormal 7% 0.95, every: exponential 30m } }';
  const levels = seeds(20).map(seed => {
    const ran = run(1, 1, lines, seed * 1000);
    const looks = seeds(60).map(look => {
      ran.run.advance(look * 10 * HOUR);
      return ran.gauge('busiest');
    });
    return looks.filter(level => level < 0.07).length / looks.length;
  });
  covers(levels, 0.5);
});
