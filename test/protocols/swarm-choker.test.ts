// Whom a member uploads to, and how its windows keep what is under way within the link.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { Choker } from '../../protocols/swarm/choker.ts';
import { DelayWindow, Queueing, TARGET } from '../../protocols/swarm/delay-window.ts';
import { Recent } from '../../protocols/swarm/recent.ts';

interface Someone {
  readonly name: number;
  interested: boolean;
  choked: boolean;
  worth: number;
  snubs: boolean;
}

const someone = (name: number, worth = 0): Someone => ({
  name,
  interested: true,
  choked: true,
  worth,
  snubs: false,
});
const people = (count: number, worth: (name: number) => number = () => 0) =>
  Array.from({ length: count }, (_, name) => someone(name, worth(name)));
const names = (list: readonly Someone[]) => list.map(({ name }) => name).sort((a, b) => a - b);

function choker(seed = '1', slots = 4): Choker<Someone> {
  return new Choker<Someone>(slots, {
    worth: ({ worth }) => worth,
    snubs: ({ snubs }) => snubs,
    random: seedrandom.alea(seed),
    choke: candidate => {
      candidate.choked = true;
    },
    unchoke: candidate => {
      candidate.choked = false;
    },
  });
}

describe('the choker', () => {
  test('unchokes the four that give most, and one more', () => {
    const all = people(20, name => name);
    const made = choker();
    made.rechoke(all, true);
    expect(made.unchoked.length).toBe(5);
    expect(names(made.unchoked).slice(-4)).toEqual([16, 17, 18, 19]);
    expect(names(all.filter(({ choked }) => !choked))).toEqual(names(made.unchoked));
  });

  test('gives the fifth place to each of the others as often', () => {
    const all = people(14, name => (name < 4 ? 1 : 0));
    const made = choker();
    const times = new Map<number, number>();
    for (let round = 0; round < 1000; round++) {
      made.rechoke(all, true);
      const by = made.unchoked.find(({ worth }) => worth === 0)!.name;
      times.set(by, (times.get(by) ?? 0) + 1);
    }
    expect(times.size).toBe(10);
    for (const count of times.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  test('keeps the fifth until it is to pass on', () => {
    const all = people(14, name => (name < 4 ? 1 : 0));
    const made = choker();
    made.rechoke(all, true);
    const before = names(made.unchoked);
    made.rechoke(all, false);
    expect(names(made.unchoked)).toEqual(before);
    made.rechoke(all, true);
    expect(names(made.unchoked)).not.toEqual(before);
  });

  test('gives one that snubs a place by chance only, and its own to chance as well', () => {
    const all = people(20, name => name);
    for (const candidate of all) candidate.snubs = candidate.name >= 2;
    const made = choker();
    made.rechoke(all, true);
    expect(made.unchoked.length).toBe(5);
    expect(names(made.unchoked).slice(0, 2)).toEqual([0, 1]);
  });

  test('does not change places between those that give the same', () => {
    const all = people(20);
    const made = choker();
    made.rechoke(all, true);
    const before = made.unchoked.slice(0, 4);
    made.rechoke(all, true);
    expect(names(made.unchoked.slice(0, 4))).toEqual(names(before));
  });

  test('lets one that gives more have the place of one that gives less, when it wants something again', () => {
    const all = people(6, name => name + 1);
    all[5].interested = false;
    const made = choker();
    made.rechoke(all, true);
    expect(names(made.unchoked)).toEqual([0, 1, 2, 3, 4]);
    all[5].interested = true;
    made.offer(all[5]);
    expect(all[5].choked).toBe(false);
    expect(all[1].choked).toBe(true);
  });

  test('whatever comes: never more than five, none without interest, none choked while there is room', () => {
    const step = fc.record({
      who: fc.nat(11),
      act: fc.constantFrom('turn', 'worth', 'snub', 'rechoke', 'rotate'),
    });
    fc.assert(
      fc.property(fc.string(), fc.array(step, { maxLength: 100 }), (seed, steps) => {
        const all = people(12);
        for (const candidate of all) candidate.interested = false;
        const made = choker(seed);
        for (const { who, act } of steps) {
          const candidate = all[who];
          if (act === 'turn') {
            candidate.interested = !candidate.interested;
            if (candidate.interested) made.offer(candidate);
            else made.withdraw(candidate, all);
          } else if (act === 'worth') candidate.worth += who;
          else if (act === 'snub') candidate.snubs = !candidate.snubs;
          else made.rechoke(all, act === 'rotate');
          const open = all.filter(({ choked }) => !choked);
          expect(names(open)).toEqual(names(made.unchoked));
          expect(open.every(({ interested }) => interested)).toBe(true);
          expect(open.length).toBe(Math.min(5, all.filter(({ interested }) => interested).length));
        }
      }),
    );
  });
});

test('what came in the last 20 seconds is what came in them', () => {
  const arrivals = fc.array(fc.record({ pause: fc.nat(30), amount: fc.nat(1000) }), { maxLength: 50 });
  fc.assert(
    fc.property(arrivals, list => {
      const recent = new Recent();
      let now = 0;
      const came: { at: number; amount: number }[] = [];
      for (const { pause, amount } of list) {
        now += pause;
        recent.add(now * 1e9, amount);
        came.push({ at: now, amount });
        const sum = came.filter(({ at }) => at > now - 20).reduce((total, each) => total + each.amount, 0);
        expect(recent.sum(now * 1e9)).toBe(sum);
      }
      expect(recent.sum((now + 20) * 1e9)).toBe(0);
    }),
  );
});

describe('a window', () => {
  const BLOCK = 4096;

  /** Block by block, over a link that takes a time for each. */
  function settle(perBlock: number, rtt: number): { window: DelayWindow; queue: number } {
    const window = new DelayWindow(BLOCK);
    let queue = 0;
    for (let block = 0; block < 600_000; block++) {
      while (window.open) window.sent(BLOCK);
      // What the link does not take within a round trip waits.
      queue = Math.max(0, (window.inFlight / BLOCK) * perBlock - rtt);
      window.arrived(BLOCK, queue);
    }
    return { window, queue };
  }

  test.each([
    [3.3e6, 80e6],
    [0.33e6, 200e6],
    [33e6, 60e6],
  ])(
    'of a link that takes %s ns for a block and a round trip of %s ns comes to the target',
    (perBlock, rtt) => {
      const { window, queue } = settle(perBlock, rtt);
      // Within a block.
      expect(Math.abs(queue - TARGET)).toBeLessThanOrEqual(perBlock);
      expect(Math.abs(window.size / BLOCK - (rtt + TARGET) / perBlock)).toBeLessThanOrEqual(1.5);
    },
  );

  test('is halved once by losses of one round trip, and never closes', () => {
    const window = new DelayWindow(BLOCK);
    for (let i = 0; i < 100; i++) {
      while (window.open) window.sent(BLOCK);
      window.arrived(BLOCK, 0);
    }
    const before = window.size;
    window.lost(BLOCK, 1e9, 100e6);
    window.lost(BLOCK, 1.05e9, 100e6);
    expect(window.size).toBe(before / 2);
    for (let second = 2; second < 50; second++) window.lost(BLOCK, second * 1e9, 100e6);
    expect(window.size).toBe(BLOCK);
    window.settled(window.inFlight);
    expect(window.open).toBe(true);
  });

  test('does not grow by what does not fill it', () => {
    const window = new DelayWindow(BLOCK);
    for (let i = 0; i < 50; i++) {
      window.sent(BLOCK);
      window.arrived(BLOCK, 0);
    }
    expect(window.size).toBe(2 * BLOCK);
  });
});

test('queueing is what a delay has beyond the least, wherever the two clocks begin and wrap', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.array(fc.nat(500_000), { minLength: 1 }), (offset, delays) => {
      const queueing = new Queueing();
      let least = Infinity;
      for (const delay of delays) {
        least = Math.min(least, delay);
        expect(queueing.of((offset + delay) % 2 ** 32, 1e9)).toBe(1000 * (delay - least));
      }
    }),
  );
});

test('a way that has become longer is known as such after two minutes', () => {
  const queueing = new Queueing();
  queueing.of(10_000, 0);
  expect(queueing.of(40_000, 30e9)).toBe(30e6);
  expect(queueing.of(40_000, 61e9)).toBe(30e6);
  expect(queueing.of(40_000, 122e9)).toBe(0);
});
