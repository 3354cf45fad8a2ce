// What keeps nodes running: the monitor's calendar, people, the way up with its causes and its shared link, the states in the long run.
import { describe, expect, test } from 'vitest';
import { CAUSES, drawCause, WAYS } from '../../models/management/boot-causes.ts';
import { Clock } from '../../models/management/clock.ts';
import { ImageServer } from '../../models/management/image-server.ts';
import { type BootState, phases } from '../../models/management/node-states.ts';
import { Upkeep } from '../../models/management/upkeep.ts';
import { stream } from '../../sim/random.ts';
import { Simulation } from '../../sim/simulation.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../sim/time.ts';
import { mean, missed, seeds } from '../statistics.ts';
import { manage, silent } from './management-world.ts';
import { testbedOf } from './scenario-run.ts';

const sites = (count: number, nodes = 1, more = '') =>
  `topology: { generate: { sites: ${count}, nodesPerSite: ${nodes}, classes: { edge: 1 } } }\n${silent('a')}\n${more}`;
const crash = 'faults: [{ at: 1h, crash: all }]';
const nobody = 'people: { edge: { power: 0%, heed: 0% } }';
const sound = 'install: { fails: 0% }, disabled: { share: 0% }';

describe('a node that crashes and that nobody minds', () => {
  const at = (until: number, keys = nobody) =>
    manage(sites(1, 1, `${crash}\nmanagement: { ${keys}, ${sound} }`), until);

  test('is power-cycled after a day, at the next look, an hour later at most', () => {
    expect(at(DAY + HOUR - MINUTE).ledger.count('cycles')).toBe(0);
    expect(at(DAY + 2 * HOUR).ledger.count('cycles')).toBe(1);
    expect(at(28 * DAY).ledger.count('cycles')).toBe(1);
  });

  test('is written about after 2 days and each 3.5 days, on record for a reinstall after 5, and dead after 30', () => {
    // 2 + 3.5 k < 30, and two messages of the site's standing, after 7 days and 14.
    const run = at(29 * DAY);
    expect(run.ledger.count('notices')).toBe(8 + 2);
    expect(run.ledger.count('dead')).toBe(0);
    expect(at(31 * DAY).ledger.count('dead')).toBe(1);
    expect(at(60 * DAY, `${nobody.replace('heed', 'replace: 99d, heed')}`).ledger.count('notices')).toBe(10);
    expect(at(5 * DAY).gauge('state.boot')).toBe(1);
    expect(at(5 * DAY + 3 * HOUR).gauge('state.reinstall')).toBe(1);
  });

  test('holds its site back after 7 days, and suspends it after 14', () => {
    const standing = (until: number) => {
      const { gauge } = at(until + HOUR);
      return [gauge('sites.held'), gauge('sites.suspended')];
    };
    expect(standing(7 * DAY - 1)).toEqual([0, 0]);
    expect(standing(7 * DAY + 1)).toEqual([1, 0]);
    expect(standing(14 * DAY - 1)).toEqual([1, 0]);
    expect(standing(14 * DAY + 1)).toEqual([1, 1]);
  });

  test('comes back from a power-cycle in the time of a boot', () => {
    const { ledger, gauge } = at(3 * DAY, 'people: { edge: { power: 100% } }');
    expect(gauge('up.nodes')).toBe(1);
    const [down] = ledger.sample('down');
    expect(down).toBeGreaterThanOrEqual(DAY + 3 * MINUTE);
    expect(down).toBeLessThanOrEqual(DAY + HOUR + 3 * MINUTE);
    expect(ledger.count('notices')).toBe(0);
  });

  test('or from the hands of people, who install it where it is on record for that', () => {
    const mended = (repair: string) =>
      at(20 * DAY, `people: { edge: { power: 0%, heed: 100%, repair: ${repair} } }`).ledger;
    expect(mended('1d').sample('install.time').length).toBe(0);
    expect(Math.abs(mended('1d').sample('down')[0] - 3 * DAY)).toBeLessThan(HOUR + 3 * MINUTE);
    expect(mended('4d').sample('install.time').length).toBe(1);
    expect(Math.abs(mended('4d').sample('down')[0] - 6 * DAY)).toBeLessThan(HOUR + 10 * MINUTE);
  });

  test('is not looked after while there is no authority', () => {
    const away = 'authority: { outages: [{ at: 0s, for: 3d }] }, people: { edge: { power: 100% } }';
    const { ledger } = at(4 * DAY, away);
    const [down] = ledger.sample('down');
    expect(down).toBeGreaterThan(3 * DAY - HOUR);
    expect(down).toBeLessThan(3 * DAY + 2 * HOUR);
  });
});

test('a fault with an end ends by itself, but a node that boots waits for the authority', () => {
  const faults = 'faults: [{ at: 1h, crash: all, restart: 1h }]';
  const down = (outages: string) =>
    manage(
      sites(1, 1, `${faults}\nmanagement: { ${sound}, authority: { outages: [${outages}] } }`),
      DAY,
    ).ledger.sample('down')[0];
  expect(down('')).toBe(HOUR);
  const waits = down('{ at: 90m, for: 5h }') + HOUR;
  expect(waits).toBeGreaterThanOrEqual(6.5 * HOUR);
  expect(waits).toBeLessThanOrEqual(6.5 * HOUR + 4 * MINUTE);
});

