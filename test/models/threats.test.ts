// Threats: a worm against the theory of epidemics, and the way from a packet back to the slice that sent it.
import { describe, expect, test } from 'vitest';
import { FlowLog } from '../../models/threats/flow-log.ts';
import { stream } from '../../sim/random.ts';
import { DAY, HOUR, MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';
import { covers, seeds } from '../statistics.ts';
import { ranFor } from './machine-room.ts';
import type { ScenarioRun } from './scenario-run.ts';

/** Runs a scenario of one-node sites whose hosts never speak. */
function run(nodes: number, until: Nanoseconds, lines: string, seed: string | number = 1): ScenarioRun {
  const slices = '{ a: { run: { protocol: ping, every: 99d } }, b: { run: { protocol: ping, every: 99d } } }';
  return ranFor(until, nodes, `slices: ${slices}\n${lines}`, seed);
}

describe('a worm that nobody stops', () => {
  test('takes all nodes in the time of the pure birth process: sum of (N - 1) / (beta i (N - i))', () => {
    const nodes = 20;
    const expected = seeds(nodes - 1).reduce((sum, i) => sum + (nodes - 1) / (i * (nodes - i)), 0);
    const times = seeds(40).map(seed => {
      const ran = run(nodes, 1, 'worm: { patients: 1 nodes, probe: exponential 1m }', seed);
      while (ran.gauge('worm.compromised') < nodes) ran.run.sim.step();
      return ran.run.sim.now / MINUTE;
    });
    covers(times, expected);
  });

  test('leaves alone what has not the weakness', () => {
    const { ledger } = run(
      30,
      5 * HOUR,
      'groups: { software: { into: 3 } }\nworm: { patients: software group 1, vulnerable: software group 1, probe: 10s }',
    );
    const lost = ledger('worm').count('lost');
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(30);
    expect(ledger('worm').count('infections')).toBe(lost);
  });

  test('probes as often from a node that crashes again and again, while that is up', () => {
    const worm = 'worm: { patients: site-1, vulnerable: site-1, probe: exponential 20s }';
    const crashes = seeds(59).map(each => `{ at: ${10 * each}s, crash: site-1, restart: 5s }`);
    const counts = seeds(30).map(seed => {
      const ran = run(3, 10 * MINUTE, `${worm}\nfaults: [${crashes.join(', ')}]`, seed);
      return ran.ledger('worm').count('probes');
    });
    // Down from 10 s to 15 s, 20 s to 25 s, ...: 295 s of ten minutes.
    covers(counts, (600 - 295) / 20);
  });

  test('does not cross a partition, nor a firewall from outside', () => {
    const worm = 'worm: { at: 1m, patients: site-1, probe: 1s }';
    const cut = run(10, 2 * HOUR, `${worm}\nfaults: [{ at: 0s, partition: site-1 | rest }]`);
    expect(cut.ledger('worm').count('lost')).toBe(1);
    const walled = run(
      10,
      2 * HOUR,
      `${worm}\nborders: [{ nodes: site-2, firewall: {} }, { nodes: site-3, firewall: { in: [udp 4000] } }]`,
    );
    expect(walled.ledger('worm').count('lost')).toBe(9);
  });

  test('probes third parties as often as it says, by every node that it has and that is up', () => {
    const one = run(
      2,
      3 * HOUR,
      'worm: { at: 1h, patients: all, outside: 7, probe: 1h }\nfaults: [{ at: 2h, crash: site-1 }]',
    );
    one.gauge('worm.active');
    expect(one.ledger('worm').count('outside')).toBe(7 * 3600 * 3);
  });

  test('with a sliver that holds never has the node', () => {
    const { ledger } = run(10, 5 * HOUR, 'worm: { patients: 1 nodes, probe: 1m }');
    expect(ledger('worm').count('lost')).toBe(10);
    expect(ledger('worm').count('escapes')).toBe(0);
    const open = run(10, 5 * HOUR, 'worm: { patients: 1 nodes, probe: 1m, escape: 1m }');
    expect(open.ledger('worm').count('escapes')).toBe(10);
  });
});

describe('a worm that is quarantined', () => {
  test('below the threshold takes 1 / (1 - R0) nodes in all, R0 being probes until it is taken off', () => {
    // R0 = 30 m / 1 h: half a node more by each, among so many that none is hit twice.
    const totals = seeds(80).map(seed => {
      const worm =
        'worm: { patients: 1 nodes, probe: exponential 1h, detect: exponential 30m, quarantine: { after: 1ns, reinstall: 90d } }';
      return run(150, 10 * 24 * HOUR, worm, seed)
        .ledger('worm')
        .count('infections');
    });
    covers(totals, 2);
  });

  test('has its nodes down until they are installed anew, and these come back clean', () => {
    const worm =
      'worm: { at: 1h, patients: all, vulnerable: all, escape: 1ns, probe: 9d, detect: 10m, quarantine: { after: 5m, reinstall: 2h }, patch: { after: 1m, reach: 1m } }';
    const at = (time: Nanoseconds) => run(5, time, worm);
    expect(at(HOUR + 14 * MINUTE).run.nodesUp).toBe(5);
    const taken = at(HOUR + 16 * MINUTE);
    expect(taken.run.nodesUp).toBe(0);
    expect(taken.gauge('worm.compromised')).toBe(0);
    expect(taken.ledger('worm').sample('contained')).toEqual([15 * MINUTE]);
    expect(at(3 * HOUR + 16 * MINUTE).run.nodesUp).toBe(5);
    expect(
      at(3 * HOUR + 16 * MINUTE)
        .ledger('worm')
        .count('patched'),
    ).toBe(5);
  });

  test('keeps its nodes down though a fault would restart them', () => {
    const worm =
      'worm: { patients: all, escape: 1ns, probe: 9d, detect: 10m, quarantine: { after: 1ns, reinstall: 5h } }\nfaults: [{ at: 1h, restart: all }]';
    expect(run(3, 2 * HOUR, worm).run.nodesUp).toBe(0);
    expect(run(3, 6 * HOUR, worm).run.nodesUp).toBe(3);
  });
});

describe('the flow log', () => {
  test('holds a flow of n packets with probability 1 - (1 - p)^n', () => {
    const log = new FlowLog(1, 0.001);
    log.begin(0, 'a', 'x', 2, 0);
    const random = stream('log');
    const found = Array.from({ length: 4000 }, () =>
      log.search(0, 'x', 0, 300 * SECOND, random).length > 0 ? 1 : 0,
    );
    covers(found, 1 - 0.999 ** 600);
  });

  test('tells who sent most to a destination in a span, and nothing of others', () => {
    const log = new FlowLog(2, 1);
    const random = stream('log');
    log.begin(0, 'a', 'x', 2, 0);
    log.begin(0, 'b', 'x', 5, 0);
    log.begin(0, 'c', 'y', 50, 0);
    log.begin(1, 'd', 'x', 50, 0);
    log.end(0, 'b', 10 * SECOND);
    expect(log.search(0, 'x', 5 * SECOND, 15 * SECOND, random)).toEqual([
      { slice: 'b', packets: 25 },
      { slice: 'a', packets: 20 },
    ]);
    expect(log.search(0, 'x', 10 * SECOND, 20 * SECOND, random)).toEqual([{ slice: 'a', packets: 20 }]);
  });
});

describe('a slice that floods a third party', () => {
  const flood = (more = '') =>
    `flood: { at: 1h, slice: a, rate: 10, complaint: 1h, audit: { search: 30m }, reach: 15m${more} }`;

  test('is found, and stopped, when complaint, search and reach have passed; until then every packet is counted', () => {
    const ran = run(4, 10 * HOUR, flood());
    const ledger = ran.ledger('flood');
    expect(ledger.sample('identified')).toEqual([90 * MINUTE]);
    expect(ledger.sample('contained')).toEqual([105 * MINUTE]);
    ran.gauge('flood.rate');
    // 4 slivers, 10 packets a second, 105 minutes.
    expect(ledger.count('packets')).toBe(4 * 10 * 105 * 60);
  });

  describe('and forges addresses, two of its slivers on twenty nodes', () => {
    const ran = (seed: number, raw: boolean) => {
      const slices = `slices: { a: { place: { nodes: 2 }, caps: { raw: ${raw} }, run: { protocol: ping, every: 99d } } }`;
      return ranFor(90 * DAY, 20, `${slices}\n${flood(', forged: true')}`, seed).ledger('flood');
    };

    test('is found when the node that is drawn has it: by 20 / 2 complaints in the mean', () => {
      const found = seeds(60).map(seed => ran(seed, true));
      covers(
        found.map(ledger => ledger.count('complaints')),
        10,
      );
      for (const ledger of found) {
        const [identified] = ledger.sample('identified');
        expect(identified).toBe(90 * MINUTE * ledger.count('complaints'));
        expect(ledger.count('untraced')).toBe(ledger.count('complaints') - 1);
      }
    });

    test('is found at once where it may not open raw sockets', () =>
      expect(ran(1, false).sample('identified')).toEqual([90 * MINUTE]));
  });

  test('goes on at its cap', () => {
    const ran = run(4, 10 * HOUR, flood(', cap: 1'));
    expect(ran.gauge('flood.rate')).toBe(4);
    expect(ran.ledger('flood').count('packets')).toBe(4 * (10 * 105 * 60 + (9 * 60 - 105) * 60));
  });

  test('is taken for another where that one sends more from the node', () => {
    const ledger = run(4, 10 * HOUR, flood(', background: 20')).ledger('flood');
    expect(ledger.count('wronged')).toBeGreaterThan(3);
    expect(ledger.sample('identified')).toEqual([]);
  });

  test('is not found where the log holds nothing of it', () => {
    const ledger = run(4, 10 * HOUR, flood().replace('search: 30m', 'search: 30m, sample: 0.000001%')).ledger(
      'flood',
    );
    expect(ledger.count('untraced')).toBeGreaterThan(3);
  });

  test('that there is not is refused', () => {
    expect(() => run(4, HOUR, flood().replace('slice: a', 'slice: c'))).toThrow(
      'flood.slice: found "c", expected a slice: a, b',
    );
  });
});
