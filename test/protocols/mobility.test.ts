// Mobility: where packets reach an identity that moves, how far they go round, and what a hand-over costs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf } from '../../protocols/identifier.ts';
import { mobilityCodec } from '../../protocols/mobility/codec.ts';
import { Copies } from '../../protocols/mobility/copies.ts';
import { Peer } from '../../protocols/mobility/flights.ts';
import { Homes } from '../../protocols/mobility/home.ts';
import type { MobilityMessage, Packet } from '../../protocols/mobility/messages.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';
import { NEVER, type Received, World } from './mobility-world.ts';

const latency = 20 * MILLISECOND;
const brisk = { every: 100 * MILLISECOND, timeout: SECOND };

describe('in a plane, where light takes a millisecond a unit', () => {
  const places = new Map<Address, [number, number]>([
    [0, [30, 40]],
    [100, [90, 0]],
    [1000, [0, 0]],
  ]);
  const between = (a: Address, b: Address) => {
    const [[x, y], [u, v]] = [places.get(a)!, places.get(b)!];
    return Math.hypot(x - u, y - v) * MILLISECOND;
  };
  const world = (routing: string) => {
    const made = new World(
      'plane',
      { latency: (_, from, to) => between(from, to) },
      { points: 1 },
      { dwell: NEVER, send: { routing, ...brisk } },
    );
    made.network.run(MINUTE);
    return made;
  };
  /** To the rendezvous, on to the point, and straight back: 50, sqrt(60^2 + 40^2) and 90. */
  const triangle = (50 + Math.hypot(60, 40) + 90) * MILLISECOND;

  test('triangular routing takes two sides of the triangle there and the third one back', () => {
    const { network, ...made } = world('triangular');
    const rtts = network.meter.sample('rtt');
    expect(rtts.length).toBeGreaterThan(400);
    for (const rtt of rtts) expect(Math.abs(rtt - triangle)).toBeLessThanOrEqual(2);
    expect(new Set(network.meter.sample('direct.rtt'))).toEqual(new Set([180 * MILLISECOND]));
    for (const stretch of network.meter.sample('stretch'))
      expect(stretch).toBeCloseTo(triangle / (180 * MILLISECOND), 7);
    expect(made.received.every(({ at }) => at === 100)).toBe(true);
  });

  test('optimised, all packets but those before the first receipt go straight', () => {
    const made = world('optimised');
    const [rtts, straight] = [made.sample('rtt'), made.sample('optimised')];
    const first = straight.indexOf(1);
    expect(first).toBeGreaterThan(0);
    // A binding is renewed by each receipt, so it ends with none of them.
    expect(straight.slice(first).every(value => value === 1)).toBe(true);
    expect(rtts.filter(rtt => rtt === 180 * MILLISECOND).length).toBeGreaterThan(rtts.length - 20);
    expect(made.sample('stretch').at(-1)).toBe(1);
  });
});

