// Whatever happens on the way, all end by running what is wanted: under random schedules, and of the database alone.
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { type Change, Database } from '../../protocols/management/database.ts';
import { NO_VERSION, type RecordOfFeed } from '../../protocols/management/messages.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { Plane } from './management-plane.ts';

const NODES = 4;
const SLICES = 6;

const brisk = {
  create: 3 * SECOND,
  poll: { every: 20 * SECOND, spread: 10 * SECOND },
  push: { heartbeat: 10 * SECOND, poll: 2 * MINUTE, attempts: 3 },
  report: 15 * SECOND,
  silence: MINUTE,
  page: 500,
  rpc: { timeout: 1.5 * SECOND, attempts: 2 },
};

/** Ten minutes of loss, duplication, reordering, partitions, crashed nodes and changes at both authorities; then quiet. */
function troubled(seed: number): Plane {
  const random = seedrandom.alea(`schedule ${seed}`);
  const below = (count: number) => Math.floor(random() * count);
  const mode = ['poll', 'push'][seed % 2];
  const fetch = ['full', 'delta'][below(2)];
  const latency = (draw: () => number) => Math.floor(draw() ** 3 * 2 * SECOND) + MILLISECOND;
  const plane = new Plane(`net ${seed}`, { latency, loss: 0.2 }, { ...brisk, mode, fetch });
  plane.duplicate = 0.2;
  for (const name of ['a', 'b']) plane.authority(name);
  for (let node = 0; node < NODES; node++) plane.node(node);
  const members = ['a', 'b', 0, 1, 2, 3];
  for (let step = 0; step < 60; step++) {
    plane.network.run(random() * 20 * SECOND);
    const dice = random();
    if (dice < 0.5) {
      const authority = plane.authorities.get(members[below(2)])!;
      const nodes = [0, 1, 2, 3].filter(() => random() < 0.5);
      authority.change(below(SLICES), random() < 0.7, nodes, new Uint8Array(below(300)));
    } else if (dice < 0.65) {
      const cut = new Set(members.filter(() => random() < 0.4));
      plane.network.passes = (from, to) => cut.has(from) === cut.has(to);
    } else if (dice < 0.8) {
      plane.network.passes = () => true;
    } else if (dice < 0.9) {
      plane.crash(below(NODES));
    } else {
      for (let node = 0; node < NODES; node++) if (!plane.nodes.has(node)) plane.node(node);
    }
  }
  for (let node = 0; node < NODES; node++) if (!plane.nodes.has(node)) plane.node(node);
  plane.network.passes = () => true;
  plane.network.conditions = { ...plane.network.conditions, loss: 0 };
  plane.network.run(15 * MINUTE);
  return plane;
}

describe.each([0, 1, 2, 3])('of random schedules, part %i:', part => {
  test('nodes and authorities end by agreeing', () => {
    for (let seed = part; seed < 400; seed += 4) {
      expect(troubled(seed).differences(), `troubled(${seed})`).toEqual([]);
    }
  });
});

test('what one authority acknowledged is not lost with it, whenever it crashes', () => {
  for (let seed = 0; seed < 150; seed++) {
    const plane = new Plane(`crash ${seed}`, { latency: 50 * MILLISECOND, loss: 0.1 }, { ...brisk, rpc: {} });
    const { random, clock } = plane.network;
    const [a, b] = ['a', 'b'].map(name => plane.authority(name));
    for (let node = 0; node < NODES; node++) plane.node(node);
    plane.network.run(MINUTE);
    const acknowledged = new Set<number>();
    for (let slice = 0; slice < 20; slice++) {
      const authority = random() < 0.5 ? a : b;
      clock.after(random() * 10 * SECOND, () => {
        if (plane.authorities.get('b') !== authority && !plane.authorities.has('a')) return;
        authority.change(slice, true, [0, 1, 2, 3], undefined, () => acknowledged.add(slice));
      });
    }
    clock.after(random() * 10 * SECOND, () => plane.crash('a'));
    plane.network.run(10 * MINUTE);
    for (const slice of acknowledged) {
      for (let node = 0; node < NODES; node++) expect(plane.running(node), `seed ${seed}`).toContain(slice);
    }
    expect(acknowledged.size, `seed ${seed}`).toBeGreaterThan(0);
  }
});

