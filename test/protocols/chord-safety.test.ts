// Chord's safety: whatever has parted a ring, soon afterwards all who live are one ring, in the true order.
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { ChordSlice, settings } from './chord-slice.ts';
import { forSeeds } from './seeds.ts';

const STABILIZE = 15 * SECOND;
/**
 * Periods of stabilize() in which a ring is whole again. Each node searches for another ring every eighth period, at a member
 * that is as likely as not on one; where this node's place and the next one's come of different rings, either's search mends it.
 * So half a sweep leaves a quarter of some 20 such places, and eight sweeps leave none.
 */
const HEALED = 8 * 8;
/** In which members that start at random times within two periods have found their order. */
const SETTLED = 100;

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);

/** A settled ring of 2 to 40 nodes, each of which is listed to all. */
function settledRing(seed: string): ChordSlice {
  const options = settings({ stabilize: STABILIZE, successors: 4, lookup: { every: 1e15 } });
  const slice = new ChordSlice(seed, { latency }, options);
  const { random, clock } = slice.network;
  const all = Array.from({ length: 2 + Math.floor(39 * random()) }, (_, address) => address);
  for (const address of all) {
    clock.after(2 * random() * STABILIZE, () => void slice.add(address, all));
  }
  slice.network.run(2 * STABILIZE);
  becomesOne(slice, SETTLED);
  return slice;
}

/** Fails unless the living are one ring within so many periods: successor lists and predecessors are all right. */
function becomesOne(slice: ChordSlice, periods: number): void {
  for (let left = periods; left > 0 && slice.flaws().length > 0; left--) slice.network.run(STABILIZE);
  expect(slice.flaws()).toEqual([]);
}

/** Parts the members into two or three groups, of any sizes. @param oneWay lower groups still reach higher ones */
function part({ network }: ChordSlice, oneWay: boolean): void {
  const { random } = network;
  const groups = 2 + Math.floor(2 * random());
  const groupOf = [...network.members.keys()].map(() => Math.floor(groups * random() ** 2));
  network.passes = (from, to) => {
    const [a, b] = [groupOf[Number(from)], groupOf[Number(to)]];
    return oneWay ? a <= b : a === b;
  };
}

test('a ring that was parted for up to 20 minutes is one again within 64 periods of stabilize()', () => {
  let parted = 0;
  const tried = forSeeds(300, seed => {
    const slice = settledRing(seed);
    const { network } = slice;
    part(slice, false);
    network.run(network.random() * 80 * STABILIZE);
    if (slice.flaws().length > 0) parted++;
    network.passes = () => true;
    becomesOne(slice, HEALED);
  });
  // All but those that were parted for a moment, or not at all.
  expect(parted).toBeGreaterThan(tried / 2 - 1);
});

test('so is one that was parted, also one way only, while a fifth of its nodes crashed and half of these came back', () => {
  forSeeds(200, seed => {
    const slice = settledRing(seed);
    const { network, nodes } = slice;
    const { random, clock } = network;
    const all = [...nodes.keys()];
    const span = random() * 80 * STABILIZE;
    part(slice, random() < 0.5);
    for (const address of all) {
      if (random() >= 0.2) continue;
      clock.after(random() * span, () => {
        if (nodes.size > 2) slice.crash(address);
      });
      if (random() < 0.5) continue;
      clock.after(random() * span, () => {
        if (!nodes.has(address)) slice.add(address, all);
      });
    }
    network.run(span);
    network.passes = () => true;
    becomesOne(slice, HEALED);
  });
});
