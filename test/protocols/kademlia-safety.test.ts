// Kademlia's safety: whatever has parted a network, two refreshes later every lookup finds the k closest of all who live.
import { expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE } from '../../sim/time.ts';
import { KademliaSlice } from './kademlia-slice.ts';
import { forSeeds } from './seeds.ts';

/** By default: how often a k-bucket in which nothing was looked up is refreshed. */
const REFRESH = HOUR;
const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);

test('a network that was parted for up to three hours, while nodes crashed and came back, is one after two refreshes', () => {
  let parted = 0;
  const tried = forSeeds(200, seed => {
    const slice = new KademliaSlice(seed, { latency }, { k: 4, lookup: { every: 1e15 } });
    const { network, nodes } = slice;
    const { random, clock } = network;
    slice.grow(10 + Math.floor(21 * random()), MINUTE);
    network.run(2 * REFRESH);
    const all = [...nodes.keys()];
    const side = all.map(() => random() < 0.4);
    network.passes = (from, to) => side[Number(from)] === side[Number(to)];
    const span = 3 * REFRESH * random();
    for (const address of all) {
      if (random() >= 0.2) continue;
      clock.after(random() * span, () => slice.crash(address));
      if (random() < 0.5) clock.after(span, () => slice.add(address, all));
    }
    network.run(span);
    slice.check(10, MINUTE);
    if (slice.wrong > 0) parted++;
    network.passes = () => true;
    network.run(2 * REFRESH + 5 * MINUTE);
    slice.wrong = 0;
    slice.ended = 0;
    slice.check(20, MINUTE);
    expect(slice.ended).toBe(20);
    expect(slice.wrong).toBe(0);
  });
  expect(parted).toBeGreaterThan(tried / 2 - 1);
});
