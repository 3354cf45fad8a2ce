// Ping against what can be said exactly: round trips, losses, who is asked and how often.
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../protocols/options.ts';
import { observedPing } from '../../protocols/ping/definition.ts';
import type { PingMessage } from '../../protocols/ping/messages.ts';
import { pingOptions } from '../../protocols/ping/options.ts';
import { Ping } from '../../protocols/ping/ping.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

function slice(members: number, conditions: Conditions, given: object = {}) {
  const network = new TestNetwork<PingMessage>('ping', conditions);
  const options = { ...withDefaults(pingOptions), ...given };
  const addresses = Array.from({ length: members }, (_, i) => i);
  const asked = new Map<Address, Address[]>();
  for (const address of addresses) {
    const heard: Address[] = [];
    asked.set(address, heard);
    const create = (...[host, directory, meter]: Parameters<Parameters<typeof network.add>[1]>) =>
      new Ping(host, options, directory, meter, (_, to) => heard.push(to));
    network.add(address, create, addresses);
  }
  return { network, asked };
}

describe('round trips', () => {
  test('are twice the latency, to the nanosecond', () => {
    const { network } = slice(20, { latency: 37_123_457 });
    network.run(300 * SECOND);
    const rtts = network.meter.sample('rtt');
    expect(rtts.length).toBeGreaterThanOrEqual(20 * 9);
    expect(new Set(rtts)).toEqual(new Set([2 * 37_123_457]));
    expect(network.meter.sample('answered').every(value => value === 1)).toBe(true);
    expect(network.meter.count('lost')).toBe(0);
  });

  test('of each pair, as an onlooker is told them, are the sum of its two ways', () => {
    const way = (from: Address, to: Address) => 1_000_003 * (Number(from) + 1) + 7919 * Number(to);
    const network = new TestNetwork<PingMessage>('pairs', { latency: (_, from, to) => way(from, to) });
    const told = new Map<string, number>();
    const options = withDefaults(pingOptions, { every: SECOND, targets: 'all-pairs' });
    const { create } = observedPing((from, to, rtt) => {
      expect(rtt).toBe(way(from, to) + way(to, from));
      told.set(`${from} ${to}`, rtt);
    });
    const members = Array.from({ length: 9 }, (_, address) => address);
    for (const address of members) {
      network.add(address, (host, directory, meter) => create(host, options, directory, meter), members);
    }
    network.run(10 * SECOND);
    expect(told.size).toBe(9 * 8);
  });

  test('happen once a period for each host, at phases that differ', () => {
    const { network } = slice(50, { latency: MILLISECOND });
    network.run(30 * SECOND);
    expect(network.meter.count('sent')).toBe(50);
    network.run(300 * SECOND);
    expect(network.meter.count('sent')).toBe(50 * 11);
  });

  test('keep to their own where many are under way', () => {
    const latency = (random: () => number) => Math.round(random() * 2 * SECOND);
    const { network } = slice(3, { latency }, { every: 10 * MILLISECOND, timeout: 5 * SECOND });
    network.run(20 * SECOND);
    const rtts = network.meter.sample('rtt');
    const mean = rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length;
    expect(network.meter.count('lost')).toBe(0);
    expect(Math.abs(mean - 2 * SECOND)).toBeLessThan(0.1 * SECOND);
  });
});

describe('loss', () => {
  test('of either way loses the probe: 1 - (1 - p)^2', () => {
    const { network } = slice(20, { latency: MILLISECOND, loss: 0.1 }, { every: SECOND });
    network.run(1000 * SECOND);
    const answered = network.meter.sample('answered');
    const share = answered.reduce((sum, value) => sum + value, 0) / answered.length;
    const deviation = Math.sqrt((0.81 * 0.19) / answered.length);
    expect(Math.abs(share - 0.81)).toBeLessThan(3.3 * deviation);
    expect(answered.filter(value => value === 0).length).toBe(network.meter.count('lost'));
  });

  test('is counted at the timeout, and an answer after that as late', () => {
    const { network } = slice(2, { latency: 2 * SECOND }, { every: 100 * SECOND });
    network.run(104 * SECOND);
    expect(network.meter.count('lost')).toBe(2);
    expect(network.meter.count('late')).toBe(2);
    expect(network.meter.sample('rtt')).toEqual([]);
    expect(network.meter.sample('answered')).toEqual([0, 0]);
  });

  test('is all there is when the peer is dead', () => {
    const { network } = slice(2, { latency: MILLISECOND });
    network.crash(1);
    network.run(300 * SECOND);
    expect(network.meter.count('lost')).toBe(network.meter.count('sent'));
    expect(network.meter.sample('rtt')).toEqual([]);
  });

  test('ignores answers of strangers and answers twice', () => {
    const { network, asked } = slice(2, { latency: MILLISECOND });
    network.run(30 * SECOND);
    const before = network.meter.sample('rtt').length;
    for (let id = 0; id < 100; id++)
      network.members.get(0)!.protocol.receive(1, { type: 'pong', id, bytes: 64 });
    expect(network.meter.sample('rtt').length).toBe(before);
    expect(network.meter.count('late')).toBe(0);
    expect(asked.get(0)).toEqual([1]);
  });
});

describe('targets', () => {
  test('all-pairs asks every other member equally often', () => {
    const { network, asked } = slice(7, { latency: MILLISECOND }, { targets: 'all-pairs', every: SECOND });
    network.run(60 * SECOND + 10 * MILLISECOND);
    for (const [self, targets] of asked) {
      const others = [0, 1, 2, 3, 4, 5, 6].filter(other => other !== self);
      for (const other of others) expect(targets.filter(target => target === other).length).toBe(10);
      expect(targets).not.toContain(self);
    }
  });

  test('sampled are uniform over the other members (chi-square, 99.9 %)', () => {
    const { network, asked } = slice(5, { latency: MILLISECOND }, { every: SECOND });
    network.run(4000 * SECOND);
    for (const [self, targets] of asked) {
      const others = [0, 1, 2, 3, 4].filter(other => other !== self);
      const expected = targets.length / 4;
      const chi = others.reduce((sum, other) => {
        return sum + (targets.filter(target => target === other).length - expected) ** 2 / expected;
      }, 0);
      expect(targets).not.toContain(self);
      expect(chi).toBeLessThan(16.27);
    }
  });

  test('a host alone sends nothing', () => {
    const { network } = slice(1, { latency: MILLISECOND });
    network.run(300 * SECOND);
    expect(network.meter.count('sent')).toBe(0);
  });
});
