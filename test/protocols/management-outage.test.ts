// Outages of the authority: what goes on without it, what is caught up afterwards, and what another one takes over.
import { describe, expect, test } from 'vitest';
import { NodeDaemon } from '../../protocols/management/node-daemon.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { Plane } from './management-plane.ts';

const latency = 40 * MILLISECOND;

describe.each([
  ['poll', 'full'],
  ['poll', 'delta'],
  ['push', 'delta'],
])('mode: %s, fetch: %s', (mode, fetch) => {
  /** Ten nodes with one slice each whose lease ends at 4 h, and one whose lease was renewed while nobody heard. */
  function outage(given: object): Plane {
    const plane = new Plane(
      'outage',
      { latency },
      { mode, fetch, create: SECOND, lease: 4 * HOUR, ...given },
    );
    const authority = plane.authority('plc');
    plane.startNodes(10, MINUTE);
    plane.network.run(2 * MINUTE);
    const nodes = [...plane.nodes.keys()];
    for (const slice of [1, 2, 3]) authority.change(slice, true, nodes);
    plane.network.run(3 * HOUR);
    expect(plane.running(0)).toEqual([1, 2, 3]);
    plane.network.passes = () => false;
    authority.change(2, true, nodes);
    authority.change(3, false, nodes);
    authority.change(4, true, nodes);
    plane.network.run(3 * HOUR);
    return plane;
  }

  test('nothing stops and nothing is reaped while the authority is out of reach', () => {
    const plane = outage({});
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([1, 2, 3]);
    expect(plane.count('lease.expired')).toBe(0);
  });

  test('afterwards every change is caught up, and what has expired meanwhile goes, late by as much', () => {
    const plane = outage({});
    plane.network.passes = () => true;
    plane.network.run(20 * MINUTE);
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([2, 4]);
    expect(plane.differences()).toEqual([]);
    const late = plane.sample('lease.overrun');
    // The slice that was removed while its lease lasted was over, too, when that was heard of.
    expect(late.length).toBe(20);
    expect(plane.count('lease.expired')).toBe(20);
    for (const overrun of late) {
      expect(overrun).toBeGreaterThan(2 * HOUR - 3 * MINUTE);
      expect(overrun).toBeLessThan(2 * HOUR + 20 * MINUTE);
    }
  });

  test('nodes that reap by their own clocks alone lose what had been renewed', () => {
    const plane = outage({ reap: 'always' });
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([]);
    for (const overrun of plane.sample('lease.overrun')) expect(overrun).toBe(0);
    plane.network.passes = () => true;
    plane.network.run(20 * MINUTE);
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([2, 4]);
  });

  test('a lease that ends while all is well ends at the next word from the authority', () => {
    const plane = new Plane('lease', { latency }, { mode, fetch, create: SECOND, lease: HOUR });
    const authority = plane.authority('plc');
    plane.startNodes(10, MINUTE);
    plane.network.run(2 * MINUTE);
    authority.change(1, true, [...plane.nodes.keys()]);
    plane.network.run(2 * HOUR);
    expect(plane.count('lease.expired')).toBe(10);
    const longest = mode === 'poll' ? 15 * MINUTE : plane.options.push.heartbeat;
    expect(Math.max(...plane.sample('lease.overrun'))).toBeLessThan(longest + SECOND);
  });

  describe('with two authorities', () => {
    function pair(seed: string, given: object = {}): Plane {
      const plane = new Plane(seed, { latency }, { mode, fetch, create: SECOND, ...given });
      plane.authority('a');
      plane.authority('b');
      plane.network.run(MINUTE);
      plane.startNodes(20, MINUTE);
      plane.network.run(30 * MINUTE);
      return plane;
    }

    test('each node follows one, and both know all nodes', () => {
      const plane = pair('both');
      expect(plane.count('registered')).toBe(20);
      for (const { nodes } of plane.authorities.values()) expect(new Set(nodes).size).toBe(20);
    });

    test('a change that one has acknowledged survives it', () => {
      for (let seed = 0; seed < 20; seed++) {
        const plane = pair(`survives ${seed}`);
        const [dying, living] = seed % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
        const nodes = [...plane.nodes.keys()];
        let acknowledged = 0;
        plane.authorities.get(dying)!.change(1, true, nodes, undefined, () => {
          acknowledged++;
          plane.crash(dying);
        });
        plane.network.run(HOUR + MINUTE);
        expect(acknowledged, `seed ${seed}`).toBe(1);
        expect(plane.differences(), `seed ${seed}`).toEqual([]);
        for (const node of nodes) expect(plane.running(node), `seed ${seed}`).toEqual([1]);
        expect(plane.wanted(living, 0)).toEqual([1]);
        // About half of the nodes had followed it.
        expect(plane.count('failovers')).toBeGreaterThan(3);
        expect(plane.count('failovers')).toBeLessThan(17);
      }
    });

    test('nothing is acknowledged that the other, while it is up, does not hold; all is when it is found to be down', () => {
      const plane = pair('unacknowledged');
      let acknowledged = false;
      plane.network.passes = (_, to) => to !== 'b';
      plane.authorities.get('a')!.change(1, true, [0], undefined, () => {
        acknowledged = true;
      });
      plane.network.run(plane.options.rpc.timeout);
      expect(acknowledged).toBe(false);
      plane.network.run(MINUTE);
      expect(acknowledged).toBe(true);
    });

    test('one that comes back without a memory is told everything before it attends to nodes', () => {
      const plane = pair('reborn');
      const nodes = [...plane.nodes.keys()];
      plane.authorities.get('a')!.change(1, true, nodes);
      plane.network.run(HOUR);
      plane.crash('b');
      plane.network.run(2 * HOUR);
      plane.authority('b');
      plane.network.run(MINUTE);
      plane.crash('a');
      plane.network.run(2 * HOUR);
      for (const node of nodes) expect(plane.running(node)).toEqual([1]);
      plane.authorities.get('b')!.change(1, false, nodes);
      plane.network.run(HOUR);
      for (const node of nodes) expect(plane.running(node)).toEqual([]);
    });

    test('parted from each other both go on, and agree afterwards', () => {
      const plane = pair('parted');
      const nodes = Array.from({ length: 20 }, (_, node) => node);
      const [a, b] = [plane.authorities.get('a')!, plane.authorities.get('b')!];
      a.change(1, true, nodes);
      plane.network.run(HOUR);
      plane.network.passes = (from, to) => typeof from === 'number' || typeof to === 'number';
      a.change(2, true, nodes);
      b.change(3, true, nodes);
      b.change(1, false, nodes.slice(0, 10));
      plane.network.run(HOUR);
      expect(plane.wanted('a', 0)).toEqual([1, 2]);
      expect(plane.wanted('b', 0)).toEqual([3]);
      plane.network.passes = () => true;
      plane.network.run(HOUR);
      expect(plane.differences()).toEqual([]);
      expect(plane.running(0)).toEqual([2, 3]);
      expect(plane.running(15)).toEqual([1, 2, 3]);
    });
  });
});