describe('a hand-over', () => {
  const GAP = 2 * SECOND;
  const EVERY = 100 * MILLISECOND;
  const moving = (seed: string, style: string, routing: string, gap = GAP) => {
    const made = new World(
      seed,
      { latency },
      { points: 6, correspondents: 3 },
      {
        identities: 1,
        dwell: 20 * SECOND,
        handover: { style, gap },
        send: { routing, peers: 1, every: EVERY, timeout: 500 * MILLISECOND },
      },
    );
    made.network.run(20 * SECOND);
    made.forget();
    made.network.run(5 * MINUTE);
    return made;
  };
  /** From leaving until the old point passes packets on: the gap, the way to the new point, and that of its answer. */
  const outage = GAP + 2 * latency;

  test.each(['triangular', 'optimised'])('that breaks first loses rate x gap packets, %s', routing => {
    const [gaps, losses] = [[], []] as number[][];
    for (let seed = 0; seed < 10; seed++) {
      const made = moving(`break ${seed}`, 'break-before-make', routing);
      gaps.push(made.mean('handover.gap'));
      losses.push(made.count('lost.detached') / made.sample('handover.gap').length);
      expect(made.count('lost.stale') + made.count('lost.unknown')).toBe(0);
    }
    const [gap, loss] = [interval99(gaps), interval99(losses)];
    expect(gap.low).toBeLessThan(outage);
    expect(gap.high).toBeGreaterThan(outage);
    expect(loss.low).toBeLessThan(outage / EVERY);
    expect(loss.high).toBeGreaterThan(outage / EVERY);
  });

  test.each(['triangular', 'optimised'])('that makes first loses nothing, %s', routing => {
    const made = moving('make', 'make-before-break', routing);
    expect(made.count('handovers')).toBeGreaterThan(50);
    expect(made.mean('delivered')).toBe(1);
    expect(Math.max(...made.sample('handover.gap'))).toBe(0);
    expect(made.sample('handover.gap').length).toBeGreaterThan(25);
    // Registration is one round trip.
    expect(new Set(made.sample('handover.registered'))).toEqual(new Set([2 * latency]));
  });

  test('corrects bindings: once the old point knows, one packet goes round, and the next straight', () => {
    const made = moving('corrections', 'make-before-break', 'optimised');
    expect(made.count('corrections')).toBeGreaterThan(25);
    // A packet is under way for 20 ms and its correction too: others that leave meanwhile go round as well.
    expect(made.count('forwarded') / made.count('corrections')).toBeLessThan(1.6);
    expect(made.mean('stretch')).toBeLessThan(1.02);
    const triangular = moving('corrections', 'make-before-break', 'triangular');
    expect(triangular.mean('stretch')).toBeGreaterThanOrEqual(1.5);
    expect(triangular.count('signalling.bytes')).toBeLessThan(made.count('signalling.bytes'));
  });

  test('whose old point forgets too soon is mended by the rendezvous', () => {
    const made = new World(
      'forgetful',
      { latency },
      { points: 4 },
      {
        identities: 1,
        dwell: 20 * SECOND,
        handover: { gap: 100 * MILLISECOND, forward: 0 },
        send: { ...brisk, peers: 2 },
      },
    );
    made.network.run(10 * MINUTE);
    expect(made.count('lost.stale')).toBeGreaterThan(20);
    expect(made.count('forwarded')).toBe(0);
    expect(made.mean('delivered')).toBeGreaterThan(0.95);
  });
});

/** The first violation of what must hold of all that was received. Undefined where there is none. */
function violation(received: readonly Received[], makes: boolean): string | undefined {
  const packets = new Set<string>();
  const latest = new Map<number, number>();
  for (const { origin, number, identity, sequence } of received) {
    const packet = `${origin}/${number}`;
    if (packets.has(packet)) return `packet ${packet} was received twice`;
    packets.add(packet);
    const last = latest.get(identity) ?? 0;
    // Who makes before it breaks is at the old point, too, until that knows of the new one.
    if (sequence < last - (makes ? 1 : 0))
      return `${identity} was reached where it had left ${last - sequence} moves ago`;
    latest.set(identity, Math.max(last, sequence));
  }
  return undefined;
}

test('under any schedule no packet is received twice, nor where the identity no longer is', () => {
  const style = fc.constantFrom('break-before-make', 'make-before-break');
  const routing = fc.constantFrom('triangular', 'optimised');
  let received = 0;
  fc.assert(
    fc.property(fc.string(), style, routing, fc.integer({ min: 0, max: 20 }), (seed, how, path, loss) => {
      const made = new World(
        seed,
        { latency: random => (1 + 200 * random()) * MILLISECOND, loss: loss / 100 },
        { rendezvous: 2, points: 4, correspondents: 2 },
        {
          identities: 2,
          dwell: 3 * SECOND,
          refresh: 5 * SECOND,
          handover: { style: how, gap: 300 * MILLISECOND },
          send: { routing: path, ...brisk },
          // Enough to tell a dead point from lost answers.
          rpc: { timeout: SECOND, attempts: 12 },
        },
      );
      duplicate(made, 0.2);
      made.network.run(2 * MINUTE);
      received += made.received.length;
      expect(violation(made.received, how === 'make-before-break')).toBeUndefined();
      expect(made.sample('delivered').filter(value => value === 1).length).toBeGreaterThan(100);
    }),
    { numRuns: 30 },
  );
  expect(received).toBeGreaterThan(30_000);
});

