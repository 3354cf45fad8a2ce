// The uplink of a node that slivers share: PlanetLab's worked example, guarantees, fairness, and what waits.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fabric } from '../../models/network/fabric.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Links } from '../../models/network/links.ts';
import { Network } from '../../models/network/network.ts';
import { type Claim, SharedUplinks } from '../../models/network/shared-uplinks.ts';
import type { AccessSpec } from '../../models/network/spec.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';

const RATE = 10e6;
const PACKET = 1250;
/** What a packet takes of the link. */
const TURN = MILLISECOND;

interface Sent {
  readonly sender: number;
  readonly bytes: number;
  readonly at: number;
  readonly waited: number;
}

/** One node's uplink of 10 Mbit/s, and what goes over it. */
function uplink(claims: readonly Claim[], most = Infinity) {
  const sim = new Simulation();
  const sent: Sent[] = [];
  const given: number[] = [];
  const shared = new SharedUplinks<{ sender: number; bytes: number }>(
    sim,
    new Links(1, RATE, Infinity),
    sender => claims[sender],
    {
      goes: ({ sender }, waited) => {
        if (waited > most) given.push(sender);
        return waited <= most;
      },
      went: (parcel, at, waited) => void sent.push({ ...parcel, at, waited }),
    },
  );
  const offer = (sender: number, bytes = PACKET) => shared.offer(0, sender, bytes, { sender, bytes });
  /** Packets at equal distances, for so long. */
  const stream = (sender: number, rate: number, until: number, bytes = PACKET) => {
    const gap = (bytes * 8e9) / rate;
    for (let at = 0; at < until; at += gap) sim.at(Math.round(at), () => offer(sender, bytes));
  };
  const rates = (from: number, until: number) =>
    claims.map((_, sender) => {
      const mine = sent.filter(one => one.sender === sender && one.at > from && one.at <= until);
      return (mine.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / ((until - from) / SECOND);
    });
  return { sim, sent, given, offer, stream, rates };
}

const share = (weight: number): Claim => ({ share: weight, reserve: 0 });

describe('shares', () => {
  test('six active slices, one of them root with 5 shares, have 1 Mbit/s each of 10, and root 5', () => {
    const { sim, stream, rates } = uplink([share(5), ...Array(5).fill(share(1))]);
    for (let sender = 0; sender < 6; sender++) stream(sender, RATE, 11 * SECOND);
    sim.run(11 * SECOND);
    for (const [sender, rate] of rates(SECOND, 11 * SECOND).entries()) {
      // Over ten seconds, nobody is off by more than a packet or two.
      expect(Math.abs(rate - (sender === 0 ? 5e6 : 1e6))).toBeLessThanOrEqual((2 * PACKET * 8) / 10);
    }
  });

  test('the same over the whole network, with root as the nodes have it', () => {
    const access: AccessSpec = {
      up: RATE,
      down: Infinity,
      queue: SECOND,
      sharing: 'shares',
      root: { share: 5, rate: 20e6 },
    };
    const sim = new Simulation();
    const nodeOf = [0, 0, 0, 0, 0, 1];
    const hosts = new Hosts<number>(nodeOf);
    const senders = nodeOf.map((_, host) => `h${host}`);
    const claims = nodeOf.map(() => share(1));
    const attachment = { senders, siteOf: Int32Array.of(0, 1), claims };
    const spec = { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 } } as const;
    const network = new Network(attachment, { delay: () => 30 * MILLISECOND }, spec, 'seed');
    const caps = capsOf(nodeOf.map(() => ({ uplink: Infinity, burst: 0, queue: 0 })));
    const meter = new Ledger();
    const cargo = { copy: (message: number) => message, corrupt: () => undefined, dropped: () => undefined };
    const fabric = new Fabric(sim, { network, caps, hosts, cargo }, meter);
    const received = new Array<number>(5).fill(0);
    for (const host of nodeOf.keys()) {
      hosts.boot(host, {
        receive: (from, bytes) => {
          if (sim.now > 2 * SECOND) received[from as number] += bytes;
        },
      });
    }
    for (let at = 0; at < 12 * SECOND; at += 3 * MILLISECOND) {
      sim.at(at, () => {
        for (let sender = 0; sender < 5; sender++) fabric.send(sender, 5, PACKET, PACKET);
      });
    }
    sim.run(12 * SECOND);
    for (const bytes of received) expect(Math.abs((bytes * 8) / 10 - 1e6)).toBeLessThan(1e4);
    // 12 s of 5 Mbit/s in packets of 1500 bytes are 5000; and 10 000 of the other node, whose root has the link to itself.
    expect(Math.abs(meter.count('root.sent') - 15_000)).toBeLessThan(20);
    expect(meter.count('root.dropped')).toBeGreaterThan(10_000);
  });

  test('who sends nothing leaves what it might have to the others', () => {
    const { sim, stream, rates } = uplink([share(5), share(1), share(1), share(2)]);
    for (const sender of [1, 2, 3]) stream(sender, RATE, 11 * SECOND);
    sim.run(11 * SECOND);
    const [root, one, other, double] = rates(SECOND, 11 * SECOND);
    expect(root).toBe(0);
    expect(Math.abs(one - 2.5e6)).toBeLessThan(4000);
    expect(Math.abs(other - 2.5e6)).toBeLessThan(4000);
    expect(Math.abs(double - 5e6)).toBeLessThan(4000);
  });

  test('who asks for less than its share has all of it, and waits for one packet of others at the most', () => {
    const { sim, sent, stream, rates } = uplink([share(1), share(1)]);
    stream(0, 1e6, 11 * SECOND);
    stream(1, 2 * RATE, 11 * SECOND);
    sim.run(11 * SECOND);
    const [modest, greedy] = rates(SECOND, 11 * SECOND);
    expect(Math.abs(modest - 1e6)).toBeLessThan(4000);
    expect(Math.abs(greedy - 9e6)).toBeLessThan(4000);
    const waits = sent.filter(({ sender }) => sender === 0).map(({ waited }) => waited);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * TURN);
  });

  test('between any two that always wait, service per share differs by no more than a packet of each', () => {
    // The bound of Goyal, Vin and Cheng: |W_i / w_i - W_j / w_j| <= L_i / w_i + L_j / w_j.
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ weight: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 40, max: 1500 }) }),
          {
            minLength: 2,
            maxLength: 6,
          },
        ),
        senders => {
          const { sim, sent, offer } = uplink(senders.map(({ weight }) => share(weight)));
          const all = senders.reduce((sum, { weight }) => sum + weight, 0);
          for (const [sender, { bytes, weight }] of senders.entries()) {
            // More than it can have of the time.
            const count = Math.ceil((RATE * weight) / all / (bytes * 8)) + 10;
            for (let packet = 0; packet < count; packet++) offer(sender, bytes);
          }
          sim.run(SECOND / 4);
          const served = senders.map(() => 0);
          let excess = 0;
          for (const { sender, bytes } of sent) {
            served[sender] += bytes;
            const own = senders[sender];
            for (const [other, { bytes, weight }] of senders.entries()) {
              const gap = Math.abs(served[other] / weight - served[sender] / own.weight);
              excess = Math.max(excess, gap - bytes / weight - own.bytes / own.weight);
            }
          }
          expect(excess).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });
});

