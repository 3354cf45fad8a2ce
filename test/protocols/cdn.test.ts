// Content distribution: what a replica saves its origin, whom a client is sent to, and what becomes of it when hosts fail.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cdnCodec } from '../../protocols/cdn/codec.ts';
import type { CdnMessage } from '../../protocols/cdn/messages.ts';
import type { Address } from '../../protocols/port.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99, mean } from '../statistics.ts';
import { CdnNetwork } from './cdn-network.ts';
import { holds, rpc } from './codec-checks.ts';

/** Objects of one size, in blocks of a thousandth of it. */
const alike = { count: 100, mean: 100_000, tail: 1, zipf: 0.8, block: 1000 };
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** One-way delays of 10 ms, but from and to the origin of 100 ms. */
const farOrigin = (_: unknown, from: Address, to: Address) =>
  (from === 'origin' || to === 'origin' ? 100 : 10) * MILLISECOND;

function withReplicas(count: number, given: object = {}, seed = 'cdn') {
  const cdn = new CdnNetwork(seed, { latency: farOrigin }, { objects: alike, ...given });
  cdn.add('origin', 'origin', []);
  const replicas = names('r', count);
  for (const replica of replicas) cdn.add('replica', replica, ['origin']);
  return { cdn, network: cdn.network, meter: cdn.network.meter, replicas };
}

describe('an object', () => {
  test('of one block comes in a round trip from the origin', () => {
    const cdn = new CdnNetwork('one', { latency: 30 * MILLISECOND }, { objects: { ...alike, mean: 1000 } });
    cdn.add('origin', 'origin', []);
    const asker = cdn.asker('asker', ['origin'], { redirection: 'random' });
    asker.get(7);
    cdn.network.run(SECOND);
    expect(asker.ends).toEqual([60 * MILLISECOND]);
    expect(cdn.network.meter.count('origin.requests')).toBe(1);
    expect(cdn.network.meter.count('origin.bytes')).toBe(1000);
  });

  test('passes through a replica block by block, and is there from then on', () => {
    const { network, meter, cdn } = withReplicas(1);
    const asker = cdn.asker('asker', ['r0'], { redirection: 'random' });
    asker.get(7);
    network.run(10 * SECOND);
    // Slow start to the origin takes four round trips of 200 ms for 100 blocks, and the way to the asker one of 20 ms.
    expect(asker.ends).toEqual([820 * MILLISECOND]);
    expect(meter.sample('hit')).toEqual([0]);
    const since = network.clock.now;
    asker.get(7);
    network.run(10 * SECOND);
    expect(asker.ends[1]).toBe(since + 4 * 20 * MILLISECOND);
    expect(meter.sample('hit')).toEqual([0, 1]);
    expect(meter.count('origin.requests')).toBe(1);
    expect(meter.count('origin.bytes')).toBe(100_000);
    expect(meter.count('replica.bytes')).toBe(200_000);
  });

  test('that many ask for at once is fetched once', () => {
    const { network, meter, cdn } = withReplicas(1);
    const askers = names('a', 40).map(name => cdn.asker(name, ['r0'], { redirection: 'random' }));
    for (const asker of askers) asker.get(7);
    network.run(10 * SECOND);
    expect(askers.map(({ ends }) => ends.length)).toEqual(askers.map(() => 1));
    expect(askers.every(({ ends }) => ends[0] !== undefined)).toBe(true);
    expect(meter.count('origin.requests')).toBe(1);
    expect(meter.count('origin.bytes')).toBe(100_000);
    expect(meter.count('coalesced')).toBe(39);
    expect(mean(meter.sample('hit'))).toBe(0);
  });

  test('that the cache has no room for passes through, and is forgotten afterwards', () => {
    const { network, meter, cdn } = withReplicas(1, { cache: 99_999 });
    const asker = cdn.asker('asker', ['r0'], { redirection: 'random' });
    for (const since of [0, 1, 2]) {
      asker.get(7);
      // It is kept while it is read, and ten to twenty seconds longer.
      network.run((since === 1 ? 25 : 5) * SECOND);
    }
    expect(asker.ends.every(end => end !== undefined)).toBe(true);
    expect(meter.sample('hit')).toEqual([0, 0, 0]);
    expect(meter.count('origin.requests')).toBe(2);
    expect(meter.count('evictions')).toBe(0);
  });

  test('that there is not is refused, and so is a request to a client', () => {
    const { network, cdn } = withReplicas(1);
    cdn.add('client', 'client', []);
    const refusals: Address[] = [];
    network.add(
      'stranger',
      () => ({
        start: () => undefined,
        stop: () => undefined,
        receive: (from, { type }) => void (type === 'refused' && refusals.push(from)),
      }),
      [],
    );
    const get: CdnMessage = { type: 'get', rpc: 1, object: 0, block: 0, first: true };
    for (const to of ['origin', 'r0']) {
      network.send('stranger', to, { ...get, object: 101 });
      network.send('stranger', to, { ...get, block: 100 });
    }
    network.send('stranger', 'client', get);
    network.run(SECOND);
    expect(refusals.sort()).toEqual(['client', 'origin', 'origin', 'r0', 'r0']);
    expect(network.meter.count('origin.requests')).toBe(0);
  });
});

