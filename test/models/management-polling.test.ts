// How changes reach the nodes: polling against its theory and against the protocol of real messages, pushes, and the queue.
import { describe, expect, test } from 'vitest';
import { ServiceQueue } from '../../models/management/service-queue.ts';
import { always } from '../../sim/law.ts';
import { stream } from '../../sim/random.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../sim/time.ts';
import { mean, missed, seeds } from '../statistics.ts';
import { type Managed, manage, ranUntil, silent } from './management-world.ts';

const onSite = (nodes: number) => `topology: { generate: { sites: 1, nodesPerSite: ${nodes} } }`;

/** A thousand nodes at the authority's own site, with nothing that takes time but the wait for a poll. */
function polled(seed: number): Managed {
  const authority = 'authority: { service: 1ns }';
  const management = `management: { ${authority}, create: 0s, changes: 1h, report: 50d }`;
  return manage(`${onSite(1000)}\n${silent('a')}\n${management}`, DAY + 20 * MINUTE, seed);
}

describe('a thousand nodes that poll each 600 s + U(0, 300 s)', () => {
  const runs = seeds(8).map(polled);
  const seconds = (metric: string) => runs.map(({ ledger }) => mean(ledger.sample(metric)) / SECOND);
  // What is left of an interval that one looks into: P(R > x) = 1 - x / 750 up to 600 s, (900 - x)^2 / 450 000 after it.
  const later = (x: number) => (x <= 600 ? 1 - x / 750 : (900 - x) ** 2 / 450_000);
  const RTT = 0.000_3;

  test('a change waits E[X^2] / 2 E[X] = 380 s for one, and 15 min at most', () => {
    const expected = (750 ** 2 + 300 ** 2 / 12) / (2 * 750);
    expect(expected).toBe(380);
    expect(missed(seconds('change.delay'), expected)).toBe('');
    for (const { ledger } of runs) {
      expect(ledger.count('changes')).toBe(24);
      expect(ledger.sample('change.delay').length).toBe(24 * 1000);
      expect(Math.max(...ledger.sample('change.delay'))).toBeLessThanOrEqual((900 + RTT) * SECOND);
    }
  });

  test('half have it after 375 s, 95 % after 750 s, and all after 881 s', () => {
    expect([later(375), later(750)]).toEqual([0.5, 0.05]);
    let last = 0;
    for (let x = 0; x < 900; x += 0.01) last += 0.01 * (1 - (1 - later(x)) ** 1000);
    expect(last).toBeCloseTo(881.2, 0);
    expect(missed(seconds('change.half'), 375)).toBe('');
    expect(missed(seconds('change.most'), 750)).toBe('');
    expect(missed(seconds('change.all'), last)).toBe('');
  });

  test('they ask 1.333 times a second', () => {
    const rates = runs.map(({ ledger, run }) => ledger.count('polls') / (run.sim.now / SECOND));
    expect(missed(rates, 1000 / 750)).toBe('');
  });

  test('and each poll is one event', () => {
    for (const { ledger, run } of runs) {
      const carriedOut = ledger.sample('change.delay').length;
      // A change costs two more on each node: the answer, and its being carried out.
      const others = run.sim.events - ledger.count('polls') - 2 * carriedOut;
      expect(others).toBeLessThan(6 * 1000 + 100);
    }
  });
});

describe('beside the protocol of real messages', () => {
  const NODES = 50;
  const UNTIL = 12 * HOUR;
  const protocol = (mode: string, seed: number) => {
    const node = `protocol: management, contacts: central, mode: ${mode}, fetch: delta, create: 0s`;
    return ranUntil(
      UNTIL,
      `${onSite(NODES)}
slices:
  central:
    place: { nodes: 1 }
    start: { over: 0s }
    run: { protocol: management, role: authority, changes: { every: 15m } }
  daemons: { run: { ${node} }, start: { over: 10m } }`,
      seed,
    ).ledger;
  };
  const model = (mode: string, seed: number) => {
    const keys = `mode: ${mode}, create: 0s, changes: exponential 15m, authority: { service: 1ns }`;
    return manage(`${onSite(NODES)}\n${silent('a')}\nmanagement: { ${keys} }`, UNTIL, seed).ledger;
  };

  test('by polling, the mean delay is the same, and how often nodes ask', () => {
    const pairs = seeds(8).map(seed => ({ real: protocol('poll', seed), model: model('poll', seed) }));
    const delay = pairs.map(
      ({ real, model }) =>
        (mean(real('central').sample('change.delay')) - mean(model.sample('change.delay'))) / SECOND,
    );
    expect(missed(delay, 0)).toBe('');
    for (const { real, model } of pairs) {
      // The nodes of the protocol start within ten minutes, and fetch at once.
      const fetches = real('central').count('authority.fetches') - NODES;
      expect(Math.abs(model.count('polls') / fetches - 1)).toBeLessThan(0.02);
    }
  });

  test('by push, a change takes milliseconds in both, and the authority hears as often', () => {
    const [real, ours] = [protocol('push', 1)('central'), model('push', 1)];
    expect(mean(real.sample('change.delay'))).toBeLessThan(0.1 * SECOND);
    expect(mean(ours.sample('change.delay'))).toBeLessThan(0.1 * SECOND);
    // Per node: a sign of life each 5 min, a report each 15 min, and a word of each change that it has carried out.
    const told = (ledger: typeof ours) => ledger.sample('change.delay').length;
    const periods = (NODES * UNTIL) / (5 * MINUTE) + (NODES * UNTIL) / (15 * MINUTE);
    const heard = ours.count('requests') - ours.count('pushes');
    expect(heard / (periods + told(ours))).toBeCloseTo(1, 1);
    const requests = real.count('authority.requests') - real.count('authority.fetches');
    expect(requests / (periods + told(real))).toBeCloseTo(1, 1);
  });
});