test('an authority that has lost its database, with no other to tell it, stops nothing before its lease is over', () => {
  for (const fetch of ['full', 'delta']) {
    const plane = new Plane('lost', { latency }, { create: SECOND, lease: 4 * HOUR, fetch });
    const authority = plane.authority('plc');
    plane.startNodes(10, MINUTE);
    plane.network.run(2 * MINUTE);
    authority.change(1, true, [...plane.nodes.keys()]);
    plane.network.run(HOUR);
    plane.crash('plc');
    plane.network.run(HOUR);
    plane.authority('plc');
    plane.network.run(HOUR);
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([1]);
    plane.network.run(3 * HOUR);
    for (const node of plane.nodes.keys()) expect(plane.running(node)).toEqual([]);
  }
});

test('a node that starts before any authority finds it when it is there', () => {
  const plane = new Plane('early', { latency }, { create: 0 });
  const late: string[] = [];
  plane.network.add('node', (host, _, meter) => {
    const directory = {
      get size() {
        return late.length;
      },
      at: (index: number) => late[index],
    };
    return new NodeDaemon(host, plane.options, directory, meter);
  });
  plane.network.run(10 * MINUTE);
  plane.authority('plc');
  late.push('plc');
  plane.network.run(15 * MINUTE);
  expect(plane.count('registered')).toBe(1);
});
