// The management plane and the slivers: creation, leases, owners, outages, roll-outs, and what holds whatever happens.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../sim/time.ts';
import { mean } from '../statistics.ts';
import { type Managed, manage, silent } from './management-world.ts';

const sites = (count: number, nodes = 1) =>
  `topology: { generate: { sites: ${count}, nodesPerSite: ${nodes}, classes: { edge: 1 } } }`;
const managed = (keys: string, more = '') =>
  `${sites(20)}\n${silent('a', 'b', 'c')}\nmanagement: { ${keys} }\n${more}`;
/** Slivers that run. */
const running = ({ gauge, run }: Managed) => Math.round(gauge('up.slivers') * run.hosts);

describe('slivers', () => {
  test('are held back until their node has polled, and are then created one after the other', () => {
    const { ledger } = manage(managed('create: 1m'), HOUR);
    const delays = ledger.sample('sliver.delay');
    expect(delays.length).toBe(60);
    const byNode = delays.sort((a, b) => a - b);
    expect(byNode[0]).toBeGreaterThan(MINUTE);
    expect(byNode.at(-1)).toBeLessThan(15 * MINUTE + 3 * MINUTE + SECOND);
    // The three of a node come a minute apart.
    for (const delay of delays) {
      const others = delays.map(other => Math.round((Math.abs(other - delay) / MINUTE) * 1000) / 1000);
      expect(others.filter(apart => apart === 1 || apart === 2).length).toBeGreaterThanOrEqual(2);
    }
  });

  test('outlive a reboot, and are lost with an installation', () => {
    const faults = 'faults: [{ at: 2h, crash: all, restart: 1h }]';
    expect(manage(managed('', faults), DAY).ledger.sample('sliver.delay').length).toBe(60);
    const rollout = 'install: { fails: 0% }, rollout: { at: 2h, how: reinstall, waves: [100%] }';
    expect(manage(managed(rollout), DAY).ledger.sample('sliver.delay').length).toBe(120);
  });

  test('run only where management has started them, on nodes that are up, whatever goes wrong', () => {
    const fault = fc.record({
      at: fc.integer({ min: 1, max: 70 }),
      restart: fc.option(fc.integer({ min: 1, max: 40 })),
    });
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 6 }), fc.integer({ min: 1, max: 99 }), (list, seed) => {
        const faults = list
          .map(
            ({ at, restart }) => `{ at: ${at}h, crash: 5 nodes${restart ? `, restart: ${restart}h` : ''} }`,
          )
          .join(', ');
        const keys =
          'failures: { every: exponential 1d }, monitor: { cycle: 2h, notice: 4h, again: 4h, retry: 8h, dead: 20h }, ' +
          'lease: { for: uniform 10h 30h, renew: 70%, before: 1h }, changes: exponential 1h, ' +
          'authority: { failures: { every: exponential 10h, for: exponential 1h } }, ' +
          'rollout: { at: 20h, bad: 40%, waves: [20%, 100%], soak: 4h, threshold: 10% }';
        const world = manage(managed(keys, `faults: [${faults}]`), 1, seed);
        for (let hour = 1; hour <= 90; hour += 3) {
          world.run.advance(hour * HOUR);
          const { gauge, run } = world;
          const states = ['boot', 'safeboot', 'reinstall', 'disabled', 'failboot'];
          expect(states.reduce((sum, state) => sum + gauge(`state.${state}`), 0)).toBeCloseTo(1, 9);
          expect(gauge('up.nodes')).toBe(run.nodesUp / 20);
          expect(gauge('up.nodes')).toBeLessThanOrEqual(gauge('state.boot'));
          expect(gauge('up.sites')).toBe(gauge('up.nodes'));
          expect(gauge('up.slivers')).toBeGreaterThanOrEqual(0);
          expect(gauge('up.slivers')).toBeLessThanOrEqual(1);
        }
        const { ledger } = world;
        for (const delay of ledger.sample('change.all')) expect(delay).toBeGreaterThan(0);
        expect(ledger.sample('change.half').length).toBeGreaterThanOrEqual(
          ledger.sample('change.all').length,
        );
      }),
      { numRuns: 15, seed: 7 },
    );
  });
});

