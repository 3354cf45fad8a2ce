// RON: how soon it goes round an outage, which paths it takes, and that it does no harm where there is none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { ronCodec } from '../../protocols/ron/codec.ts';
import { Link } from '../../protocols/ron/link.ts';
import type { LinkState, RonMessage } from '../../protocols/ron/messages.ts';
import { ronOptions } from '../../protocols/ron/options.ts';
import { Outages } from '../../protocols/ron/outages.ts';
import { Ron } from '../../protocols/ron/ron.ts';
import { Routes } from '../../protocols/ron/routes.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { mean } from '../statistics.ts';
import { holds, ip4, ip6, rpc } from './codec-checks.ts';
import { type Conditions, TestNetwork } from './harness.ts';
import { forSeeds } from './seeds.ts';

interface Sent {
  readonly at: number;
  readonly from: Address;
  readonly to: Address;
  readonly via: Address | null;
  readonly answered: boolean;
}

class Group {
  readonly network: TestNetwork<RonMessage>;
  readonly hosts: Ron[];
  packets: Sent[] = [];

  constructor(seed: string, size: number, conditions: Conditions, given: object = {}) {
    this.network = new TestNetwork(seed, conditions);
    const options = withDefaults(ronOptions, given);
    const all = Array.from({ length: size }, (_, address) => address);
    const note = (from: Address, to: Address, via: Address | null, answered: boolean) =>
      void this.packets.push({ at: this.network.clock.now, from, to, via, answered });
    this.hosts = all.map(address =>
      this.network.add(
        address,
        (host, directory, meter) => new Ron(host, options, directory, meter, note),
        all,
      ),
    );
  }
}

/** A probe waits up to 12 s and a third; four are lost, of 3 s each. */
const DETECTION = 16 * SECOND + 4 * 3 * SECOND;

