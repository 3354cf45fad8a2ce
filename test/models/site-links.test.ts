// The link of a site: what its own traffic suffers, by theory and by counting, and what messages meet there.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cargo, Fabric } from '../../models/network/fabric.ts';
import { DROP_REASONS, SITE_FULL } from '../../models/network/fate.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import { SiteLinks } from '../../models/network/site-links.ts';
import type { NetworkSpec, SiteLinkSpec } from '../../models/network/spec.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import { stream } from '../../sim/random.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99, mean } from '../statistics.ts';

const PATH = 30 * MILLISECOND;
const MS = MILLISECOND;

/** 10 Mbit/s each way; packets of 1250 bytes take 1 ms. */
const quiet: SiteLinkSpec = {
  up: 10e6,
  down: 10e6,
  queue: 10 * SECOND,
  own: { up: 0, down: 0, packet: 1250 },
};

function opened(spec: SiteLinkSpec, seed = 'seed', sites = ['mit']) {
  const meter = new Ledger();
  const links = new SiteLinks(sites, spec, seed);
  links.open([...sites.keys()], meter);
  return { links, meter };
}

describe("a site's own traffic", () => {
  test.each([
    [5e6, 0.5],
    [8e6, 2],
  ])('of %d bit/s on 10 Mbit/s waits as in an M/D/1 queue: %f packets', (rate, figure) => {
    const waits = Array.from({ length: 20 }, (_, run) => {
      const { links, meter } = opened({ ...quiet, own: { up: rate, down: 0, packet: 1250 } }, `${run}`);
      links.measure(5 * MINUTE);
      return mean(meter.sample('own.delay')) / MS - 1;
    });
    const { low, high } = interval99(waits);
    expect(low).toBeLessThan(figure);
    expect(high).toBeGreaterThan(figure);
    expect(high - low).toBeLessThan(0.2 * figure);
  });

  test('comes at its rate, and the link is busy for as long as that takes', () => {
    const shares = Array.from({ length: 20 }, (_, run) => {
      const { links, meter } = opened({ ...quiet, own: { up: 0, down: 4e6, packet: 1250 } }, `${run}`);
      for (let second = 1; second <= 60; second++) links.measure(second * SECOND);
      expect(meter.count('own.lost')).toBe(0);
      // Two links a second, one of which nobody uses.
      expect(meter.sample('busy')).toHaveLength(120);
      return [(meter.count('own.sent') * 1250 * 8) / 60, 2 * mean(meter.sample('busy'))];
    });
    for (const [index, figure] of [4e6, 0.4].entries()) {
      const { low, high } = interval99(shares.map(share => share[index]));
      expect(low).toBeLessThan(figure);
      expect(high).toBeGreaterThan(figure);
    }
  });

  test('is lost as a link that is offered twice what it carries must lose it: every second packet', () => {
    const losses = Array.from({ length: 20 }, (_, run) => {
      const spec = { ...quiet, queue: 100 * MS, own: { up: 20e6, down: 0, packet: 1250 } };
      const { links, meter } = opened(spec, `${run}`);
      links.measure(MINUTE);
      return meter.count('own.lost') / meter.count('own.sent');
    });
    const { low, high } = interval99(losses);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });

  test('comes at the same times whatever nodes send, and suffers by it', () => {
    const own = { up: 5e6, down: 0, packet: 1250 };
    const alone = opened({ ...quiet, queue: 50 * MS, own });
    const beside = opened({ ...quiet, queue: 50 * MS, own });
    for (let at = 0; at < 10 * SECOND; at += MS) beside.links.leave(0, 1250, at);
    for (const { links } of [alone, beside]) links.measure(10 * SECOND);
    expect(beside.meter.count('own.sent')).toBe(alone.meter.count('own.sent'));
    expect(alone.meter.count('own.lost')).toBe(0);
    // 5 of 15 Mbit/s offered, of which 10 are carried; losses fall on both as they come.
    expect(beside.meter.count('own.lost') / beside.meter.count('own.sent')).toBeGreaterThan(0.25);
    expect(beside.meter.sample('busy').filter(busy => busy > 0.99)).toHaveLength(1);
  });

  test('served late, with the next message, is served as if each packet were an event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.nat(20 * MS), bytes: fc.integer({ min: 1, max: 9000 }) }), {
          maxLength: 40,
        }),
        fc.nat(1000),
        (offers, seed) => {
          const spec = { ...quiet, queue: 5 * MS, own: { up: 7e6, down: 0, packet: 1250 } };
          const { links } = opened(spec, `${seed}`);
          const reference = asEvents(spec, `${seed}`);
          let now = 0;
          for (const { gap, bytes } of offers) {
            now += gap;
            expect(links.leave(0, bytes, now)).toBe(reference(bytes, now));
          }
        },
      ),
      { numRuns: 200, seed: 6 },
    );
  });
});

/** The same link and the same packets, one after another in the order of time. */
function asEvents({ up, queue, own }: SiteLinkSpec, seed: string): (bytes: number, now: number) => number {
  const random = stream(seed, 'mit', 'own', 'up');
  const gap = () => Math.round(random.exponential((own.packet * 8e9) / own.up));
  let next = gap();
  let free = 0;
  const serve = (bytes: number, now: number): number => {
    if (free - now > queue) return SITE_FULL;
    free = Math.max(free, now) + Math.round((bytes * 8e9) / up);
    return free;
  };
  return (bytes, now) => {
    for (; next <= now; next += gap()) serve(own.packet, next);
    return serve(bytes, now);
  };
}