describe('leases', () => {
  const away = 'authority: { outages: [{ at: 1d, for: 1d }] }';
  const lease = (more: string) => `lease: { for: 36h, before: 6h${more} }, ${away}`;

  test('that nobody could renew are not reaped by nodes that have not heard so', () => {
    // The renewal would have come at 30 h, and the end at 36 h: the authority is away from 24 h to 48 h.
    const world = manage(managed(lease('')), 40 * HOUR);
    expect(running(world)).toBe(60);
    world.run.advance(50 * HOUR);
    expect(running(world)).toBe(60);
    expect(world.ledger.count('leases.late')).toBe(3);
    expect(world.ledger.count('leases.lost')).toBe(0);
  });

  test('are by nodes that go by their clocks, and are made anew after it', () => {
    const world = manage(managed(lease(', reap: always')), 40 * HOUR);
    expect(running(world)).toBe(0);
    expect(world.ledger.count('leases.lost')).toBe(60);
    world.run.advance(50 * HOUR);
    expect(running(world)).toBe(60);
  });

  test('that are not renewed end at the next poll', () => {
    const { ledger, gauge } = manage(managed('lease: { for: 36h, renew: 0% }'), 40 * HOUR);
    expect(ledger.count('leases.ended')).toBe(3);
    const overruns = ledger.sample('overrun');
    expect(overruns.length).toBe(60);
    expect(Math.max(...overruns)).toBeLessThan(15 * MINUTE + SECOND);
    expect(Math.abs(mean(overruns) - 380 * SECOND)).toBeLessThan(130 * SECOND);
    expect(gauge('up.slivers')).toBe(1);
  });
});

describe('an authority', () => {
  test('that is away keeps changes waiting, and its nodes their slivers', () => {
    const keys = 'changes: 1h, create: 0s, authority: { outages: [{ at: 5h, for: 10h }] }';
    const world = manage(managed(keys), 14 * HOUR);
    expect(running(world)).toBe(60);
    expect(world.ledger.count('changes')).toBe(4);
    world.run.advance(16 * HOUR);
    expect(world.ledger.count('changes')).toBe(4 + 11 + 1);
    // The change of 6 h was taken at 15 h, and polled for.
    expect(Math.max(...world.ledger.sample('change.delay'))).toBeGreaterThan(10 * HOUR);
    expect(world.ledger.count('polls.failed')).toBeGreaterThan(20 * ((10 * HOUR) / (15 * MINUTE)) - 40);
  });

  test('of two is away for the time of the failover', () => {
    const outages = (replicas: number) =>
      manage(
        managed(`authority: { replicas: ${replicas}, failover: 40s, outages: [{ at: 5h, for: 1h }] }`),
        DAY,
      ).ledger.sample('outage');
    expect(outages(1)).toEqual([HOUR]);
    expect(outages(2)).toEqual([40 * SECOND]);
  });

  test('of n that fail by themselves is there but when all are down: 1 - (m / (m + u))^n', () => {
    const away = (replicas: number) => {
      const failures = 'failures: { every: exponential 9h, for: exponential 3h }';
      const keys = `authority: { replicas: ${replicas}, failover: 1s, ${failures} }, poll: { every: 30d }, report: 30d`;
      const total = manage(managed(keys), 99 * DAY)
        .ledger.sample('outage')
        .reduce((sum, outage) => sum + outage, 0);
      return total / (99 * DAY);
    };
    // 200 cycles and more: a standard error of 1.5 and 0.9 points at the most.
    expect(Math.abs(away(1) - 0.25)).toBeLessThan(0.045);
    expect(Math.abs(away(2) - 0.0625)).toBeLessThan(0.027);
  });

  test('whose clients cannot wait finds them all at its door', () => {
    const longest = (retry: string) => {
      const authority = 'authority: { servers: 1, service: 200ms, outages: [{ at: 2h, for: 2h }] }';
      const lines = `${sites(100, 5)}\n${silent('a')}\nmanagement: { ${authority}, poll: { ${retry} } }`;
      return Math.max(...manage(lines, 6 * HOUR).ledger.sample('wait')) / SECOND;
    };
    expect(longest('every: 10m')).toBeLessThan(10);
    // 500 within 10 s, of which 50 are served: the last waits 90 s.
    const herd = longest('retry: 10s');
    expect(herd).toBeGreaterThan(80);
    expect(herd).toBeLessThan(110);
  });
});