describe('pushes', () => {
  const pushed = (more: string) =>
    manage(
      `${onSite(100)}\nnetwork: { loss: 20% }\n${silent('a')}\nmanagement: { mode: push, create: 0s, changes: 2h ${more} }`,
      DAY + HOUR,
    ).ledger;

  test('that are lost are sent again, 3 s apart', () => {
    const ledger = pushed('');
    const delays = ledger.sample('change.delay');
    expect(delays.length).toBe(12 * 100);
    const soon = delays.filter(delay => delay < 3 * SECOND).length / delays.length;
    // Push and acknowledgement arrive with 0.8^2; 4.2 standard deviations of 1200 draws on either side.
    expect(Math.abs(soon - 0.64)).toBeLessThan(0.058);
  });

  test('that are given up are made good by the next sign of life', () => {
    const ledger = pushed(', push: { attempts: 1 }');
    const delays = ledger.sample('change.delay');
    expect(delays.length).toBe(12 * 100);
    expect(ledger.count('pushes.failed')).toBeGreaterThan(300);
    expect(Math.max(...delays)).toBeLessThan(5 * MINUTE + SECOND);
  });
});

describe('the queue before the authority', () => {
  /** Mean wait in service times, share that waits, and the load, of Poisson arrivals. */
  function queue(servers: number, rho: number, service: 'constant' | 'exponential', seed: number) {
    const law = service === 'constant' ? always(SECOND) : { kind: service, mean: SECOND };
    const served = new ServiceQueue(servers, law, stream(String(seed), 'service'));
    const random = stream(String(seed), 'arrivals');
    let [now, waits, waiting, count] = [0, 0, 0, 0];
    for (let arrival = 0; arrival < 60_000; arrival++) {
      now += Math.round(random.exponential(SECOND / (servers * rho)));
      const wait = served.enter(now) - now;
      if (arrival < 10_000) continue;
      count++;
      waits += wait / SECOND;
      waiting += Number(wait > 0);
    }
    return { wait: waits / count, waits: waiting / count, load: served.load(now) };
  }

  test.each([
    [0.8, 2],
    [0.9, 4.5],
  ])('M/D/1 at load %d waits %d service times (Pollaczek and Khinchine)', (rho, expected) => {
    const runs = seeds(16).map(seed => queue(1, rho, 'constant', seed));
    expect(
      missed(
        runs.map(({ wait }) => wait),
        expected,
      ),
    ).toBe('');
    expect(
      missed(
        runs.map(({ load }) => load),
        rho,
      ),
    ).toBe('');
  });

  test.each([
    [2, 0.8, 0.711_11],
    [4, 0.8, 0.596_43],
    [8, 0.9, 0.701_53],
  ])('M/M/%d at load %d: a request waits with probability %d (Erlang C)', (servers, rho, expected) => {
    const waits = seeds(16).map(seed => queue(servers, rho, 'exponential', seed).waits);
    expect(missed(waits, expected)).toBe('');
  });

  test('knows who waits, and forgets them when it is emptied', () => {
    const served = new ServiceQueue(1, always(10), stream('1'));
    for (const at of [0, 0, 0, 5]) served.enter(at);
    expect([5, 10, 20, 29, 30].map(now => served.waiting(now))).toEqual([3, 2, 1, 1, 0]);
    served.enter(30);
    served.enter(30);
    served.empty(35);
    expect(served.waiting(35)).toBe(0);
    expect(served.enter(36)).toBe(36);
  });
});
