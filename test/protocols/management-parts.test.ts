// Parts of the management protocol: its datagrams, how the spread of a change is measured, and its workload.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../protocols/bytes.ts';
import { MAX_CONFIG, MAX_NODES, managementCodec } from '../../protocols/management/codec.ts';
import type { ManagementMessage } from '../../protocols/management/messages.ts';
import { Spread } from '../../protocols/management/spread.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';
import { Ledger } from './harness.ts';
import { Plane } from './management-plane.ts';

const config = fc.uint8Array({ maxLength: 40 });
const wanted = fc.boolean();

const message = (address: fc.Arbitrary<string>): fc.Arbitrary<ManagementMessage> => {
  const version = fc.record({ authority: point, seq: point });
  const standing = { rpc, known: version, applied: version };
  const slivers = fc.array(fc.record({ slice: point, seq: point, wanted, left: point, config }), {
    maxLength: 20,
  });
  const page = {
    rpc,
    authority: point,
    since: point,
    upto: point,
    whole: fc.boolean(),
    more: fc.boolean(),
    latest: point,
    slivers,
  };
  const change = fc.record({
    kind: fc.constant('change'),
    clock: point,
    by: point,
    slice: point,
    wanted,
    left: point,
    age: point,
    config,
    nodes: fc.array(address, { maxLength: 20 }),
  });
  const record = fc.oneof(change, fc.record({ kind: fc.constant('node'), node: address }));
  return fc.oneof(
    fc.record({ type: fc.constant('register'), rpc, push: fc.boolean() }),
    fc.record({ type: fc.constantFrom('registered', 'fed'), rpc, authority: point }),
    fc.record({ type: fc.constant('unknown'), rpc }),
    fc.record({ type: fc.constant('fetch'), extent: fc.constantFrom('news', 'whole', 'rest'), ...standing }),
    fc.record({ type: fc.constantFrom('heartbeat', 'applied'), ...standing }),
    fc.record({ type: fc.constant('report'), running: fc.nat(65_535), waiting: fc.nat(65_535), ...standing }),
    fc.record({ type: fc.constantFrom('slivers', 'push'), ...page }),
    fc.record({ type: fc.constant('ok'), rpc, authority: point, latest: point }),
    fc.record({ type: fc.constant('ack'), rpc, known: version }),
    fc.record({
      type: fc.constant('feed'),
      rpc,
      authority: point,
      to: point,
      upto: point,
      more: fc.boolean(),
      records: fc.array(record, { maxLength: 10 }),
    }),
  ) as fc.Arbitrary<ManagementMessage>;
};

describe('datagrams between IPv4 hosts', () => holds(managementCodec, message(ip4)));
describe('datagrams between IPv6 hosts', () => holds(managementCodec, message(ip6)));

test('the largest change there may be fits a datagram, between IPv6 hosts too', () => {
  const nodes = new Array<string>(MAX_NODES).fill('[2001:db8::1]:4000');
  const record = { clock: 1, by: 1, slice: 1, wanted: true, left: 1, age: 1 };
  const feed: ManagementMessage = {
    type: 'feed',
    rpc: 1,
    authority: 1,
    to: 1,
    upto: 1,
    more: false,
    records: [{ kind: 'change', ...record, config: new Uint8Array(MAX_CONFIG), nodes }],
  };
  const bytes = managementCodec.encode(feed);
  expect(bytes.length).toBeLessThan(MAX_PAYLOAD);
  expect(managementCodec.decode(bytes)).toEqual(feed);
});

test.each([
  ['a count that is not borne out', [0xe1, 11, ...new Array<number>(23).fill(0), 255, 255], 'cut off'],
  ['a kind of record there is not', [0xe1, 11, ...new Array<number>(24).fill(0), 1, 2], 'unknown kind'],
  ['an extent there is not', [0xe1, 3, ...new Array<number>(28).fill(0), 3], 'unknown extent 3'],
  ['a type there is not', [0xe1, 13, 0, 0, 0, 0], 'unknown type 13'],
])('%s is refused', (_, bytes, reason) => {
  expect(() => managementCodec.decode(Uint8Array.from(bytes))).toThrow(reason);
});

describe('the spread of a change', () => {
  const twenty = Array.from({ length: 20 }, (_, node) => node);

  test('is when 10, 19 and 20 of 20 nodes have carried it out', () => {
    const ledger = new Ledger();
    const spread = new Spread(ledger);
    spread.begin(5, 100, twenty);
    for (const node of twenty) spread.applied(node, 4, 105);
    for (const node of twenty) spread.applied(node, 5 + (node % 2), 100 + 10 * (node + 1));
    expect(ledger.sample('change.delay').length).toBe(20);
    expect(['50', '95', '100'].map(share => ledger.sample(`change.spread${share}`))).toEqual([
      [100],
      [190],
      [200],
    ]);
  });

  test('is over the nodes that are left where some go down first', () => {
    const ledger = new Ledger();
    const spread = new Spread(ledger);
    spread.begin(1, 0, twenty);
    for (const node of twenty.slice(0, 8)) spread.applied(node, 1, 10);
    expect(ledger.sample('change.spread50')).toEqual([]);
    for (const node of twenty.slice(8, 12)) spread.lost(node, 20);
    expect(ledger.sample('change.spread50')).toEqual([20]);
    for (const node of twenty.slice(12)) spread.lost(node, 30);
    expect(ledger.sample('change.spread100')).toEqual([30]);
  });
});

test('the workload makes a change each `changes.every` on average, and keeps about `changes.slices` slices', () => {
  const counts = Array.from({ length: 10 }, (_, seed) => {
    const plane = new Plane(
      `work ${seed}`,
      { latency: MILLISECOND },
      {
        mode: 'push',
        create: SECOND,
        changes: { every: 2 * MINUTE, slices: 10, share: 0.5, bytes: 100 },
      },
    );
    const authority = plane.authority('plc');
    plane.startNodes(20, SECOND);
    plane.network.run(10 * HOUR);
    expect(authority.slices.size).toBeGreaterThan(5);
    expect(authority.slices.size).toBeLessThanOrEqual(10);
    const before = plane.count('changes');
    plane.network.run(5 * HOUR);
    expect(plane.count('changes.acknowledged')).toBe(plane.count('changes'));
    return plane.count('changes') - before;
  });
  const { low, high } = interval99(counts);
  expect(low).toBeLessThanOrEqual(150);
  expect(high).toBeGreaterThanOrEqual(150);
});
