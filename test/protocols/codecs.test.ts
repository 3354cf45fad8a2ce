// Codecs: every message survives the wire, its size is known beforehand, and no bytes do harm.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../protocols/bytes.ts';
import { chordCodec } from '../../protocols/chord/codec.ts';
import type { ChordMessage, NodeRef } from '../../protocols/chord/messages.ts';
import { pingCodec } from '../../protocols/ping/codec.ts';
import type { PingMessage } from '../../protocols/ping/messages.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';

const chordMessage = (address: fc.Arbitrary<string>): fc.Arbitrary<ChordMessage> => {
  const node: fc.Arbitrary<NodeRef> = fc.record({ id: point, address });
  const nodes = fc.array(node, { maxLength: 20 });
  return fc.oneof(
    fc.record({ type: fc.constant('find'), rpc, key: point }),
    fc.record({ type: fc.constant('notify'), rpc, node }),
    fc.record({ type: fc.constantFrom('neighbours', 'alive', 'ok', 'refused'), rpc }),
    fc.record({ type: fc.constant('found'), rpc, owner: node }),
    fc.record({
      type: fc.constant('route'),
      rpc,
      key: point,
      origin: address,
      lookup: rpc,
      hops: fc.nat(255),
    }),
    fc.record({ type: fc.constant('routed'), rpc, owner: node, by: node, hops: fc.nat(255) }),
    fc.record({ type: fc.constant('next'), rpc, candidates: nodes }),
    fc.record({
      type: fc.constant('neighbours-are'),
      rpc,
      predecessor: fc.option(node),
      successors: nodes,
    }),
  ) as fc.Arbitrary<ChordMessage>;
};
const pingMessage: fc.Arbitrary<PingMessage> = fc.record({
  type: fc.constantFrom('ping', 'pong'),
  id: rpc,
  bytes: fc.oneof(fc.integer({ min: 16, max: 2000 }), fc.constant(MAX_PAYLOAD)),
});

describe('Chord', () => {
  describe('between IPv4 nodes', () => holds(chordCodec, chordMessage(ip4)));
  describe('between IPv6 nodes', () => holds(chordCodec, chordMessage(ip6)));

  test('a message between simulated nodes is as large as one between IPv4 nodes', () => {
    const node = (address: number | string) => ({ id: 1, address });
    const sizes = [3, '192.0.2.1:4000'].map(address =>
      chordCodec.sizeOf({ type: 'next', rpc: 1, candidates: [node(address), node(address)] }),
    );
    expect(sizes[0]).toBe(sizes[1]);
  });

  test('the number of a simulated node is written as its address in 10.0.0.0/8', () => {
    const bytes = chordCodec.encode({ type: 'notify', rpc: 1, node: { id: 1, address: 258 } });
    expect(chordCodec.decode(bytes)).toEqual({
      type: 'notify',
      rpc: 1,
      node: { id: 1, address: '10.0.1.3:4000' },
    });
  });

  test.each([
    ['nothing', [], 'cut off at byte 0'],
    ['ping', [0x11, 0, 0, 0, 0, 1], 'begins with 17'],
    ['a later version', [0x22, 0, 0, 0, 0, 1], 'begins with 34'],
    ['a type there is not', [0x21, 11, 0, 0, 0, 1], 'unknown type 11'],
    ['more after the end', [0x21, 7, 0, 0, 0, 1, 0], "1 bytes after the message's end"],
    ['a count that is not borne out', [0x21, 5, 0, 0, 0, 1, 255], 'cut off at byte 7'],
    ['two predecessors', [0x21, 6, 0, 0, 0, 1, 2], '2 nodes where at most 1'],
    ['port 0', [0x21, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 4, 127, 0, 0, 1, 0, 0], 'port 0'],
    ['another family', [0x21, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 5, 127, 0, 0, 1, 0, 9], 'family 5'],
  ])('refuses %s, and says why', (_, bytes, reason) => {
    expect(() => chordCodec.decode(Uint8Array.from(bytes))).toThrow(reason);
  });
});

describe('ping', () => {
  holds(pingCodec, pingMessage);

  test.each([
    ['a probe too small', new Uint8Array(15), '15 bytes'],
    ['Chord', Uint8Array.from([0x21, ...new Array<number>(15).fill(0)]), 'begins with 33'],
    ['a type there is not', Uint8Array.from([0x11, 2, ...new Array<number>(14).fill(0)]), 'unknown type 2'],
  ])('refuses %s, and says why', (_, bytes, reason) => {
    expect(() => pingCodec.decode(bytes)).toThrow(reason);
  });
});
