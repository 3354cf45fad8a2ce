// Management by push: changes arrive within a round trip, also where datagrams are lost.
import { describe, expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { Plane } from './management-plane.ts';

const latency = 30 * MILLISECOND;
const create = 4 * SECOND;

function pushing(seed: string, given: object = {}, loss = 0): Plane {
  const plane = new Plane(seed, { latency, loss }, { mode: 'push', create, ...given });
  plane.authority('plc');
  plane.startNodes(20, SECOND);
  plane.network.run(MINUTE);
  return plane;
}

test('a change is carried out a one-way delay and the time to create after it was made, and told a one-way delay later', () => {
  const plane = pushing('push');
  const authority = plane.authorities.get('plc')!;
  authority.change(1, true, [...plane.nodes.keys()]);
  plane.network.run(latency + create - 1);
  expect(plane.running(0)).toEqual([]);
  plane.network.run(1);
  expect(plane.running(0)).toEqual([1]);
  plane.network.run(MINUTE);
  expect(new Set(plane.sample('change.delay'))).toEqual(new Set([2 * latency + create]));
  expect(plane.sample('change.spread100')).toEqual([2 * latency + create]);
});

test('of two changes made together the second waits for the first to be created', () => {
  const plane = pushing('two');
  const authority = plane.authorities.get('plc')!;
  authority.change(1, true, [3]);
  authority.change(2, true, [3]);
  plane.network.run(MINUTE);
  expect(plane.sample('change.delay')).toEqual([2 * latency + create, 2 * latency + 2 * create]);
});

test('a removal takes no time to carry out', () => {
  const plane = pushing('remove');
  const authority = plane.authorities.get('plc')!;
  authority.change(1, true, [3]);
  plane.network.run(MINUTE);
  authority.change(1, false, [3]);
  plane.network.run(latency);
  expect(plane.running(3)).toEqual([]);
});

test('a push that is lost is sent again', () => {
  const plane = pushing('lost', {}, 0.3);
  const authority = plane.authorities.get('plc')!;
  for (let slice = 0; slice < 20; slice++) {
    authority.change(slice, true, [...plane.nodes.keys()]);
    plane.network.run(MINUTE);
  }
  expect(plane.differences()).toEqual([]);
});

test('a node that was out of reach has what it missed pushed when it gives a sign of life', () => {
  const plane = pushing('away');
  const authority = plane.authorities.get('plc')!;
  plane.network.passes = (from, to) => from !== 5 && to !== 5;
  authority.change(1, true, [4, 5]);
  plane.network.run(20 * MINUTE);
  expect([plane.running(4), plane.running(5)]).toEqual([[1], []]);
  plane.network.passes = () => true;
  plane.network.run(plane.options.push.heartbeat + 2 * latency + create);
  expect(plane.running(5)).toEqual([1]);
});

test('a seldom poll is enough where no push comes through', () => {
  const plane = new Plane('net', { latency }, { mode: 'push', create, push: { heartbeat: 1000 * HOUR } });
  const authority = plane.authority('plc');
  plane.node('node');
  plane.network.run(MINUTE);
  plane.network.passes = to => to !== 'plc';
  authority.change(1, true, ['node']);
  plane.network.run(5 * MINUTE);
  expect(plane.running('node')).toEqual([]);
  plane.network.passes = () => true;
  plane.network.run(HOUR);
  expect(plane.running('node')).toEqual([1]);
});

test('a node whose first fetch had no answer is not pushed to in vain, and fetches at its next sign of life', () => {
  const plane = new Plane('first', { latency }, { mode: 'push', create });
  const authority = plane.authority('plc');
  const { send } = plane.network;
  plane.network.send = (from, to, message) => {
    if (message.type !== 'slivers') send(from, to, message);
  };
  plane.node('node');
  plane.network.run(SECOND);
  authority.change(1, true, ['node']);
  plane.network.run(SECOND);
  expect(plane.count('authority.pushes')).toBeLessThanOrEqual(1);
  plane.network.run(10 * SECOND);
  plane.network.send = send;
  plane.network.run(plane.options.push.heartbeat + create);
  expect(plane.running('node')).toEqual([1]);
});

test('large changes are pushed a datagram at a time', () => {
  const plane = pushing('large', { create: 0, page: 10_000 });
  const authority = plane.authorities.get('plc')!;
  for (let slice = 0; slice < 100; slice++) authority.change(slice, true, [2, 3], new Uint8Array(2000));
  plane.network.run(MINUTE);
  expect(plane.running(2).length).toBe(100);
  expect(plane.largest).toBeLessThanOrEqual(10_100);
});

describe('a node that falls silent', () => {
  test('is no longer counted among those that a change has to reach', () => {
    const plane = pushing('silent');
    const authority = plane.authorities.get('plc')!;
    plane.crash(7);
    authority.change(
      1,
      true,
      Array.from({ length: 20 }, (_, node) => node),
    );
    plane.network.run(MINUTE);
    expect(plane.sample('change.spread95')).toEqual([2 * latency + create]);
    expect(plane.sample('change.spread100')).toEqual([]);
    plane.network.run(HOUR);
    expect(plane.sample('change.spread100').length).toBe(1);
    authority.change(
      2,
      true,
      Array.from({ length: 20 }, (_, node) => node),
    );
    plane.network.run(MINUTE);
    expect(plane.sample('change.spread100').at(-1)).toBe(2 * latency + create);
  });
});
