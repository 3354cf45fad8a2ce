// Plumtree over HyParView: what the overlay looks like, that all hear everything once, and that the tree mends itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../protocols/options.ts';
import { plumtreeCodec } from '../../protocols/plumtree/codec.ts';
import type { PlumtreeMessage } from '../../protocols/plumtree/messages.ts';
import { type PlumtreeOptions, plumtreeOptions } from '../../protocols/plumtree/options.ts';
import { Plumtree } from '../../protocols/plumtree/plumtree.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';
import { type Conditions, TestNetwork } from './harness.ts';
import { forSeeds } from './seeds.ts';

const latency = (random: () => number) => Math.round((5 + 95 * random()) * MILLISECOND);

class Forest {
  readonly network: TestNetwork<PlumtreeMessage>;
  readonly nodes = new Map<Address, Plumtree>();
  readonly heard = new Map<number, Address[]>();
  private readonly options: PlumtreeOptions;

  constructor(seed: string, conditions: Conditions = { latency }, given: object = {}) {
    this.options = withDefaults(plumtreeOptions, {
      publish: { every: 1e18 },
      // With two attempts, a seventh of the datagrams lost would end a link every half minute.
      rpc: { attempts: 4 },
      ...given,
    });
    this.network = new TestNetwork(seed, conditions);
  }

  add(address: Address, listed?: readonly Address[]): void {
    const note = (self: Address, id: number) =>
      void this.heard.set(id, [...(this.heard.get(id) ?? []), self]);
    const create = (...[host, directory, meter]: Parameters<Parameters<typeof this.network.add>[1]>) =>
      new Plumtree(host, this.options, directory, meter, note);
    this.nodes.set(address, this.network.add(address, create, listed));
  }

  grow(size: number, span: number): void {
    for (let address = 0; address < size; address++) {
      const at = address === 0 ? 0 : this.network.random() * span;
      this.network.clock.after(at, () => this.add(address));
    }
    this.network.run(span + MINUTE);
  }

  crash(address: Address): void {
    this.network.crash(address);
    this.nodes.delete(address);
  }

  any(): Plumtree {
    const nodes = [...this.nodes.values()];
    return nodes[Math.floor(this.network.random() * nodes.length)];
  }

  /** Broadcasts from random hosts. @returns those whom a message did not reach, or reached twice */
  broadcast(messages: number, gap = SECOND, wait = 10 * SECOND): string[] {
    const ids = Array.from({ length: messages }, () => {
      const id = this.any().publish(new Uint8Array(10));
      this.network.run(gap);
      return id;
    });
    this.network.run(wait);
    return ids.flatMap(id => {
      const heard = this.heard.get(id)!;
      const missed = [...this.nodes.keys()].filter(address => !heard.includes(address));
      const twice = heard.filter((address, at) => heard.indexOf(address) !== at);
      return [
        ...missed.map(address => `${address} missed ${id}`),
        ...twice.map(address => `${address} twice ${id}`),
      ];
    });
  }

  /** Hosts that can be reached over active views. */
  connected(): number {
    const reached =
      new Set<Address>(this.nodes.keys()).size > 0
        ? new Set([[...this.nodes.keys()][0]])
        : new Set<Address>();
    for (const address of reached) {
      for (const next of this.nodes.get(address)!.overlay.active.nodes)
        if (this.nodes.has(next)) reached.add(next);
    }
    return reached.size;
  }
}

describe('the overlay', () => {
  test('of 300 hosts is connected, symmetric, and no active view is empty or too large', () => {
    const forest = new Forest('overlay');
    forest.grow(300, 30 * SECOND);
    forest.network.run(MINUTE);
    expect(forest.connected()).toBe(300);
    let [links, mutual] = [0, 0];
    for (const [address, { overlay }] of forest.nodes) {
      expect(overlay.active.nodes.length).toBeGreaterThan(0);
      expect(overlay.active.nodes.length).toBeLessThanOrEqual(5);
      expect(overlay.passive.nodes.length).toBeLessThanOrEqual(30);
      expect(overlay.passive.has(address) || overlay.active.has(address)).toBe(false);
      for (const next of overlay.active.nodes) {
        links++;
        if (forest.nodes.get(next)!.overlay.active.has(address)) mutual++;
      }
    }
    // Some are being made or dropped at any moment.
    expect(mutual / links).toBeGreaterThan(0.98);
    expect(links / 300).toBeGreaterThan(4);
  });

  test('with half of 200 hosts dead at once is connected again within a minute', () => {
    const forest = new Forest('half');
    forest.grow(200, 30 * SECOND);
    forest.network.run(2 * MINUTE);
    for (let address = 1; address < 200; address += 2) forest.crash(address);
    forest.network.run(MINUTE);
    expect(forest.connected()).toBe(100);
    for (const { overlay } of forest.nodes.values()) {
      for (const next of overlay.active.nodes) expect(forest.nodes.has(next)).toBe(true);
    }
  });
});

