// SWIM's safety: without loss nobody keeps a dead member for longer than the bound, nor loses a living one.
import seedrandom from 'seedrandom';
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { forSeeds } from './seeds.ts';
import { SwimGroup } from './swim-group.ts';

/** The protocol period, by default. */
const PERIOD = SECOND;
const latency = (random: () => number) => Math.round(50 * random()) * MILLISECOND;

/**
 * Periods after which nobody may keep a dead one of `others`, n in number. Section 4.3: a member is probed again within
 * 2n - 1 periods, as the first of one round and the last of the next. One more until that probe has failed; then it is
 * suspected, and then dead. Who hears of it from others knows sooner.
 */
function bound(others: number, { options }: SwimGroup): number {
  return 2 * others + (options.suspicion === 'on' ? options.suspicionPeriods : 0);
}

/** 2 to 30 members who know each other, from the start or since they joined, with options of any kind. */
function settledGroup(seed: string): SwimGroup {
  const random = seedrandom.alea(`options ${seed}`);
  const below = (limit: number) => Math.floor(limit * random());
  const size = 2 + below(29);
  const suspicion = below(5) > 0 ? 'on' : 'off';
  const group = new SwimGroup(
    seed,
    { latency },
    { k: below(4), suspicion, suspicionPeriods: 1 + below(6), piggyback: 1 + below(8) },
  );
  if (below(2) > 0) group.assemble(size);
  else {
    for (let member = 0; member < size; member++) {
      group.add(member);
      group.network.run(below(5 * PERIOD));
    }
  }
  group.network.run((2 * size + below(20)) * PERIOD);
  expect(group.errors()).toEqual([]);
  return group;
}

test('whoever and however many crash, the others know within 2 (N - 1) + suspicionPeriods periods', () => {
  forSeeds(400, seed => {
    const group = settledGroup(seed);
    const { network, nodes } = group;
    const all = [...nodes.keys()];
    for (let round = 0; round < 3; round++) {
      const living = [...nodes.keys()];
      const dead = living.filter(() => network.random() < 0.4).slice(0, living.length - 1);
      for (const member of dead) group.crash(member);
      network.run(bound(living.length - 1, group) * PERIOD);
      for (const [self, { members }] of nodes) {
        for (const member of dead) expect(members.get(member)?.status, `${self} of ${member}`).toBe('dead');
      }
      expect(group.errors()).toEqual([]);
      // Who comes back is taken back, from being dead too; and may crash again.
      for (const member of dead) if (network.random() < 0.7) group.add(member, undefined, all);
      network.run(4 * all.length * PERIOD);
      expect(group.errors()).toEqual([]);
    }
  });
});
