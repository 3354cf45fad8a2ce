// The store's safety: with R + W > N no read returns less than had been acknowledged when it began, whatever happens.
import { describe, expect, test } from 'vitest';
import type { Address } from '../../protocols/port.ts';
import { sealQuorum } from '../../protocols/store/quorums.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { forSeeds } from './seeds.ts';
import { History, StoreGroup } from './store-group.ts';

/** A datagram in twenty is late by up to ten seconds: after others sent later, and after its sender has given it up. */
const latency = (random: () => number) =>
  Math.round((random() < 0.05 ? 10_000 : 50) * random() * MILLISECOND) + MILLISECOND;

const CLIENTS = ['client-a', 'client-b'];
const SPAN = 60 * SECOND;
/** Within so long a member that has lost its disk is replaced, or heard of as another, in nearly all cases. */
const REPLACED = 15 * SECOND;

interface Design {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly members: number;
  /** Members that may be down, or have lost their disks in the last `REPLACED`, at one time. */
  readonly failing: number;
  /** No two members agree on the ring, and each wants another configuration at once. */
  readonly restless?: boolean;
}

interface Trial {
  readonly group: StoreGroup;
  readonly key: number;
  readonly history: History;
  readonly lostDisks: number;
  readonly keptDisks: number;
}

/** A minute of writes and reads of one object by all, while members crash and come back and the network is parted. */
function trial(seed: string, { n, r, w, members, failing, restless = false }: Design): Trial {
  const hasty = restless ? { sync: { every: SECOND / 4 }, repair: { after: 0 }, timeout: 2 * SECOND } : {};
  const group = new StoreGroup(seed, { latency }, { n, r, w, ...hasty });
  group.restless = restless;
  const { network } = group;
  const { random } = network;
  const all = group.assemble(members);
  for (const client of CLIENTS) group.add(client, all);
  const object = group.create(CLIENTS[0]);
  const history = new History(group, object);
  const disks = { lost: 0, kept: 0 };
  const anyone = [...CLIENTS, ...all];
  const choose = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const end = network.clock.now + SPAN;
  const every = (mean: number, run: () => void): void => {
    network.clock.after(-Math.log(1 - random()) * mean, () => {
      if (network.clock.now >= end) return;
      run();
      every(mean, run);
    });
  };

  network.conditions = { latency, loss: 0.2 * random() };
  network.repeats = 0.2 * random();
  every(SECOND / 2, () => history.write(choose(CLIENTS)));
  every(SECOND / 4, () => history.read(choose(anyone)));
  const frail = new Set<Address>();
  every(3 * SECOND, () => {
    const address = choose(all);
    if (frail.size === failing || frail.has(address)) return;
    frail.add(address);
    group.crash(address);
    network.clock.after(10 * random() * SECOND, () => {
      const kept = random() < 0.4;
      disks[kept ? 'kept' : 'lost']++;
      group.add(address, all, kept);
      network.clock.after(kept ? 0 : REPLACED, () => frail.delete(address));
    });
  });
  every(20 * SECOND, () => {
    const [fewer, oneWay] = [new Set(anyone.filter(() => random() < 0.3)), random() < 0.3];
    network.passes = (from, to) => fewer.has(from) === fewer.has(to) || (oneWay && fewer.has(from));
    network.clock.after(10 * random() * SECOND, () => {
      network.passes = () => true;
    });
  });
  network.run(SPAN);
  network.passes = () => true;
  return { group, key: object.key, history, lostDisks: disks.lost, keptDisks: disks.kept };
}

const ORDINARY = [
  { n: 3, r: 2, w: 2, members: 5, failing: 1, seeds: 80 },
  { n: 5, r: 3, w: 3, members: 7, failing: 2, seeds: 40 },
  { n: 3, r: 1, w: 3, members: 4, failing: 1, seeds: 40 },
  { n: 3, r: 3, w: 1, members: 4, failing: 1, seeds: 20 },
  { n: 4, r: 2, w: 3, members: 4, failing: 1, seeds: 20 },
];

describe('with R + W > N no read is older than what was acknowledged when it began', () => {
  test.each(ORDINARY)('N $n, R $r, W $w, $failing failing of $members', ({ seeds, ...design }) => {
    const total = { reads: 0, writes: 0, repairs: 0, lostDisks: 0, keptDisks: 0 };
    const tried = forSeeds(seeds, seed => {
      const { history, group, lostDisks, keptDisks } = trial(seed, design);
      expect(history.flaws).toEqual([]);
      total.reads += history.reads;
      total.writes += history.writes;
      total.repairs += group.network.meter.count('repairs');
      total.lostDisks += lostDisks;
      total.keptDisks += keptDisks;
    });
    if (tried < seeds) return;
    // It is not for want of trying. Where all N must agree to a change, no failure can be repaired.
    expect(total.reads).toBeGreaterThan(20 * tried);
    expect(total.writes).toBeGreaterThan(5 * tried);
    expect(total.lostDisks).toBeGreaterThan(tried);
    expect(total.keptDisks).toBeGreaterThan(tried / 2);
    if (sealQuorum(design) < design.n) expect(total.repairs).toBeGreaterThan(0);
  });

  test('also where more fail than are tolerated: reads then fail', () => {
    let lost = 0;
    const tried = forSeeds(50, seed => {
      const { history } = trial(seed, { n: 3, r: 2, w: 2, members: 5, failing: 5 });
      expect(history.flaws).toEqual([]);
      lost += history.ends.lost;
    });
    if (tried === 50) expect(lost).toBeGreaterThan(tried);
  });

  test.each([
    { n: 3, r: 2, w: 2, members: 6, failing: 1, seeds: 40 },
    { n: 5, r: 3, w: 3, members: 7, failing: 2, seeds: 20 },
  ])('also where each member has other ideas of who should vote: N $n', ({ seeds, ...design }) => {
    let repairs = 0;
    const tried = forSeeds(seeds, seed => {
      const { history, group } = trial(seed, { ...design, restless: true });
      expect(history.flaws).toEqual([]);
      repairs += group.network.meter.count('repairs');
    });
    if (tried === seeds) expect(repairs).toBeGreaterThan(20 * tried);
  });
});

describe('with R + W <= N', () => {
  test.each([
    { n: 3, r: 1, w: 1, members: 5, failing: 1 },
    { n: 3, r: 1, w: 2, members: 5, failing: 1 },
    { n: 5, r: 2, w: 3, members: 7, failing: 1 },
  ])('N $n, R $r, W $w: some are older', design => {
    let older = 0;
    forSeeds(20, seed => {
      older += trial(seed, design).history.flaws.length;
    });
    expect(older).toBeGreaterThan(0);
  });
});
