// SWIM's failure detection: how soon, and how often wrongly.
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { SwimGroup } from './swim-group.ts';

/** One ping and one ack a member a period, to targets uniformly at random, and no suspicion. */
const plain = { k: 0, suspicion: 'off', targets: 'random', period: SECOND };

/** Periods from crashes until somebody finds out, in one group; a crash each period or so. */
function periodsToDetect(seed: string, size: number, crashes: number): number[] {
  const group = new SwimGroup(seed, { latency: 1000 }, plain);
  group.assemble(size);
  group.network.run(SECOND);
  const crashed = new Map<number, number>();
  for (let member = 0; member < crashes; member++) {
    group.network.run(Math.floor((0.5 + group.network.random()) * SECOND));
    group.crash(member);
    crashed.set(member, group.network.clock.now);
  }
  group.network.run(30 * SECOND);
  return [...crashed].map(([member, at]) => {
    const found = group.changes.find(change => change.member === member && change.firsthand)!;
    // It is declared at the end of the period in which it was probed.
    return Math.ceil((found.at - SECOND - at) / SECOND);
  });
}

describe('first detection, in protocol periods', () => {
  // The first success of many: 1 / (1 - (1 - 1/(N-1))^(N-1)), which is e / (e - 1) for large N (section 3.1).
  test.each([
    { size: 10, periods: 1.53, groups: 1500, crashes: 1 },
    { size: 50, periods: 1.573, groups: 500, crashes: 1 },
    { size: 1000, periods: 1.582, groups: 6, crashes: 20 },
  ])('of $size members: $periods, in the 99 % interval', ({ size, periods, groups, crashes }) => {
    const found = Array.from({ length: groups }, (_, group) =>
      periodsToDetect(`${size} ${group}`, size, crashes),
    );
    const { low, high } = interval99(found.flat());
    expect(low).toBeLessThan(periods);
    expect(high).toBeGreaterThan(periods);
    expect(high - low).toBeLessThan(0.6);
  });
});

describe('a probe of a living member, with messages lost', () => {
  // Section 3.1: neither ping and ack get through, nor any of the k ways round of four messages each.
  test.each([
    { loss: 0.1, k: 0 },
    { loss: 0.1, k: 1 },
    { loss: 0.2, k: 3 },
  ])('at $loss through $k others fails with (1 - q^2)(1 - q^4)^k', ({ loss, k }) => {
    const q = 1 - loss;
    const shares = Array.from({ length: 10 }, (_, index) => {
      const group = new SwimGroup(
        `${loss} ${k} ${index}`,
        { latency: MILLISECOND, loss },
        { k, suspicionPeriods: 50 },
      );
      group.assemble(20);
      group.network.run(150 * SECOND);
      // The last probes have not been judged yet.
      return group.network.meter.count('probes.failed') / (group.network.meter.count('probes') - 20);
    });
    const { low, high } = interval99(shares);
    const expected = (1 - q ** 2) * (1 - q ** 4) ** k;
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
  });
});

/** Times that a living member was believed dead, per member and hour, at a loss. */
function falseDeaths(loss: number, suspicion: 'on' | 'off', groups: number, seconds: number): number[] {
  return Array.from({ length: groups }, (_, index) => {
    const group = new SwimGroup(`false ${index}`, { latency: 50 * MILLISECOND, loss }, { suspicion });
    group.assemble(30);
    group.network.run(seconds * SECOND);
    return group.network.meter.count('refuted.dead') / (30 * (seconds / 3600));
  });
}

describe('false positives', () => {
  test('are hundreds of times fewer with suspicion', () => {
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const without = mean(falseDeaths(0.2, 'off', 3, 200));
    expect(without).toBeGreaterThan(50);
    expect(mean(falseDeaths(0.2, 'on', 3, 200))).toBeLessThan(without / 100);
  });

  test('leave all believing in all again once messages are no longer lost', () => {
    for (const suspicion of ['on', 'off']) {
      const group = new SwimGroup(
        suspicion,
        { latency: 50 * MILLISECOND, loss: 0.6 },
        { suspicion, suspicionPeriods: 2 },
      );
      group.assemble(20);
      group.network.run(100 * SECOND);
      expect(group.network.meter.count('refuted.dead')).toBeGreaterThan(0);
      group.network.conditions = { latency: 50 * MILLISECOND };
      group.network.run(600 * SECOND);
      expect(group.errors()).toEqual([]);
    }
  });
});