describe('an outage of the link between two hosts', () => {
  test('is gone round from half a minute on, in any group of three or more', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 3, max: 8 }), fc.nat(100), (seed, size, millis) => {
        const group = new Group(seed, size, { latency: (1 + millis) * MILLISECOND });
        group.network.run(MINUTE);
        group.network.passes = (from, to) => !(Number(from) + Number(to) === 1);
        // A packet is known to be lost 3 s after it was sent.
        group.network.run(DETECTION + 3 * SECOND + 1);
        group.packets = [];
        group.network.run(MINUTE);
        expect(group.packets.length).toBeGreaterThan(20);
        for (const packet of group.packets) {
          expect(packet.answered).toBe(true);
          const cut = Number(packet.from) + Number(packet.to) === 1;
          expect(packet.via !== null).toBe(cut);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('costs direct packets all, and those over the overlay some at first', () => {
    const group = new Group('outage', 4, { latency: 30 * MILLISECOND });
    group.network.run(MINUTE);
    const { meter } = group.network;
    expect(mean(meter.sample('direct.answered'))).toBe(1);
    expect(meter.count('detours')).toBe(0);
    for (const values of meter.values.values()) values.length = 0;
    group.network.passes = (from, to) => !(Number(from) + Number(to) === 1);
    group.network.run(10 * MINUTE);
    // Two of the twelve directed pairs.
    expect(Math.abs(mean(meter.sample('direct.answered')) - 10 / 12)).toBeLessThan(0.04);
    expect(mean(meter.sample('overlay.answered'))).toBeGreaterThan(0.98);
    expect(mean(meter.sample('overlay.answered'))).toBeLessThan(1);
  });

  test('is measured from the first packet lost to the next that comes', () => {
    const group = new Group('measured', 4, { latency: 30 * MILLISECOND }, { send: { every: SECOND / 10 } });
    group.network.run(MINUTE);
    group.network.passes = (from, to) => !(Number(from) + Number(to) === 1);
    group.network.run(3 * MINUTE);
    group.network.passes = () => true;
    group.network.run(MINUTE);
    const { meter } = group.network;
    // Both ways; a pair's packets follow each other in 0.3 s in the mean.
    expect(meter.sample('direct.outage').length).toBe(2);
    for (const outage of meter.sample('direct.outage'))
      expect(Math.abs(outage - 3 * MINUTE)).toBeLessThan(4 * SECOND);
    expect(meter.sample('overlay.outage').length).toBe(2);
    for (const outage of meter.sample('overlay.outage')) {
      expect(outage).toBeGreaterThan(9 * SECOND);
      expect(outage).toBeLessThan(DETECTION + 4 * SECOND);
    }
  });

  test('is gone round wherever a path is left through a third host, once all have told of it', () => {
    let detours = 0;
    const tried = forSeeds(200, seed => {
      const group = new Group(seed, 6, { latency: 20 * MILLISECOND });
      const { network } = group;
      network.run(MINUTE);
      const pairs = group.hosts.flatMap((_, a) => Array.from({ length: a }, (_, b) => 10 * a + b));
      const key = (a: number, b: number) => 10 * Math.max(a, b) + Math.min(a, b);
      const cut = new Set(pairs.filter(() => network.random() < 0.4));
      const passes = (a: number, b: number) => !cut.has(key(a, b));
      network.passes = (from, to) => passes(Number(from), Number(to));
      network.run(DETECTION + 14 * SECOND + 3 * SECOND + 1);
      group.packets = [];
      network.run(30 * SECOND);
      for (const { from, to, via, answered } of group.packets) {
        const [a, b] = [Number(from), Number(to)];
        const third = group.hosts.some((_, c) => c !== a && c !== b && passes(a, c) && passes(c, b));
        expect(answered).toBe(passes(a, b) || third);
        if (answered && !passes(a, b)) detours += via === null ? 0 : 1;
      }
    });
    expect(detours).toBeGreaterThan(10 * tried);
  });

  test('that isolates a host wholly is gone round by nobody, and is over when it is over', () => {
    const group = new Group('isolated', 5, { latency: 30 * MILLISECOND });
    group.network.run(MINUTE);
    group.network.passes = (from, to) => from !== 0 && to !== 0;
    group.network.run(2 * MINUTE);
    group.packets = [];
    group.network.run(MINUTE);
    for (const { from, to, answered } of group.packets) expect(answered).toBe(from !== 0 && to !== 0);
    group.network.passes = () => true;
    group.network.run(MINUTE);
    group.packets = [];
    group.network.run(MINUTE);
    expect(group.packets.every(({ answered }) => answered)).toBe(true);
  });
});

describe('the path', () => {
  test('goes through another host where that is faster, and is directly measured to be', () => {
    const slow = (from: Address, to: Address) => Number(from) + Number(to) === 1;
    const latency = (_: unknown, from: Address, to: Address) => (slow(from, to) ? 100 : 20) * MILLISECOND;
    const group = new Group('triangle', 5, { latency });
    group.network.run(2 * MINUTE);
    expect(group.hosts[0].via(1)).not.toBeNull();
    expect(group.hosts[0].via(2)).toBeNull();
    group.packets = [];
    for (const values of group.network.meter.values.values()) values.length = 0;
    group.network.run(5 * MINUTE);
    expect(new Set(group.network.meter.sample('direct.rtt'))).toEqual(
      new Set([40, 200].map(ms => ms * MILLISECOND)),
    );
    expect(new Set(group.network.meter.sample('overlay.rtt'))).toEqual(
      new Set([40, 80].map(ms => ms * MILLISECOND)),
    );
  });

  test('goes round a link that loses, where loss is the metric', () => {
    const group = new Group('lossy', 5, { latency: 20 * MILLISECOND }, { metric: 'loss' });
    const { random } = group.network;
    group.network.passes = (from, to) => !(Number(from) + Number(to) === 1) || random() > 0.3;
    group.network.run(20 * MINUTE);
    group.packets = [];
    group.network.run(10 * MINUTE);
    const cut = group.packets.filter(({ from, to }) => Number(from) + Number(to) === 1);
    expect(cut.length).toBeGreaterThan(100);
    expect(mean(cut.map(({ answered }) => (answered ? 1 : 0)))).toBeGreaterThan(0.95);
  });

  const link = (to: Address, latency: number, up = true): LinkState => ({ to, latency, loss: 0, up });
  const table = (...links: LinkState[]) => new Map(links.map(one => [one.to, one]));

  test('stays where it is unless another is better by 5 %', () => {
    const routes = new Routes('latency', SECOND);
    routes.learn('v', [link('d', 50)], 0);
    expect(routes.via('d', table(link('d', 104), link('v', 50)), 0)).toBeNull();
    expect(routes.via('d', table(link('d', 106), link('v', 50)), 0)).toBe('v');
    expect(routes.via('d', table(link('d', 96), link('v', 50)), 0)).toBe('v');
    expect(routes.via('d', table(link('d', 94), link('v', 50)), 0)).toBeNull();
  });

  test('is not through a host that has been silent for three routing intervals', () => {
    const routes = new Routes('latency', SECOND);
    routes.learn('v', [link('d', 50)], 0);
    const own = table(link('d', 10, false), link('v', 50));
    expect(routes.via('d', own, 3 * SECOND)).toBe('v');
    expect(routes.via('d', own, 3 * SECOND + 1)).toBeNull();
  });
});

test('a packet lost among others that come is no outage, and one is over when a later packet comes', () => {
  const lasted: number[] = [];
  const outages = new Outages({ record: value => void lasted.push(value) });
  outages.note('x', 12, true);
  outages.note('x', 11, false);
  outages.note('x', 15, true);
  expect(lasted).toEqual([]);
  outages.note('x', 16, false);
  outages.note('x', 17, false);
  outages.note('y', 18, true);
  outages.note('x', 14, true);
  expect(lasted).toEqual([]);
  outages.note('x', 20, true);
  outages.note('x', 21, true);
  expect(lasted).toEqual([4]);
});

test('a link averages its latency over ten probes or so, its loss over a hundred, and is down after four in a row', () => {
  const link = new Link('x', 4);
  expect(link.up).toBe(false);
  link.probed(100 * MILLISECOND);
  link.probed(200 * MILLISECOND);
  expect(link.state()).toEqual({ to: 'x', latency: 110_000, loss: 0, up: true });
  for (let lost = 1; lost <= 4; lost++) {
    link.probed(undefined);
    expect(link.up).toBe(lost < 4);
    expect(link.doubtful).toBe(lost < 4);
  }
  link.probed(110 * MILLISECOND);
  expect(link.state()).toEqual({ to: 'x', latency: 110_000, loss: Math.round((4 / 7) * 255), up: true });
  for (let i = 0; i < 100; i++) link.probed(110 * MILLISECOND);
  expect(link.state().loss).toBe(0);
});

const message = (address: fc.Arbitrary<string>): fc.Arbitrary<RonMessage> => {
  const links = fc.array(fc.record({ to: address, latency: rpc, loss: fc.nat(255), up: fc.boolean() }), {
    maxLength: 20,
  });
  const body = fc.uint8Array({ maxLength: 200 });
  const type = fc.constantFrom('packet', 'receipt');
  return fc.oneof(
    fc.record({ type: fc.constantFrom('probe', 'probed'), rpc }),
    fc.record({ type: fc.constant('links'), links }),
    fc.record({ type, rpc, origin: address, destination: address, via: fc.option(address), body }),
  ) as fc.Arbitrary<RonMessage>;
};

describe('datagrams between IPv4 hosts', () => holds(ronCodec, message(ip4)));
describe('datagrams between IPv6 hosts', () => holds(ronCodec, message(ip6)));