describe('a client is sent', () => {
  /** Whom askers at places of a line asked for which object, when each had asked for all of them. */
  function choices(redirection: string, given: object = {}) {
    const place = (address: Address) => Number(String(address).slice(1)) * 10;
    const latency = (_: unknown, from: Address, to: Address) =>
      (1 + Math.abs(place(from) - place(to))) * MILLISECOND;
    const cdn = new CdnNetwork(redirection, { latency }, { objects: { ...alike, mean: 1000 }, ...given });
    cdn.add('origin', 'o5', []);
    const replicas = names('r', 10);
    for (const replica of replicas) cdn.add('replica', replica, ['o5']);
    const askers = names('a', 10).map(name => cdn.asker(name, replicas, { redirection, ...given }));
    cdn.network.run(SECOND);
    for (const asker of askers) for (let object = 0; object < 100; object++) asker.get(object);
    cdn.network.run(10 * SECOND);
    expect(askers.every(({ ends }) => ends.length === 100 && !ends.includes(undefined))).toBe(true);
    const asked = cdn.asked.filter(({ from }) => String(from).startsWith('a'));
    return { cdn, asked, copies: cdn.network.meter.count('origin.requests') };
  }
  const to = (asked: readonly { to: Address }[]) => new Set(asked.map(one => one.to));

  test('to any replica alike by chance, which then all hold most objects', () => {
    const { asked, copies } = choices('random');
    const counts = names('r', 10).map(replica => asked.filter(one => one.to === replica).length);
    const chi = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    // 9 degrees of freedom, 99.9 %.
    expect(chi).toBeLessThan(27.9);
    // Of ten replicas drawn ten times for an object, 10 (1 - 0.9^10) = 6.5 are drawn.
    expect(Math.abs(copies - 651)).toBeLessThan(40);
  });

  test('to the nearest replica', () => {
    const { asked, copies } = choices('nearest');
    for (const { from, to } of asked) expect(String(to).slice(1)).toBe(String(from).slice(1));
    expect(copies).toBe(1000);
  });

  test('by consistent hashing to one and the same replica for an object, which is then held once', () => {
    const { asked, copies } = choices('hashing');
    for (let object = 0; object < 100; object++) {
      expect(to(asked.filter(one => one.object === object)).size).toBe(1);
    }
    expect(to(asked).size).toBe(10);
    expect(copies).toBe(100);
  });

  test('by both to one of the nearest few, which hold an object once between them', () => {
    const { asked, copies } = choices('nearest-hashing', { near: 3 });
    for (const name of names('a', 10)) {
      const own = asked.filter(({ from }) => from === name);
      // A tie of distances may go either way: of place 5, neighbours 4 and 6 are equally near.
      for (const one of own) {
        const away = Math.abs(Number(String(one.to).slice(1)) - Number(name.slice(1)));
        expect(away).toBeLessThanOrEqual(2);
      }
      expect(to(own).size).toBe(3);
    }
    expect(copies).toBeGreaterThan(100);
    expect(copies).toBeLessThan(500);
  });

  test('elsewhere when the nearest becomes slow', () => {
    const far = { r1: 50, origin: 100 };
    const slow: Record<string, number> = { r0: 5, ...far };
    const latency = (_: unknown, from: Address, to: Address) =>
      Math.max(slow[from] ?? 1, slow[to] ?? 1) * MILLISECOND;
    const cdn = new CdnNetwork('slow', { latency }, { objects: alike, redirection: 'nearest' });
    cdn.add('origin', 'origin', []);
    for (const replica of ['r0', 'r1']) cdn.add('replica', replica, ['origin']);
    const asker = cdn.asker('asker', ['r0', 'r1']);
    cdn.network.run(SECOND);
    asker.get(1);
    cdn.network.run(SECOND);
    slow.r0 = 200;
    // A probe each half minute, and an average over the last eight or so.
    cdn.network.run(5 * MINUTE);
    asker.get(2);
    cdn.network.run(10 * SECOND);
    const asked = cdn.asked.filter(({ from }) => from === 'asker');
    expect(to(asked.filter(({ object }) => object === 1))).toEqual(new Set(['r0']));
    expect(to(asked.filter(({ object }) => object === 2))).toEqual(new Set(['r1']));
    expect(asker.ends.length).toBe(2);
  });
});