describe('the way up', () => {
  test('an installation fails as often as told, by the causes on record, and a boot by those of its own stages', () => {
    expect(CAUSES.reduce((sum, { weight }) => sum + weight, 0)).toBe(116);
    const share = (way: 'install' | 'boot', seed: number, name?: string) => {
      const random = stream(String(seed), 'causes');
      const draws = Array.from({ length: 20_000 }, () => drawCause(WAYS[way], 0.3, random));
      return draws.filter(cause => (name ? cause?.name === name : cause)).length / draws.length;
    };
    for (const { name, weight } of CAUSES) {
      const shares = seeds(10).map(seed => share('install', seed, name));
      expect(missed(shares, (0.3 * weight) / 116)).toBe('');
    }
    expect(
      missed(
        seeds(10).map(seed => share('install', seed)),
        0.3,
      ),
    ).toBe('');
    expect(
      missed(
        seeds(10).map(seed => share('boot', seed)),
        (0.3 * 33) / 116,
      ),
    ).toBe('');
  });

  /** When each of some downloads of 1000 bytes ends, in seconds. */
  function downloads(link: number, access: number, begins: readonly number[], abort?: number): number[] {
    const sim = new Simulation();
    const ends: number[] = begins.map(() => Infinity);
    const server = new ImageServer(new Clock(sim, 0), 1000, link, access, node => {
      ends[node] = sim.now / SECOND;
    });
    for (const [node, begin] of begins.entries()) sim.at(begin * SECOND, () => server.begin(node));
    if (abort !== undefined) sim.at(abort * SECOND, () => server.abort(0));
    sim.run();
    return ends;
  }

  test('downloads share the link: n at once take n times as long, and nobody more than the own link lets him', () => {
    // 8000 bit/s bear an image in a second.
    expect(downloads(8000, Infinity, [0])).toEqual([1]);
    expect(downloads(8000, Infinity, [0, 0, 0, 0])).toEqual([4, 4, 4, 4]);
    expect(downloads(8000, 2000, [0, 0])).toEqual([4, 4]);
    expect(downloads(8000, 4000, [0, 0, 0, 0])).toEqual([4, 4, 4, 4]);
    expect(downloads(Infinity, Infinity, [0, 5])).toEqual([0, 5]);
  });

  test('one that comes half-way through another takes its share from then on', () => {
    // 0.5 s alone, then half the rate for a second: 1.5; the other has half by then, and ends alone at 2.
    expect(downloads(8000, Infinity, [0, 0.5])).toEqual([1.5, 2]);
    // With the first gone at 1 s, the second has a quarter, and three quarters of a second to go.
    expect(downloads(8000, Infinity, [0, 0.5], 1)).toEqual([Infinity, 1.75]);
  });

  test('a storm of reinstallations takes as long as the link needs for all images', () => {
    const management = `management: { disabled: { share: 0% }, poll: { every: 1m, spread: 0s }, authority: { link: 10Mbps },
  install: { image: 10MB, fails: 0% }, create: 20s,
  rollout: { how: reinstall, waves: [100%], soak: 0s } }`;
    const { ledger, gauge } = manage(sites(20, 5, management), DAY);
    // 100 images of 80 Mbit: 800 s, and 90 s before and 450 s after the download; told within a minute.
    const times = ledger.sample('install.time').map(time => time / SECOND);
    expect(times.length).toBe(100);
    expect(Math.max(...times)).toBeGreaterThan(800 + 540 - 61);
    expect(Math.max(...times)).toBeLessThan(800 + 541);
    expect(gauge('up.nodes')).toBe(1);
    expect(gauge('up.slivers')).toBe(1);
    expect(ledger.sample('sliver.delay').length).toBe(200);
  });
});

describe('in the long run, with the default laws', () => {
  // The authority's records of 996 nodes in December 2019, in percent. Their own chance, as of so many nodes drawn, is the
  // tolerance: two standard deviations.
  const SNAPSHOT: Readonly<Record<BootState, number>> = {
    boot: 72,
    reinstall: 12,
    failboot: 11,
    disabled: 3,
    safeboot: 2,
  };
  const lived = seeds(12).map(seed => {
    const testbed = testbedOf(`duration: 1d
seed: ${seed}
topology: { planetlab: { year: 2019, nodes: 996 } }
${silent('a')}
management: { failures: {}, history: 1500d }`);
    return new Upkeep(testbed.subsystems.management!, testbed).states;
  });
  const share = (of: (states: (typeof lived)[number], node: number) => boolean) =>
    lived.map(states => [...states.phase.keys()].filter(node => of(states, node)).length / 996);

  test.each(Object.entries(SNAPSHOT))('nodes are in state %s as in the snapshot: %d %', (state, percent) => {
    const expected = percent / 100;
    const tolerance = 2 * Math.sqrt((expected * (1 - expected)) / 996);
    const shares = share((states, node) => states.recorded(node) === state);
    expect(Math.abs(mean(shares) - expected)).toBeLessThan(tolerance);
    expect(missed(shares, expected)).toBe('');
  });

  test('about two thirds of the nodes are up (Oppenheimer et al., 2006)', () => {
    const up = mean(share((states, node) => states.phase[node] === phases.up));
    expect(up).toBeGreaterThan(0.62);
    expect(up).toBeLessThan(0.72);
  });
});