describe('the tree', () => {
  test('after the first messages sends hardly any twice: n - 1 copies of each', () => {
    const forest = new Forest('copies');
    forest.grow(200, 30 * SECOND);
    forest.broadcast(30);
    const { meter } = forest.network;
    const [delivered, duplicates] = [meter.count('delivered'), meter.count('duplicates')];
    expect(forest.broadcast(50)).toEqual([]);
    expect(meter.count('delivered') - delivered).toBe(50 * 199);
    // The relative message redundancy of the paper's section 4.
    expect((meter.count('duplicates') - duplicates) / (50 * 199)).toBeLessThan(0.1);
  });

  test('all hear everything exactly once, whoever has crashed meanwhile, and though messages are lost', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 2, max: 16 }),
        fc.nat(8),
        fc.nat(20),
        (seed, size, crashes, percent) => {
          const forest = new Forest(seed, { latency, loss: percent / 100 });
          forest.grow(size, 10 * SECOND);
          expect(forest.broadcast(5, SECOND, 40 * SECOND)).toEqual([]);
          for (let address = 0; address < Math.min(crashes, size - 1); address++) forest.crash(address);
          // While the tree mends itself.
          expect(forest.broadcast(5, SECOND, 50 * SECOND)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('messages sent while a third of 150 hosts have just died reach all others', () => {
    const forest = new Forest('third');
    forest.grow(150, 30 * SECOND);
    forest.broadcast(20);
    for (let address = 0; address < 150; address += 3) forest.crash(address);
    expect(forest.broadcast(20, SECOND / 2, 50 * SECOND)).toEqual([]);
    expect(forest.network.meter.count('grafts')).toBeGreaterThan(10);
  });

  test('tells nobody twice of what some have begun to forget', () => {
    const forest = new Forest('forgotten');
    forest.grow(60, 30 * SECOND);
    // Probes tell the last 32, and these go back for minutes.
    expect(forest.broadcast(60, 10 * SECOND, 3 * MINUTE)).toEqual([]);
  });

  test('has receipts tell how soon and how far', () => {
    const forest = new Forest(
      'receipts',
      { latency: 10 * MILLISECOND },
      { publish: { every: 1e18, receipts: 1 } },
    );
    forest.grow(40, 10 * SECOND);
    forest.broadcast(10, 5 * SECOND, 2 * MINUTE);
    const { meter } = forest.network;
    expect(meter.sample('reach')).toEqual(Array.from({ length: 10 }, () => 39));
    // Without a crash a message waits nowhere, but for those grafted; a hop takes 10 ms, and so does the receipt.
    const hops = meter.sample('hops').map(count => (count + 1) * 10 * MILLISECOND);
    const quick = meter.sample('delay').filter(delay => delay < SECOND);
    expect(quick.length).toBeGreaterThan(0.9 * hops.length);
    for (const delay of quick) expect(hops).toContain(delay);
  });

  test('mends: whoever crashes, a minute later every message reaches all who live', () => {
    const tried = forSeeds(200, seed => {
      const forest = new Forest(seed);
      const size = 5 + Math.floor(30 * forest.network.random());
      forest.grow(size, 10 * SECOND);
      forest.broadcast(5);
      const crashes = Math.floor((size / 2) * forest.network.random());
      for (let address = 0; address < crashes; address++) {
        forest.network.clock.after(Math.floor(5 * SECOND * forest.network.random()), () =>
          forest.crash(address),
        );
      }
      forest.network.run(MINUTE);
      expect(forest.connected()).toBe(size - crashes);
      expect(forest.broadcast(5)).toEqual([]);
    });
    expect(tried).toBeGreaterThan(0);
  });

  test('parted for minutes it is one again', () => {
    const forest = new Forest('parted');
    const all = Array.from({ length: 30 }, (_, address) => address);
    for (const address of all) forest.add(address, all);
    forest.network.run(2 * MINUTE);
    forest.network.passes = (from, to) => Number(from) < 12 === Number(to) < 12;
    forest.network.run(5 * MINUTE);
    expect(forest.connected()).toBeLessThan(30);
    forest.network.passes = () => true;
    forest.network.run(5 * MINUTE);
    expect(forest.connected()).toBe(30);
    expect(forest.broadcast(10)).toEqual([]);
  });
});

const message = (address: fc.Arbitrary<string>): fc.Arbitrary<PlumtreeMessage> => {
  const nodes = fc.array(address, { maxLength: 20 });
  const ttl = fc.nat(255);
  const round = fc.nat(65_535);
  return fc.oneof(
    fc.record({ type: fc.constant('join'), rpc }),
    fc.record({ type: fc.constant('neighbor'), rpc, high: fc.boolean() }),
    fc.record({ type: fc.constant('answer'), rpc, accepted: fc.boolean() }),
    fc.record({ type: fc.constant('probe'), rpc, recent: fc.array(point, { maxLength: 40 }) }),
    fc.record({ type: fc.constant('forward-join'), node: address, ttl }),
    fc.record({ type: fc.constantFrom('disconnect', 'prune') }),
    fc.record({ type: fc.constant('shuffle'), origin: address, ttl, nodes }),
    fc.record({ type: fc.constant('shuffle-reply'), nodes }),
    fc.record({
      type: fc.constant('gossip'),
      id: point,
      publisher: address,
      round,
      age: rpc,
      body: fc.uint8Array({ maxLength: 200 }),
    }),
    fc.record({ type: fc.constant('ihave'), id: point, round }),
    fc.record({ type: fc.constantFrom('graft', 'heard'), id: point }),
  ) as fc.Arbitrary<PlumtreeMessage>;
};

describe('datagrams between IPv4 hosts', () => holds(plumtreeCodec, message(ip4)));
describe('datagrams between IPv6 hosts', () => holds(plumtreeCodec, message(ip6)));
