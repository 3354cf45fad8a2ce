// Impairments: how often messages are doubled, damaged and held back, and that each copy of each ends exactly once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cargo, Fabric } from '../../models/network/fabric.ts';
import { CORRUPT, DROP_REASONS, LOST } from '../../models/network/fate.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import type { NetworkSpec } from '../../models/network/spec.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../sim/time.ts';
import { Ledger } from '../protocols/harness.ts';
import { interval99 } from '../statistics.ts';

const PATH = 30 * MILLISECOND;
const BYTES = 100;
const unlimited = { up: Infinity, down: Infinity, queue: 0 };

interface Arrival {
  readonly message: number;
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** Messages are numbers; one that is damaged and goes on is negative, and a copy keeps the number. */
class Numbers implements Cargo<number> {
  readonly drops: { readonly message: number; readonly fate: number; readonly at: number }[] = [];
  readonly copied: number[] = [];
  readonly damaged: number[] = [];
  private readonly sim: Simulation;
  private readonly checksums: boolean;

  constructor(sim: Simulation, checksums: boolean) {
    this.sim = sim;
    this.checksums = checksums;
  }

  copy(message: number): number {
    this.copied.push(message);
    return message;
  }

  corrupt(message: number): number | undefined {
    this.damaged.push(message);
    return this.checksums ? undefined : -message;
  }

