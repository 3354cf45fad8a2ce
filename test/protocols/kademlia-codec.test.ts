// Kademlia's datagrams.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kademliaCodec, MAX_VALUE } from '../../protocols/kademlia/codec.ts';
import type { KademliaMessage } from '../../protocols/kademlia/messages.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';

const value = fc.uint8Array({ maxLength: 300 });
const message = (address: fc.Arbitrary<string>): fc.Arbitrary<KademliaMessage> => {
  const head = { rpc, id: point };
  const nodes = fc.array(fc.record({ id: point, address }), { maxLength: 20 });
  return fc.oneof(
    fc.record({ type: fc.constantFrom('ping', 'ok'), ...head }),
    fc.record({ type: fc.constantFrom('find-node', 'find-value'), ...head, key: point }),
    fc.record({ type: fc.constant('store'), ...head, key: point, ttl: rpc, value }),
    fc.record({ type: fc.constant('nodes'), ...head, nodes }),
    fc.record({ type: fc.constant('value'), ...head, ttl: rpc, value }),
  ) as fc.Arbitrary<KademliaMessage>;
};

describe('between IPv4 nodes', () => holds(kademliaCodec, message(ip4)));
describe('between IPv6 nodes', () => holds(kademliaCodec, message(ip6)));

test('the largest value fits a datagram, to the byte', () => {
  const store = { type: 'store', rpc: 1, id: 1, key: 1, ttl: 1, value: new Uint8Array(MAX_VALUE) } as const;
  expect(kademliaCodec.encode(store).length).toBe(65_507);
  expect(kademliaCodec.decode(kademliaCodec.encode(store))).toEqual(store);
});

test.each([
  ['Chord', [0x21, 0], 'begins with 33'],
  ['a type there is not', [0x31, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], 'unknown type 7'],
  [
    'a value longer than what is left',
    [0x31, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 255, 255, 1],
    'cut off',
  ],
])('refuses %s, and says why', (_, bytes, reason) => {
  expect(() => kademliaCodec.decode(Uint8Array.from(bytes))).toThrow(reason);
});