/** From now on so many of the packets that are sent arrive twice, the second time somewhat later. */
function duplicate({ network }: World, share: number): void {
  const send = network.send.bind(network);
  network.send = (from, to, message) => {
    send(from, to, message);
    if (message.type === 'packet' && network.random() < share) send(from, to, message);
  };
}

describe('a rendezvous that crashes', () => {
  const REFRESH = 5 * SECOND;
  const crashing = (routing: string) => {
    const made = new World(
      'crash',
      { latency },
      { points: 3, correspondents: 4 },
      { dwell: NEVER, refresh: REFRESH, send: { routing, ...brisk, binding: MINUTE } },
    );
    made.network.run(MINUTE);
    made.network.crash(0);
    // What it has passed on already arrives.
    made.network.run(SECOND);
    made.forget();
    return made;
  };

  test('takes all identities with it, and knows them again one refresh after it is back', () => {
    const made = crashing('triangular');
    made.network.run(MINUTE);
    expect(made.mean('delivered')).toBe(0);
    made.startRendezvous(0);
    // One that was due just before is asked again after the timeout of its call.
    made.network.run(REFRESH + 4 * SECOND);
    made.forget();
    made.network.run(MINUTE);
    expect(made.count('lost.unknown')).toBe(0);
    expect(made.mean('delivered')).toBe(1);
  });

  test('is not missed by those who know where the identities are', () => {
    const made = crashing('optimised');
    made.network.run(MINUTE);
    expect(made.mean('delivered')).toBe(1);
    expect(made.count('registrations.lost')).toBeGreaterThan(20);
  });
});

test('registrations end unless they are renewed', () => {
  const made = new World('ends', { latency }, { points: 1 }, { dwell: NEVER, refresh: SECOND });
  made.network.run(2 * SECOND);
  const [{ identity }] = made.points[0].residents.all();
  expect(made.rendezvous[0].place(identity)).toBe(100);
  made.network.crash(100);
  made.network.run(4 * SECOND);
  expect(made.rendezvous[0].place(identity)).toBeUndefined();
});

test('an attachment point that leaves hands its identities over', () => {
  const made = new World('leaves', { latency }, { points: 3 }, { identities: 5, dwell: NEVER });
  made.network.run(MINUTE);
  made.points[0].stop();
  made.network.crash(100);
  made.network.run(MINUTE);
  const left = [1, 2].map(index => [...made.points[index].residents.all()]);
  expect(left.flat().length).toBe(15);
  for (const [index, residents] of left.entries())
    for (const { identity } of residents) expect(made.rendezvous[0].place(identity)).toBe(101 + index);
});

test('an identity that finds nobody where it goes turns to another point, and is never in two for long', () => {
  const made = new World(
    'dead points',
    { latency },
    { points: 6 },
    { identities: 4, dwell: 20 * SECOND, refresh: 5 * SECOND, handover: { gap: 0 } },
  );
  made.network.run(MINUTE);
  const there = made.points.flatMap((point, index) => (index < 2 ? [...point.residents.all()] : [])).length;
  for (const address of [100, 101]) made.network.crash(address);
  made.network.run(10 * MINUTE);
  const alive = made.points.slice(2).flatMap(({ residents }) => [...residents.all()]);
  const identities = alive.map(({ identity }) => identity);
  expect(new Set(identities).size).toBe(identities.length);
  // Those at the two points, and at most some that were on their way there, are gone.
  expect(identities.length).toBeGreaterThan(24 - there - 5);
});