  dropped(message: number, fate: number): void {
    this.drops.push({ message, fate, at: this.sim.now });
  }
}

/** Three hosts, the first two on one node, and the third 30 ms away. */
function room(change: Partial<NetworkSpec>, { checksums = true, uplink = Infinity, seed = 'impaired' } = {}) {
  const sim = new Simulation();
  const nodeOf = [0, 0, 1];
  const hosts = new Hosts<number>(nodeOf);
  const spec: NetworkSpec = { grain: 'message', access: unlimited, jitter: 0, loss: { rate: 0, burst: 1 } };
  const network = new Network(
    { senders: ['a', 'b', 'c'], siteOf: Int32Array.of(0, 1) },
    { delay: () => PATH },
    { ...spec, ...change },
    seed,
  );
  const cargo = new Numbers(sim, checksums);
  const meter = new Ledger();
  const caps = capsOf(nodeOf.map(() => ({ uplink, burst: 1500, queue: 2 * MILLISECOND })));
  const fabric = new Fabric(sim, { network, caps, hosts, cargo }, meter);
  const arrivals: Arrival[] = [];
  const boot = (to: number) =>
    hosts.boot(to, { receive: (from, message) => void arrivals.push({ message, from, to, at: sim.now }) });
  for (const host of nodeOf.keys()) boot(host);
  /** Sends so many messages, numbered from 1, at equal distances, to the far host. */
  const stream = (count: number, gap = MILLISECOND) => {
    for (let message = 1; message <= count; message++) {
      sim.run(message * gap);
      fabric.send(0, 2, BYTES, message);
    }
    sim.run();
  };
  return { sim, network, hosts, fabric, cargo, meter, arrivals, boot, stream };
}

/** The 99 % interval of a share over 40 batches of what happened to messages must hold the rate. */
function expectRate(struck: readonly number[], count: number, rate: number): void {
  const batches = new Array<number>(40).fill(0);
  for (const message of struck) batches[Math.floor(((message - 1) * 40) / count)]++;
  const { low, high } = interval99(batches.map(hits => (hits * 40) / count));
  expect(low).toBeLessThan(rate);
  expect(high).toBeGreaterThan(rate);
}

const COUNT = 40_000;

describe('duplicates', () => {
  test('come at their rate, at the time of the message, and both count as delivered', () => {
    const { cargo, meter, arrivals, stream } = room({ duplicate: 0.02 });
    stream(COUNT);
    expectRate(cargo.copied, COUNT, 0.02);
    expect(meter.count('duplicated')).toBe(cargo.copied.length);
    expect(meter.count('sent')).toBe(COUNT);
    expect(meter.count('delivered')).toBe(COUNT + cargo.copied.length);
    const of = (message: number) => arrivals.filter(arrival => arrival.message === message);
    const [first, second, ...others] = of(cargo.copied[7]);
    expect(second).toEqual(first);
    expect(first.at).toBe(cargo.copied[7] * MILLISECOND + PATH);
    expect(others).toEqual([]);
  });

  test("take their own turn on the receiver's link", () => {
    // 100 bytes take 1 ms.
    const { arrivals, stream } = room({ duplicate: 1, access: { up: Infinity, down: 800e3, queue: SECOND } });
    stream(1);
    expect(arrivals.map(({ at }) => at - MILLISECOND - PATH)).toEqual([MILLISECOND, 2 * MILLISECOND]);
  });
});

describe('damage', () => {
  test('comes at its rate, and what has a checksum is discarded where it arrives', () => {
    const { cargo, meter, arrivals, stream } = room({ corrupt: 0.02 });
    stream(COUNT);
    expectRate(cargo.damaged, COUNT, 0.02);
    expect(cargo.drops.map(({ message }) => message)).toEqual(cargo.damaged);
    for (const { message, fate, at } of cargo.drops) {
      expect([fate, at]).toEqual([CORRUPT, message * MILLISECOND + PATH]);
    }
    expect(meter.count('dropped.corrupt')).toBe(cargo.damaged.length);
    expect(arrivals).toHaveLength(COUNT - cargo.damaged.length);
  });

  test('of what has no checksum is delivered', () => {
    const { cargo, arrivals, stream } = room({ corrupt: 0.1 }, { checksums: false });
    stream(1000);
    const damaged = arrivals.filter(({ message }) => message < 0).map(({ message }) => -message);
    expect(damaged.length).toBeGreaterThan(0);
    expect(damaged).toEqual(cargo.damaged);
    expect(arrivals).toHaveLength(1000);
  });

  test("keeps the receiver's link as busy as if nothing were wrong", () => {
    const access = { up: Infinity, down: 800e3, queue: SECOND };
    const [good, bad] = [room({ access }), room({ access, corrupt: 0.3 })];
    for (const { stream } of [good, bad]) stream(200, MILLISECOND / 2);
    const damaged = new Set(bad.cargo.damaged);
    expect(damaged.size).toBeGreaterThan(30);
    expect(bad.arrivals).toEqual(good.arrivals.filter(({ message }) => !damaged.has(message)));
  });

  test('spares the copy of a message', () => {
    const { arrivals, cargo, stream } = room({ corrupt: 0.2, duplicate: 1 });
    stream(500);
    expect(cargo.damaged.length).toBeGreaterThan(50);
    const twice = (message: number) => (cargo.damaged.includes(message) ? 1 : 2);
    for (let message = 1; message <= 500; message++) {
      expect(arrivals.filter(arrival => arrival.message === message)).toHaveLength(twice(message));
    }
  });
});

describe('reordering', () => {
  test('holds messages back by its span, at its rate, and those sent meanwhile overtake them', () => {
    const { arrivals, stream } = room({ reorder: { rate: 0.02, by: 5 * MILLISECOND } });
    stream(COUNT);
    const late = arrivals.filter(({ message, at }) => at !== message * MILLISECOND + PATH);
    expectRate(
      late.map(({ message }) => message),
      COUNT,
      0.02,
    );
    for (const { message, at } of late) expect(at).toBe((message + 5) * MILLISECOND + PATH);
    const order = arrivals.map(({ message }) => message);
    const held = new Set(late.map(({ message }) => message));
    const first = late.find(({ message }) => [1, 2, 3, 4].every(next => !held.has(message + next)))!.message;
    // What is sent 5 ms later comes at the same time, and after it.
    const [inOrder, overtaking] = [
      [first - 1, first + 1],
      [first + 4, first, first + 5],
    ];
    expect(order.indexOf(inOrder[1]) - order.indexOf(inOrder[0])).toBe(1);
    expect(order.slice(order.indexOf(first) - 1, order.indexOf(first) + 2)).toEqual(overtaking);
  });

  test('comes on top of jitter, whose draws it leaves as they are', () => {
    const [plain, reordering] = [{}, { reorder: { rate: 0.5, by: 7 * MILLISECOND } }].map(change => {
      const { arrivals, stream } = room({ jitter: MILLISECOND, ...change });
      stream(300);
      return new Map(arrivals.map(({ message, at }) => [message, at]));
    });
    const extra = [...plain].map(([message, at]) => reordering.get(message)! - at);
    expect(new Set(extra)).toEqual(new Set([0, 7 * MILLISECOND]));
  });
});

describe('common random numbers', () => {
  const fates = (change: Partial<NetworkSpec>) => {
    const { cargo, stream } = room({ loss: { rate: 0.2, burst: 3 }, jitter: MILLISECOND, ...change });
    stream(2000);
    return {
      lost: cargo.drops.filter(({ fate }) => fate === LOST).map(({ message }) => message),
      damaged: cargo.damaged,
      copied: cargo.copied,
    };
  };
  const all = { duplicate: 0.1, corrupt: 0.1, reorder: { rate: 0.1, by: MILLISECOND } };

  test('one impairment more changes none of the others, nor the loss', () => {
    const whole = fates(all);
    expect(whole.lost.length).toBeGreaterThan(200);
    expect(whole.lost).toEqual(fates({}).lost);
    expect(whole.damaged).toEqual(fates({ corrupt: 0.1 }).damaged);
    expect(whole.copied).toEqual(fates({ duplicate: 0.1 }).copied);
    expect(whole.copied).not.toEqual(whole.damaged);
  });

  test("one sender's luck is its own, whoever else sends from its node", () => {
    const struck = (beside: boolean) => {
      const { sim, fabric, cargo } = room(all);
      for (let message = 1; message <= 500; message++) {
        if (beside) fabric.send(1, 2, BYTES, 100_000 + message);
        fabric.send(0, 2, BYTES, message);
        sim.run(sim.now + MILLISECOND);
      }
      return [cargo.copied, cargo.damaged].map(messages => messages.filter(message => message < 100_000));
    };
    expect(struck(true)).toEqual(struck(false));
  });
});

test('nothing befalls what never leaves its node', () => {
  const { sim, fabric, arrivals, cargo } = room({
    duplicate: 0.9,
    corrupt: 0.9,
    reorder: { rate: 0.9, by: SECOND },
  });
  for (let message = 1; message <= 50; message++) fabric.send(0, 1, BYTES, message);
  sim.run();
  expect(arrivals.map(({ message }) => message)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(sim.now).toBeLessThan(MILLISECOND);
  expect([cargo.copied, cargo.damaged, cargo.drops]).toEqual([[], [], []]);
});

/** Cargo in numbered slots, as a switch keeps packets: a slot is freed once, by a delivery or a drop. */
class Slots implements Cargo<number> {
  readonly taken = new Set<number>();
  ended = 0;
  private last = 0;

  take(): number {
    this.taken.add(++this.last);
    return this.last;
  }

  end(slot: number): void {
    if (!this.taken.delete(slot)) throw new Error(`slot ${slot} ends twice`);
    this.ended++;
  }

  copy(slot: number): number {
    expect(this.taken.has(slot)).toBe(true);
    return this.take();
  }

  corrupt(slot: number): number | undefined {
    expect(this.taken.has(slot)).toBe(true);
    return slot % 2 === 0 ? slot : undefined;
  }

  dropped(slot: number): void {
    this.end(slot);
  }
}

test('every message and every copy ends once, by a delivery or a drop, whatever happens', () => {
  const step = fc.record({
    pause: fc.nat(3 * MILLISECOND),
    kind: fc.constantFrom('send', 'send', 'send', 'crash', 'boot', 'lossy', 'clean'),
    from: fc.nat(2),
    to: fc.nat(2),
    bytes: fc.integer({ min: 20, max: 1500 }),
    messages: fc.constantFrom(1, 2, 20),
  });
  const reasons = new Set<string>();
  let [copies, discards] = [0, 0];
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { minLength: 1, maxLength: 100 }), (seed, steps) => {
      const sim = new Simulation();
      const nodeOf = [0, 1, 2];
      const hosts = new Hosts<number>(nodeOf);
      const spec: NetworkSpec = {
        grain: 'message',
        access: { up: 20e6, down: 5e6, queue: 2 * MILLISECOND },
        jitter: MILLISECOND,
        loss: { rate: 0.05, burst: 1 },
        duplicate: 0.3,
        corrupt: 0.3,
        reorder: { rate: 0.3, by: MILLISECOND },
      };
      const network = new Network(
        { senders: ['a', 'b', 'c'], siteOf: Int32Array.from(nodeOf) },
        { delay: () => 300 * MICROSECOND },
        spec,
        `${seed}`,
      );
      const cargo = new Slots();
      const meter = new Ledger();
      const caps = capsOf(nodeOf.map(() => ({ uplink: 10e6, burst: 10_000, queue: 3 * MILLISECOND })));
      const fabric = new Fabric(sim, { network, caps, hosts, cargo }, meter);
      const boot = (host: number) => hosts.boot(host, { receive: (_from, slot) => cargo.end(slot) });
      for (const host of nodeOf) boot(host);
      for (const { pause, kind, from, to, bytes, messages } of steps) {
        sim.run(sim.now + pause);
        if (kind === 'send') for (let n = 0; n < messages; n++) fabric.send(from, to, bytes, cargo.take());
        if (kind === 'crash') hosts.crash(from);
        if (kind === 'boot') boot(from);
        if (kind === 'lossy') network.lossy.add(from, 0.5);
        if (kind === 'clean') network.lossy.remove(from, 0.5);
      }
      sim.run();
      expect(cargo.taken.size).toBe(0);
      expect(cargo.ended).toBe(meter.count('sent') + meter.count('duplicated'));
      const dropped = DROP_REASONS.map(reason => meter.count(`dropped.${reason}`));
      expect(meter.count('delivered') + dropped.reduce((sum, count) => sum + count, 0)).toBe(cargo.ended);
      for (const [index, count] of dropped.entries()) if (count > 0) reasons.add(DROP_REASONS[index]);
      copies += meter.count('duplicated');
      discards += meter.count('dropped.corrupt');
    }),
    { numRuns: 200, seed: 1 },
  );
  // Nothing is cut, and sites have neither links nor gates.
  const elsewhere: readonly string[] = ['partition', 'site', 'filtered'];
  expect([...reasons].sort()).toEqual(DROP_REASONS.filter(reason => !elsewhere.includes(reason)).sort());
  expect(Math.min(copies, discards)).toBeGreaterThan(100);
});