describe('reserves', () => {
  test('are kept whatever others ask for, and the rest is divided by shares', () => {
    const { sim, stream, rates } = uplink([{ share: 1, reserve: 6e6 }, share(1), share(2)]);
    for (let sender = 0; sender < 3; sender++) stream(sender, 2 * RATE, 11 * SECOND);
    sim.run(11 * SECOND);
    // 6 and a quarter of the 4 that are left; a quarter; a half.
    const [reserved, one, double] = rates(SECOND, 11 * SECOND);
    expect(Math.abs(reserved - 7e6)).toBeLessThan(4000);
    expect(Math.abs(one - 1e6)).toBeLessThan(4000);
    expect(Math.abs(double - 2e6)).toBeLessThan(4000);
  });

  test('of all of the link leave nothing', () => {
    const { sim, stream, rates } = uplink([
      { share: 1, reserve: 4e6 },
      { share: 1, reserve: 6e6 },
      share(100),
    ]);
    for (let sender = 0; sender < 3; sender++) stream(sender, 2 * RATE, 11 * SECOND);
    sim.run(11 * SECOND);
    const [first, second, third] = rates(SECOND, 11 * SECOND);
    expect(Math.abs(first - 4e6)).toBeLessThan(4000);
    expect(Math.abs(second - 6e6)).toBeLessThan(4000);
    expect(third).toBeLessThan(4000);
  });

  test('that are not used are lent, and are there at once when they are wanted', () => {
    const { sim, sent, stream, offer, rates } = uplink([{ share: 1, reserve: 5e6 }, share(1)]);
    stream(1, 2 * RATE, 2 * SECOND);
    sim.at(SECOND + 300 * MICROSECOND, () => offer(0));
    sim.run(2 * SECOND);
    expect(rates(0, SECOND)[1]).toBeGreaterThan(0.99 * RATE);
    // It waits for the packet that is on the link, and for no other.
    expect(sent.find(({ sender }) => sender === 0)!.waited).toBeLessThanOrEqual(TURN);
  });

  test('hold under random offers: over any time in which a sliver waits, it has its reserve less a packet of each', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ reserve: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 40, max: 1500 }) }),
          {
            minLength: 2,
            maxLength: 5,
          },
        ),
        drawn => {
          const all = drawn.reduce((sum, { reserve }) => sum + reserve, 0);
          const claims = drawn.map(({ reserve }) => ({
            share: 1,
            reserve: (RATE * reserve) / Math.max(30, all),
          }));
          const { sim, offer, rates } = uplink(claims);
          for (const [sender, { bytes }] of drawn.entries()) {
            for (let packet = 0; packet * bytes * 8 < 0.3 * RATE; packet++) offer(sender, bytes);
          }
          sim.run(SECOND / 4);
          const slack = 32 * drawn.reduce((sum, { bytes }) => sum + bytes, 0);
          for (const [sender, rate] of rates(0, SECOND / 4).entries()) {
            expect(rate).toBeGreaterThanOrEqual(claims[sender].reserve - slack);
          }
        },
      ),
      { numRuns: 30, seed: 4 },
    );
  });
});