describe('the database', () => {
  const records = fc.array(
    fc
      .record({
        clock: fc.integer({ min: 1, max: 5 }),
        by: fc.integer({ min: 1, max: 3 }),
        slice: fc.nat(2),
        wanted: fc.boolean(),
        nodes: fc.subarray(['x', 'y', 'z'], { minLength: 1 }),
      })
      .map(record => ({ ...record, kind: 'change', left: 1e6, age: 0, config: new Uint8Array() }) as const),
    { maxLength: 20 },
  );
  /** Every authority numbers its own changes: one number, one change. */
  const distinct = records.map(list => [
    ...new Map(list.map(one => [`${one.clock} ${one.by}`, one])).values(),
  ]);
  const told = (list: readonly RecordOfFeed[]): Database => {
    const database = new Database(() => 0.5);
    for (const record of list) database.merge(record, 9, 0);
    return database;
  };
  const contents = (database: Database) =>
    [...database.slices].map(([slice, members]) => `${slice}: ${[...members].sort()}`).sort();

  test('says the same in whichever order, and however often, changes are heard of', () => {
    const heard = distinct.chain(list => {
      const twice = [...list, ...list];
      const all = { minLength: twice.length, maxLength: twice.length };
      return fc.tuple(fc.constant(list), fc.shuffledSubarray(twice, all));
    });
    fc.assert(
      fc.property(heard, ([list, shuffled]) => {
        expect(contents(told(shuffled))).toEqual(contents(told(list)));
      }),
    );
  });

  test('is handed on whole by its feed, in parts of any size', () => {
    fc.assert(
      fc.property(distinct, fc.integer({ min: 1, max: 300 }), (list, room) => {
        const [from, to] = [told(list), new Database(() => 0.25)];
        let since = 0;
        for (let more = true; more; ) {
          const part = from.feed(since, 0, room, 0);
          for (const record of part.records) to.merge(record, from.id, 0);
          ({ upto: since, more } = part);
        }
        expect(contents(to)).toEqual(contents(from));
      }),
    );
  });

  test('tells a node no less by differences, in pages of any size, than as a whole', () => {
    fc.assert(
      fc.property(distinct, fc.nat(20), fc.integer({ min: 1, max: 100 }), (list, cut, room) => {
        const database = told(list.slice(0, cut));
        const known = new Set<number>();
        let version = NO_VERSION;
        const read = () => {
          for (let more = true; more; ) {
            const page = database.page('x', version, 'news', room, 0);
            for (const { slice, wanted } of page.slivers) {
              if (wanted) known.add(slice);
              else known.delete(slice);
            }
            version = { authority: page.authority, seq: page.upto };
            more = page.more;
          }
        };
        read();
        for (const record of list.slice(cut)) database.merge(record, 9, 0);
        read();
        const whole = database.page('x', NO_VERSION, 'whole', Infinity, 0);
        expect([...known].sort()).toEqual(whole.slivers.map(({ slice }) => slice).sort());
      }),
    );
  });

  test('forgets removals after a time, and tells everything to a node that may have missed one', () => {
    const database = new Database(() => 0.5);
    const change = (slice: number, wanted: boolean, made: number): Omit<Change, 'clock' | 'by'> => ({
      slice,
      wanted,
      until: 100 * HOUR,
      made,
      config: new Uint8Array(),
      nodes: ['x', 'y'],
    });
    database.make(change(1, true, 0));
    const known = { authority: database.id, seq: database.version };
    database.make(change(2, true, 0));
    database.make(change(1, false, HOUR));
    database.forget(HOUR - 1, 2 * HOUR);
    expect(database.page('x', known, 'news', 1e4, 2 * HOUR)).toMatchObject({
      whole: false,
      slivers: [{ slice: 2 }, { slice: 1, wanted: false }],
    });
    database.forget(HOUR, 3 * HOUR);
    expect(database.page('x', known, 'news', 1e4, 3 * HOUR)).toMatchObject({
      whole: true,
      slivers: [{ slice: 2 }],
    });
    const upToDate = { authority: database.id, seq: database.version };
    expect(database.page('x', upToDate, 'news', 1e4, 3 * HOUR)).toMatchObject({ whole: false, slivers: [] });
  });
});
