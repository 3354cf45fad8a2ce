// SWIM's membership: joining, coming back, dissemination, and the order of what is believed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { swimCodec } from '../../protocols/swim/codec.ts';
import { Members, overrides } from '../../protocols/swim/members.ts';
import type { SwimMessage, Update } from '../../protocols/swim/messages.ts';
import { Updates } from '../../protocols/swim/updates.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { holds, ip4, ip6, rpc } from './codec-checks.ts';
import { SwimGroup } from './swim-group.ts';

const latency = 20 * MILLISECOND;
const status = fc.constantFrom('alive', 'suspect', 'dead') as fc.Arbitrary<Update['status']>;

describe('joining', () => {
  test('makes all known to all, at the latest when each has probed every other', () => {
    const group = new SwimGroup('join', { latency });
    for (let member = 0; member < 80; member++) {
      group.network.clock.after(group.network.random() * 60 * SECOND, () => group.add(member));
    }
    group.network.run(60 * SECOND);
    expect(group.nodes.size).toBe(80);
    group.network.run(2 * 80 * SECOND);
    expect(group.errors()).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'at one moment, through each other, leaves no groups apart (seed %i)',
    seed => {
      const group = new SwimGroup(`at once ${seed}`, { latency });
      const all = Array.from({ length: 60 }, (_, member) => member);
      for (const member of all) group.add(member, undefined, all);
      group.network.run(2 * 60 * SECOND);
      expect(group.errors()).toEqual([]);
    },
  );

  test('through a dead member goes on to another', () => {
    const group = new SwimGroup('dead contact', { latency });
    group.add('first', undefined, []);
    group.add('second', undefined, ['nobody', 'nobody', 'nobody', 'first']);
    group.network.run(60 * SECOND);
    expect(group.errors()).toEqual([]);
  });

  test('anew, soon or after it was believed dead, brings a member back', () => {
    for (const away of [0.5, 60]) {
      const group = new SwimGroup('again', { latency });
      group.assemble(10);
      group.network.run(10 * SECOND);
      group.crash(3);
      group.network.run(away * SECOND);
      group.add(3, undefined, [0, 1, 2]);
      group.network.run(60 * SECOND);
      expect(group.errors()).toEqual([]);
    }
  });
});

test('the news of a death reaches all of 300 members in a few periods', () => {
  const group = new SwimGroup('news', { latency }, { suspicion: 'off' });
  group.assemble(300);
  group.network.run(5 * SECOND);
  group.crash(7);
  group.network.run(60 * SECOND);
  const heard = group.changes.filter(({ member, status }) => member === 7 && status === 'dead');
  expect(heard.length).toBe(299);
  const times = heard.map(({ at }) => at).sort((a, b) => a - b);
  // Infection: about 2 ln N periods, since each member both sends and answers pings.
  expect((times[298] - times[0]) / SECOND).toBeLessThan(2 * Math.log(300));
});

describe('what overrides what', () => {
  const update = fc.record({ member: fc.constant('x'), status, incarnation: fc.nat(3) });

  test('is an order: whatever is heard, in whichever order, all end by believing the same', () => {
    fc.assert(
      fc.property(fc.array(update, { minLength: 1 }), fc.func(fc.nat()), (news, shuffle) => {
        const believe = (heard: readonly Update[]) => {
          const members = new Members(() => 0);
          for (const one of heard) members.learn(one);
          return members.get('x');
        };
        const other = [...news].sort((a, b) => shuffle(a) - shuffle(b));
        expect(believe(other)).toEqual(believe(news));
      }),
    );
  });

  test('is as in section 4.2 within an incarnation, and the higher incarnation between them', () => {
    const of = (what: Update['status'], incarnation: number): Update => ({
      member: 'x',
      status: what,
      incarnation,
    });
    expect(overrides(of('suspect', 1), of('alive', 1))).toBe(true);
    expect(overrides(of('alive', 1), of('suspect', 1))).toBe(false);
    expect(overrides(of('alive', 2), of('suspect', 1))).toBe(true);
    expect(overrides(of('dead', 1), of('suspect', 1))).toBe(true);
    expect(overrides(of('suspect', 1), of('dead', 1))).toBe(false);
  });
});

describe('probing in turn', () => {
  test('meets every member once a round, whoever comes and goes; a newcomer at the latest in the next', () => {
    const step = fc.oneof(fc.constant(-1), fc.nat(15));
    fc.assert(
      fc.property(fc.string(), fc.array(step, { maxLength: 60 }), (_, steps) => {
        let state = 1;
        const random = () => {
          state = (state * 48271) % 2147483647;
          return state / 2147483647;
        };
        const members = new Members(random);
        const alive = new Set<number>();
        for (const [incarnation, member] of steps.entries()) {
          if (member >= 0) {
            const gone = alive.delete(member);
            if (!gone) alive.add(member);
            members.learn({ member, status: gone ? 'dead' : 'alive', incarnation });
          } else members.nextInTurn();
          expect(members.size).toBe(alive.size);
        }
        const met = Array.from({ length: 2 * alive.size }, () => members.nextInTurn());
        expect(new Set(met)).toEqual(alive);
      }),
    );
  });
});

test('an update is piggybacked lambda ln N times, the least often sent first', () => {
  const updates = new Updates(3, 2);
  for (const member of ['a', 'b', 'c']) updates.add({ member, status: 'alive', incarnation: 0 });
  const sent = new Map<unknown, number>();
  for (let i = 0; updates.size > 0; i++) {
    const taken = updates.take(20).map(({ member }) => member);
    if (i === 0) expect(taken).toEqual(['a', 'b']);
    if (i === 1) expect(taken).toContain('c');
    for (const member of taken) sent.set(member, (sent.get(member) ?? 0) + 1);
  }
  expect([...sent.values()]).toEqual([10, 10, 10]);
});

const message = (address: fc.Arbitrary<string>): fc.Arbitrary<SwimMessage> => {
  const updates = fc.array(fc.record({ member: address, status, incarnation: rpc }), { maxLength: 20 });
  return fc.oneof(
    fc.record({ type: fc.constantFrom('ping', 'ack'), rpc, updates }),
    fc.record({ type: fc.constant('ping-req'), rpc, target: address, updates }),
    fc.record({ type: fc.constant('join'), rpc, from: rpc }),
    fc.record({ type: fc.constant('members'), rpc, total: rpc, updates }),
  ) as fc.Arbitrary<SwimMessage>;
};

describe('datagrams between IPv4 members', () => holds(swimCodec, message(ip4)));
describe('datagrams between IPv6 members', () => holds(swimCodec, message(ip6)));
