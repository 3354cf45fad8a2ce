// Queueing theory, with customers as processes and servers as a resource: each figure lies within the 99 % interval of
// independent replications, and the interval is narrow enough to tell it from others.
import { describe, expect, test } from 'vitest';
import { type Story, spawn } from '../../sim/process.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { Resource } from '../../sim/resource.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const MEAN_SERVICE = SECOND;
const exponential = (random: RandomStream): number => random.exponential(MEAN_SERVICE);

interface Station {
  readonly servers: number;
  /** Mean number of customers who come in a mean service time. */
  readonly offered: number;
  readonly service?: (random: RandomStream) => number;
  /** Whether who finds all servers busy goes away. */
  readonly lossy?: boolean;
}

/** What one replication saw after its warm-up. */
interface Seen {
  readonly number: number;
  readonly delayed: number;
  readonly wait: number;
  readonly lost: number;
}

class Counter {
  came = 0;
  delayed = 0;
  lost = 0;
  served = 0;
  waited = 0;
  /** Customers times nanoseconds. */
  area = 0;
}

/** Customers who come at exponential intervals and are served first come first served. */
function simulate(seed: string, station: Station, warmUp: number, length: number): Seen {
  const { servers, offered, service = exponential, lossy = false } = station;
  const sim = new Simulation();
  const server = new Resource(sim, servers);
  const [gaps, services] = [stream(seed, 'gaps'), stream(seed, 'services')];
  let count = new Counter();
  let inside = 0;
  let since = 0;

  function change(by: number): void {
    count.area += inside * (sim.now - since);
    since = sim.now;
    inside += by;
  }

  function* customer(): Story<void> {
    count.came++;
    if (lossy && server.inUse === servers) {
      count.lost++;
      return;
    }
    change(+1);
    const arrival = sim.now;
    const request = server.request();
    if (!request.done) count.delayed++;
    yield request;
    count.served++;
    count.waited += sim.now - arrival;
    yield service(services);
    server.release(request);
    change(-1);
  }

  function* source(): Story<never> {
    for (;;) {
      yield gaps.exponential(MEAN_SERVICE / offered);
      spawn(sim, customer());
    }
  }

  spawn(sim, source());
  sim.run(warmUp);
  change(0);
  count = new Counter();
  sim.run(warmUp + length);
  change(0);
  return {
    number: count.area / length,
    delayed: count.delayed / count.came,
    wait: count.waited / count.served / MEAN_SERVICE,
    lost: count.lost / count.came,
  };
}

interface Claim extends Station {
  readonly what: keyof Seen;
  /** How long each of 20 replications is, after a warm-up in which a station forgets many times how it began. */
  readonly minutes: number;
  /** How long the warm-up is: 20 minutes where left out. */
  readonly warmUp?: number;
  /** The interval's half-width as a share of the figure is below this. */
  readonly within: number;
}

/** One of two exponentials, each with half of the mean of 1 s: a squared coefficient of variation of 4. */
function hyperexponential(random: RandomStream): number {
  const share = (1 + Math.sqrt(3 / 5)) / 2;
  const chance = random.uniform() < share ? share : 1 - share;
  return random.exponential(MEAN_SERVICE / (2 * chance));
}

// The formulas: L. Kleinrock, Queueing Systems I, 1975, chapters 3 and 5.
const claims: readonly (readonly [name: string, figure: number, claim: Claim])[] = [
  [
    'the number in an M/M/1 system at .5',
    1,
    { servers: 1, offered: 0.5, what: 'number', minutes: 350, within: 0.02 },
  ],
  [
    'the number in an M/M/1 system at .8',
    4,
    { servers: 1, offered: 0.8, what: 'number', minutes: 900, within: 0.05 },
  ],
  [
    'the number in an M/M/1 system at .9',
    9,
    { servers: 1, offered: 0.9, what: 'number', minutes: 1200, warmUp: 60, within: 0.1 },
  ],
  [
    'the number in an M/M/1 system at .95',
    19,
    { servers: 1, offered: 0.95, what: 'number', minutes: 1500, warmUp: 200, within: 0.2 },
  ],
  [
    'the share delayed by 2 servers at .8 (Erlang C)',
    0.71111,
    { servers: 2, offered: 1.6, what: 'delayed', minutes: 150, within: 0.02 },
  ],
  [
    'the share delayed by 4 servers at .8 (Erlang C)',
    0.59643,
    { servers: 4, offered: 3.2, what: 'delayed', minutes: 80, within: 0.03 },
  ],
  [
    'the share delayed by 8 servers at .8 (Erlang C)',
    0.45764,
    { servers: 8, offered: 6.4, what: 'delayed', minutes: 50, within: 0.03 },
  ],
  [
    'the share delayed by 8 servers at .9 (Erlang C)',
    0.70153,
    { servers: 8, offered: 7.2, what: 'delayed', minutes: 80, within: 0.04 },
  ],
  [
    'the share delayed by 16 servers at .9 (Erlang C)',
    0.59134,
    { servers: 16, offered: 14.4, what: 'delayed', minutes: 50, within: 0.05 },
  ],
  [
    'the wait in an M/D/1 system at .8, in service times (Pollaczek and Khinchine)',
    2,
    { servers: 1, offered: 0.8, service: () => MEAN_SERVICE, what: 'wait', minutes: 400, within: 0.04 },
  ],
  [
    'the wait in an M/D/1 system at .9, in service times (Pollaczek and Khinchine)',
    4.5,
    { servers: 1, offered: 0.9, service: () => MEAN_SERVICE, what: 'wait', minutes: 700, within: 0.08 },
  ],
  [
    'the wait in an M/G/1 system at .8 with a squared coefficient of variation of 4 (Pollaczek and Khinchine)',
    10,
    {
      servers: 1,
      offered: 0.8,
      service: hyperexponential,
      what: 'wait',
      minutes: 1500,
      warmUp: 60,
      within: 0.1,
    },
  ],
  [
    'the share lost by 10 servers that are offered 8 (Erlang B)',
    0.121661,
    { servers: 10, offered: 8, lossy: true, what: 'lost', minutes: 60, within: 0.05 },
  ],
  [
    'the share lost by 10 servers that are offered 5 (Erlang B)',
    0.018385,
    { servers: 10, offered: 5, lossy: true, what: 'lost', minutes: 200, within: 0.05 },
  ],
];

describe('queueing theory', () => {
  test.each(claims)('%s is %f', (name, figure, { what, minutes, warmUp = 20, within, ...station }) => {
    const seen = Array.from(
      { length: 20 },
      (_, run) => simulate(`${name} ${run}`, station, warmUp * MINUTE, minutes * MINUTE)[what],
    );
    const { low, high } = interval99(seen);
    expect(low).toBeLessThan(figure);
    expect(high).toBeGreaterThan(figure);
    expect((high - low) / 2).toBeLessThan(within * figure);
  });
});