test('a slice whose site has been in arrears for two weeks is disabled, and comes back with the site', () => {
  const people =
    'people: { edge: { power: 0%, heed: 0%, replace: 10d } }, disabled: { share: 0% }, install: { fails: 0% }';
  const faults = 'faults: [{ at: 1h, crash: site-1 }]';
  const world = manage(managed(`owners: { a: site-1 }, ${people}`, faults), 13 * DAY);
  expect(world.gauge('sites.held')).toBe(1);
  const slivers = (until: number) => {
    world.run.advance(until);
    return Math.round(world.gauge('up.slivers') * 1000) / 1000;
  };
  // Of 60 wanted, all but the three of the node that is down; then of 40 all but two; from 40 days on all.
  expect(slivers(13 * DAY)).toBe(0.95);
  expect(world.ledger.sample('sliver.delay').length).toBe(60);
  slivers(15 * DAY);
  expect(world.gauge('sites.suspended')).toBe(1);
  slivers(41 * DAY);
  expect(world.gauge('up.slivers')).toBe(1);
  expect(world.gauge('sites.suspended')).toBe(0);
  // Those of the slice were made anew on 20 nodes, and the others of the node that was replaced.
  expect(world.ledger.sample('sliver.delay').length).toBe(60 + 20 + 2);
});

describe('a roll-out', () => {
  const rollout = (keys: string, seed = 1, more = '') =>
    manage(
      `${sites(50, 4)}\ngroups: { upgrade: { into: 4 } }\n${silent('a')}
management: { install: { fails: 0% }, rollout: { ${keys} } ${more} }`,
      20 * DAY,
      seed,
    );

  test('reaches all nodes wave after wave, and takes a soak for each', () => {
    const { ledger, gauge } = rollout('waves: [5%, 50%, 100%], soak: 1d');
    expect(gauge('rollout.share')).toBe(1);
    expect(ledger.count('rollout.updated')).toBe(200);
    const [done] = ledger.sample('rollout.done');
    expect(done).toBeGreaterThan(3 * DAY);
    expect(done).toBeLessThan(3 * DAY + 4 * HOUR);
  });

  test('by groups has as many waves as there are groups', () => {
    const { ledger, gauge } = rollout('groups: upgrade, soak: 1d');
    expect(gauge('rollout.share')).toBe(1);
    expect(Math.floor(ledger.sample('rollout.done')[0] / DAY)).toBe(4);
  });

  test('of an image that breaks every node costs the canaries alone, which get the old one back', () => {
    const { ledger, gauge } = rollout('waves: [5%, 100%], soak: 1d, bad: 100%, shows: 1h, threshold: 10%');
    const hurt = ledger.count('rollout.hurt');
    expect(hurt).toBeGreaterThan(2);
    expect(hurt).toBeLessThan(25);
    expect(ledger.count('rollout.halts')).toBe(1);
    expect(gauge('rollout.share')).toBe(0);
    expect(gauge('up.nodes')).toBe(1);
    expect(ledger.count('rollout.updated')).toBe(2 * hurt);
  });

  test('that nobody looks at breaks as many as the image is bad for', () => {
    const { ledger, gauge } = rollout('waves: [100%], bad: 30%, shows: 1h');
    // 200 draws at 0.3: 60, and 4 standard deviations of 6.5 on either side.
    expect(Math.abs(ledger.count('rollout.hurt') - 60)).toBeLessThan(26);
    expect(ledger.count('rollout.halts')).toBe(0);
    expect(gauge('up.nodes')).toBeLessThan(0.9);
  });
});

describe('refused by name', () => {
  const of =
    (keys: string, more = '') =>
    () =>
      manage(managed(keys, more), 1);

  test.each([
    ['authority: { site: nowhere }', 'management.authority.site: found "nowhere", expected a site'],
    ['owners: { d: site-1 }', 'management.owners.d: found "d", expected a slice: a, b, c'],
    ['owners: { a: site-99 }', 'management.owners.a: found "site-99", expected a site'],
    ['rollout: { groups: power }', 'management.rollout.groups: found "power"'],
    ['rollout: { groups: power, waves: [100%] }', 'management.rollout.groups'],
    ['rollout: { waves: [50%, 20%] }', 'management.rollout.waves'],
    ['poll: { every: 0s }', 'management.poll.every'],
    ['failures: { every: -1d }', 'management.failures.every'],
    ['authority: { servers: 0 }', 'management.authority.servers'],
    ['authority: { outages: [{ at: 200d, for: 1h }] }', 'management.authority.outages.0.at'],
    ['monitor: { dead: 1d }', 'management.monitor.dead'],
    ['poll: { retry: uniform 2m 1m }', 'management.poll.retry'],
  ])('%s', (keys, message) => {
    expect(of(keys)).toThrow(message);
  });
});