/** Nodes 0 and 1 at the first site, 2 at the second, a host on each. Messages are their numbers of bytes. */
function room(
  site: Partial<SiteLinkSpec>,
  change: Partial<NetworkSpec> = {},
  cargo?: Partial<Cargo<number>>,
) {
  const sim = new Simulation();
  const hosts = new Hosts<number>([0, 1, 2]);
  const access = { up: 10e6, down: 10e6, queue: 10 * SECOND };
  const spec: NetworkSpec = {
    grain: 'message',
    access,
    site: { ...quiet, ...site },
    jitter: 0,
    loss: { rate: 0, burst: 1 },
    ...change,
  };
  const attachment = { senders: ['a', 'b', 'c'], siteOf: Int32Array.of(0, 0, 1) };
  const network = new Network(attachment, { delay: (a, b) => (a === b ? MS : PATH) }, spec, 'seed');
  const caps = capsOf([0, 1, 2].map(() => ({ uplink: Infinity, burst: 0, queue: 0 })));
  const [meter, siteMeter] = [new Ledger(), new Ledger()];
  const handlers = {
    copy: (bytes: number) => bytes,
    corrupt: () => undefined,
    dropped: () => undefined,
    ...cargo,
  };
  const fabric = new Fabric(sim, { network, caps, hosts, cargo: handlers }, meter, siteMeter);
  const arrivals: { from: number; to: number; at: number }[] = [];
  for (const to of [0, 1, 2]) {
    hosts.boot(to, { receive: from => void arrivals.push({ from: from as number, to, at: sim.now }) });
  }
  const send = (from: number, to: number, bytes = 1250) => fabric.send(from, to, bytes, bytes);
  return { sim, hosts, send, arrivals, meter, siteMeter };
}

describe('a message', () => {
  test('between sites passes the links of both, after its own and before the receiver', () => {
    const { sim, send, arrivals } = room({ up: 5e6, down: 2.5e6 });
    send(0, 2);
    sim.run(SECOND);
    // 1 ms up, 2 ms out of the site, the path, 4 ms into the other, 1 ms down.
    expect(arrivals).toEqual([{ from: 0, to: 2, at: PATH + 8 * MS }]);
  });

  test('within a site passes neither', () => {
    const { sim, send, arrivals } = room({ up: 8, down: 8 });
    send(0, 1);
    send(0, 0);
    sim.run(SECOND);
    expect(arrivals.map(({ to, at }) => [to, at])).toEqual([
      [0, 20_000],
      [1, 3 * MS],
    ]);
  });

  test("waits for those of the site's other nodes", () => {
    const { sim, send, arrivals } = room({ up: 5e6, down: Infinity });
    send(0, 2);
    send(1, 2);
    sim.run(SECOND);
    expect(arrivals.map(({ at }) => at)).toEqual([PATH + 4 * MS, PATH + 6 * MS]);
  });

  test('that finds the queue full is dropped there, and counted', () => {
    const { sim, send, arrivals, meter } = room({ up: 1e6, queue: 5 * MS });
    for (let message = 0; message < 10; message++) send(0, 2);
    sim.run(SECOND);
    // A message a millisecond comes to a link that takes ten for one: of ten, the first goes, and one more waits for 9 ms
    // in vain, until at 5 ms before the end of the first one may wait.
    expect(arrivals.length + meter.count('dropped.site')).toBe(10);
    expect(meter.count('dropped.site')).toBeGreaterThan(5);
  });

  test('of each that is sent, one end is counted, under any mix of conditions', () => {
    fc.assert(
      fc.property(
        fc.record({
          up: fc.constantFrom(1e6, 10e6, Infinity),
          queue: fc.constantFrom(0, 3 * MS, SECOND),
          shared: fc.boolean(),
          duplicate: fc.constantFrom(0, 0.3),
          corrupt: fc.constantFrom(0, 0.3),
          crashAt: fc.nat(200),
          seed: fc.nat(99),
        }),
        ({ up, queue, shared, duplicate, corrupt, crashAt }) => {
          const { sim, hosts, send, arrivals, meter } = room(
            { up, down: up, queue, own: { up: 1e5, down: 1e5, packet: 500 } },
            {
              access: { up: 10e6, down: 10e6, queue: 20 * MS, ...(shared && { sharing: 'shares' as const }) },
              duplicate,
              corrupt,
            },
          );
          for (let message = 0; message < 200; message++) {
            sim.run(message * MS);
            if (message === crashAt) hosts.crash(1);
            send(message % 3, (message + 1) % 3);
          }
          sim.run(20 * SECOND);
          const dropped = DROP_REASONS.map(reason => meter.count(`dropped.${reason}`));
          const ended = meter.count('delivered') + dropped.reduce((sum, count) => sum + count, 0);
          expect(ended).toBe(meter.count('sent') + meter.count('duplicated'));
          expect(arrivals).toHaveLength(meter.count('delivered'));
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });
});