describe('homes', () => {
  const listed = (...addresses: Address[]) => ({ size: addresses.length, at: (i: number) => addresses[i] });
  const identities = Array.from({ length: 4000 }, (_, i) => idOf(i));

  test('are the same for all who list the same, in whatever order, and as good as equally burdened', () => {
    const [homes, others] = [new Homes(listed(1, 2, 3, 4)), new Homes(listed(3, 1, 4, 2))];
    const counts = new Map<Address, number>();
    for (const identity of identities) {
      const home = homes.of(identity)!;
      expect(others.of(identity)).toBe(home);
      counts.set(home, (counts.get(home) ?? 0) + 1);
    }
    // Of 4000, binomially distributed: 1000 and four standard deviations of 27.4.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(110);
    expect(counts.size).toBe(4);
  });

  test('change only for what a new rendezvous takes over', () => {
    const [before, after] = [new Homes(listed(1, 2, 3, 4)), new Homes(listed(1, 2, 3, 4, 5))];
    const changed = identities.filter(identity => before.of(identity) !== after.of(identity));
    expect(changed.every(identity => after.of(identity) === 5)).toBe(true);
    expect(Math.abs(changed.length - 800)).toBeLessThan(102);
  });

  test('are none where none is listed', () => expect(new Homes(listed()).of(7)).toBeUndefined());
});

test('a packet that comes back after others passed it on is no copy', () => {
  const copies = new Copies();
  const packet: Packet = {
    type: 'packet',
    number: 1,
    origin: 7,
    identity: 9,
    hops: 1,
    body: new Uint8Array(0),
  };
  expect([packet, packet, { ...packet, hops: 3 }, { ...packet, number: 2 }].map(p => copies.pass(p))).toEqual(
    [true, false, true, true],
  );
});

describe('the gap of a hand-over', () => {
  const fates = (...all: (number | 'lost')[]) => {
    const gaps: number[] = [];
    const peer = new Peer(1, { record: value => void gaps.push(value) });
    const flights = all.map((fate, sent) => ({
      flight: { peer, to: 0, sent, fate: undefined as typeof fate | undefined },
      fate,
    }));
    for (const { flight } of flights) peer.sent(flight);
    // Losses become known last.
    for (const last of [false, true])
      for (const { flight, fate } of flights) {
        if ((fate === 'lost') !== last) continue;
        flight.fate = fate;
        peer.settle();
      }
    return gaps;
  };

  test.each([
    ['is none where none is noticed', [0, 0, 'lost', 0], []],
    ['is zero where nothing was lost', [0, 1, 2], [0, 0]],
    ['is from the first lost to the first received', [0, 'lost', 'lost', 1, 'lost', 1], [2]],
    ['is one where an identity moved twice in it', [0, 'lost', 2, 3], [1, 0]],
    ['is not told of by a straggler', [0, 1, 0, 1], [0]],
  ] as const)('%s', (_, given, expected) => expect(fates(...given)).toEqual(expected));
});

const mobilityMessage = (address: fc.Arbitrary<string>): fc.Arbitrary<MobilityMessage> => {
  const body = fc.uint8Array({ maxLength: 40 });
  const [identity, sequence, lifetime] = [point, rpc, rpc];
  return fc.oneof(
    fc.record({ type: fc.constant('register'), rpc, identity, sequence, lifetime }),
    fc.record({ type: fc.constantFrom('registered', 'refused', 'arrived', 'list', 'probed'), rpc }),
    fc.record({ type: fc.constant('arrive'), rpc, identity, sequence }),
    fc.record({ type: fc.constant('moved'), identity, to: address }),
    fc.record({ type: fc.constant('gone'), identity }),
    fc.record({ type: fc.constant('announce'), rpc, lifetime }),
    fc.record({ type: fc.constant('points'), rpc, points: fc.array(address, { maxLength: 16 }) }),
    fc.record({ type: fc.constant('names'), rpc, identities: fc.array(point, { maxLength: 16 }) }),
    fc.record({
      type: fc.constant('packet'),
      number: rpc,
      origin: address,
      identity,
      hops: fc.nat(255),
      body,
    }),
    fc.record({ type: fc.constant('receipt'), number: rpc, identity, sequence }),
    fc.record({ type: fc.constant('probe'), rpc, body }),
  ) as fc.Arbitrary<MobilityMessage>;
};

describe('the codec, between IPv4 hosts', () => holds(mobilityCodec, mobilityMessage(ip4)));
describe('the codec, between IPv6 hosts', () => holds(mobilityCodec, mobilityMessage(ip6)));