describe('the link', () => {
  test('never rests while anything waits, and each sender keeps its order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            sender: fc.nat(3),
            at: fc.nat(20 * MILLISECOND),
            bytes: fc.integer({ min: 1, max: 3000 }),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        offers => {
          const claims = [share(1), share(4), { share: 1, reserve: 2e6 }, { share: 2, reserve: 8e6 }];
          const { sim, sent, offer } = uplink(claims);
          const inOrder = [...offers].sort((a, b) => a.at - b.at);
          for (const { sender, at, bytes } of inOrder) sim.at(at, () => offer(sender, bytes));
          sim.run();
          expect(sent).toHaveLength(offers.length);
          // First come, first served, keeps the link busy at the same times.
          let free = 0;
          for (const { at, bytes } of inOrder) free = Math.max(free, at) + bytes * 800;
          expect(Math.max(...sent.map(({ at }) => at))).toBe(free);
          for (const sender of claims.keys()) {
            const order = sent.filter(one => one.sender === sender).map(({ bytes }) => bytes);
            expect(order).toEqual(inOrder.filter(one => one.sender === sender).map(({ bytes }) => bytes));
          }
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  test('what has waited for longer than the queue allows is dropped and takes no time', () => {
    const { sim, sent, given, stream } = uplink([share(1), share(1)], 20 * MILLISECOND);
    stream(0, 2 * RATE, SECOND);
    stream(1, 2e6, SECOND);
    sim.run();
    expect(Math.max(...sent.map(({ waited }) => waited))).toBeLessThanOrEqual(20 * MILLISECOND);
    expect(given.filter(sender => sender === 1)).toEqual([]);
    expect(sent.length + given.length).toBe(2000 + 200);
    // The link is busy from the start to the end of the greedy one's offers.
    expect(sent.filter(({ at }) => at <= SECOND)).toHaveLength(1000);
  });
});