describe('when hosts fail', () => {
  test.each(['random', 'nearest', 'hashing', 'nearest-hashing'])(
    'dead replicas are gone round by %s, at once by those who have met them',
    redirection => {
      const { cdn, network, replicas, meter } = withReplicas(6, { redirection });
      const asker = cdn.asker('asker', replicas);
      network.run(SECOND);
      for (const replica of replicas.slice(0, 3)) network.crash(replica);
      for (let object = 0; object < 20; object++) asker.get(object);
      network.run(50 * SECOND);
      expect(asker.ends.length).toBe(20);
      expect(asker.ends).not.toContain(undefined);
      const failed = meter.count('servers.failed');
      expect(failed).toBeGreaterThan(0);
      const since = network.clock.now;
      for (let object = 20; object < 40; object++) asker.get(object);
      network.run(5 * SECOND);
      // The way through a replica to the origin, without a timeout.
      expect(Math.max(...asker.ends.slice(20).map(end => end! - since))).toBeLessThan(1.2 * SECOND);
      expect(meter.count('servers.failed')).toBe(failed);
    },
  );

  test('a replica that dies in the middle has its part done by another: no block is fetched twice', () => {
    const { cdn, network, replicas } = withReplicas(2, { redirection: 'hashing', fetch: { window: 4 } });
    const asker = cdn.asker('asker', replicas);
    asker.get(7);
    network.run(2 * SECOND);
    const [first] = cdn.asked.filter(({ from }) => from === 'asker').map(one => one.to);
    network.crash(first);
    network.run(60 * SECOND);
    expect(asker.ends.length).toBe(1);
    expect(asker.ends[0]).toBeDefined();
    const other = replicas.find(replica => replica !== first)!;
    const again = cdn.asked.filter(({ from, to }) => from === 'asker' && to === other);
    expect(again.length).toBeGreaterThan(0);
    expect(Math.min(...again.map(({ block }) => block))).toBeGreaterThan(20);
  });

  test('a dead origin costs what is not in a cache, until it is back', () => {
    const { cdn, network, replicas } = withReplicas(2, {
      objects: { ...alike, mean: 5000 },
      redirection: 'random',
    });
    for (const client of names('c', 5)) {
      cdn.add('client', client, replicas, { request: { every: SECOND, timeout: 10 * SECOND } });
    }
    network.run(5 * MINUTE);
    expect(cdn.ends.every(({ latency }) => latency !== undefined)).toBe(true);
    network.crash('origin');
    const known = new Set(cdn.ends.map(({ object }) => object));
    network.run(10 * SECOND);
    cdn.ends.length = 0;
    network.run(5 * MINUTE);
    // All hundred objects fit into the caches: what both replicas have had is still to be had.
    const failed = cdn.ends.filter(({ latency }) => latency === undefined);
    expect(failed.every(({ object }) => !known.has(object))).toBe(true);
    expect(cdn.ends.length).toBeGreaterThan(1000);
    cdn.add('origin', 'origin', []);
    network.run(2 * MINUTE);
    cdn.ends.length = 0;
    network.run(5 * MINUTE);
    expect(cdn.ends.every(({ latency }) => latency !== undefined)).toBe(true);
  });

  test('every request ends once, and by its time, whatever is lost and whoever dies', () => {
    const event = fc.tuple(
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom('origin', 'r0', 'r1', 'r2'),
      fc.boolean(),
    );
    const loss = fc.double({ min: 0, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(fc.string(), loss, fc.array(event, { maxLength: 8 }), (seed, lost, events) => {
        const objects = { ...alike, mean: 5000 };
        const cdn = new CdnNetwork(
          seed,
          { latency: 20 * MILLISECOND, loss: lost },
          { objects, cache: 50_000 },
        );
        const { network } = cdn;
        const start = (host: Address) =>
          host === 'origin' ? cdn.add('origin', host, []) : cdn.add('replica', host, ['origin']);
        const servers = ['origin', 'r0', 'r1', 'r2'];
        servers.forEach(start);
        for (const [at, host, up] of events) {
          network.clock.after(at * SECOND, () => (up ? start(host) : network.crash(host)));
        }
        const asker = cdn.asker('asker', ['r0', 'r1', 'r2']);
        cdn.add('client', 'client', ['r0', 'r1', 'r2'], { request: { every: SECOND, timeout: 15 * SECOND } });
        for (let object = 0; object < 50; object++)
          network.clock.after(object * 2 * SECOND, () => asker.get(object));
        network.run(120 * SECOND);
        network.run(400 * SECOND);
        expect(asker.ends.length).toBe(50);
        expect(asker.downloads.fetcher.pending).toBe(0);
        for (const { latency } of cdn.ends) expect(latency ?? 0).toBeLessThanOrEqual(15 * SECOND);
        expect(network.meter.sample('fetch.success').length).toBe(cdn.ends.length);
        expect(network.meter.sample('fetch.latency').length).toBe(
          cdn.ends.filter(({ latency }) => latency !== undefined).length,
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('a crowd', () => {
  /** One block each. */
  const small = { ...alike, mean: 1000 };
  const crowd = { at: MINUTE, for: MINUTE, times: 20 };
  const request = { every: 2 * SECOND, timeout: 30 * SECOND };

  test('multiplies the requests while it stays, and wants one object', () => {
    const { cdn, network, replicas } = withReplicas(4, { objects: small });
    for (const client of names('c', 20)) cdn.add('client', client, replicas, { request, crowd });
    network.run(3 * MINUTE);
    const began = (from: number, to: number) =>
      cdn.ends.filter(({ at, latency }) => at - latency! >= from && at - latency! < to);
    const during = began(MINUTE, 2 * MINUTE);
    // Poisson: 600 a minute, and 20 times as many; three standard deviations and more.
    expect(Math.abs(began(0, MINUTE).length - 600)).toBeLessThan(80);
    expect(Math.abs(during.length - 12_000)).toBeLessThan(350);
    expect(Math.abs(during.filter(({ object }) => object === 100).length - 11_400)).toBeLessThan(340);
    expect(began(0, MINUTE).some(({ object }) => object === 100)).toBe(false);
    expect(began(2 * MINUTE, 3 * MINUTE).some(({ object }) => object === 100)).toBe(false);
    expect(network.meter.sample('crowd.success').length).toBe(
      cdn.ends.filter(({ object }) => object === 100).length,
    );
  });

  test('costs the origin its object once for each replica that it asks, however large it is', () => {
    for (const times of [20, 100]) {
      const { cdn, network, replicas } = withReplicas(4, { objects: small });
      for (const client of names('c', 10)) {
        cdn.add('client', client, replicas, { request, crowd: { ...crowd, times }, redirection: 'random' });
      }
      network.run(3 * MINUTE);
      const wanted = cdn.asked.filter(({ to, object, first }) => to === 'origin' && object === 100 && first);
      expect(wanted.length).toBe(4);
      expect(mean(network.meter.sample('crowd.success'))).toBe(1);
    }
  });

  test('without a CDN asks the origin for it each time', () => {
    const cdn = new CdnNetwork('alone', { latency: farOrigin }, { objects: small });
    cdn.add('origin', 'origin', []);
    for (const client of names('c', 10)) cdn.add('client', client, ['origin'], { request, crowd });
    cdn.network.run(4 * MINUTE);
    const wanted = cdn.ends.filter(({ object }) => object === 100);
    // Of 10 clients 19 requests in two seconds each, for a minute.
    expect(wanted.length).toBeGreaterThan(5000);
    expect(cdn.asked.filter(({ object, first }) => object === 100 && first).length).toBe(wanted.length);
    const { meter } = cdn.network;
    expect(meter.count('origin.requests')).toBe(cdn.asked.filter(({ first }) => first).length);
    expect(meter.count('origin.bytes')).toBe(1000 * cdn.asked.length);
  });
});

test('a replica hits as often as Che says of a cache of its size', () => {
  const objects = { ...alike, count: 500, mean: 1000 };
  const ratios = Array.from({ length: 8 }, (_, seed) => {
    const { cdn, network, meter } = withReplicas(1, { objects, cache: 50_000 }, `che ${seed}`);
    cdn.add('client', 'client', ['r0'], { request: { every: 500 * MILLISECOND, timeout: SECOND } });
    network.run(20 * MINUTE);
    meter.sample('hit').length = 0;
    network.run(60 * MINUTE);
    return mean(meter.sample('hit'));
  });
  const weights = Array.from({ length: 500 }, (_, i) => (i + 1) ** -0.8);
  const sum = weights.reduce((a, b) => a + b);
  let [low, high] = [0, 1e9];
  const held = (t: number) => weights.map(weight => 1 - Math.exp((-weight / sum) * t));
  for (let i = 0; i < 100; i++) {
    const t = (low + high) / 2;
    if (held(t).reduce((a, b) => a + b) < 50) low = t;
    else high = t;
  }
  const expected = held(low).reduce((total, here, i) => total + (here * weights[i]) / sum, 0);
  const interval = interval99(ratios);
  expect(interval.low).toBeLessThan(expected);
  expect(interval.high).toBeGreaterThan(expected);
});

describe('datagrams', () => {
  const u32 = rpc;
  holds(
    cdnCodec,
    fc.oneof(
      fc.record({ type: fc.constant('get'), rpc, object: u32, block: u32, first: fc.boolean() }),
      fc.record({ type: fc.constant('block'), rpc, bytes: fc.nat(2000) }),
      fc.record({ type: fc.constantFrom('wait', 'refused', 'probe', 'probed'), rpc }),
    ) as fc.Arbitrary<CdnMessage>,
  );

  test.each([
    ['another protocol', [0x81, 0, 0, 0, 0, 1], 'begins with 129'],
    ['a type there is not', [0x91, 6, 0, 0, 0, 1], 'unknown type 6'],
    ['a block that is not borne out', [0x91, 1, 0, 0, 0, 1, 255, 255], 'cut off at byte 8'],
    ['a first that is neither', [0x91, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2], '2 where 0 or 1 may be'],
  ])('that are %s are refused', (_, bytes, reason) => {
    expect(() => cdnCodec.decode(Uint8Array.from(bytes))).toThrow(reason);
  });
});
