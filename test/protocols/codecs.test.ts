// Codecs: every message survives the wire, its size is known beforehand, and no bytes do harm.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../protocols/bytes.ts';
import { chordCodec } from '../../protocols/chord/codec.ts';
import type { ChordMessage, NodeRef } from '../../protocols/chord/messages.ts';
import { RING } from '../../protocols/chord/ring.ts';
import { pingCodec } from '../../protocols/ping/codec.ts';
import type { PingMessage } from '../../protocols/ping/messages.ts';
import { type Codec, MalformedMessage } from '../../protocols/port.ts';

const rpc = fc.nat(2 ** 32 - 1);
const point = fc.oneof(fc.integer({ min: 0, max: RING - 1 }), fc.constantFrom(0, 2 ** 32, RING - 1));
const port = fc.integer({ min: 1, max: 65_535 });
const ip4 = fc.tuple(fc.ipV4(), port).map(([ip, number]) => `${ip}:${number}`);
const ip6 = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), port)
  .map(([bytes, number]) => `[${new URL(`http://[${groups(bytes)}]`).hostname.slice(1, -1)}]:${number}`)
  // The system writes these with their last half as IPv4, a URL does not.
  .filter(text => !text.startsWith('[::'));
const groups = (bytes: Uint8Array) =>
  Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16)).join(':');

const chordMessage = (address: fc.Arbitrary<string>): fc.Arbitrary<ChordMessage> => {
  const node: fc.Arbitrary<NodeRef> = fc.record({ id: point, address });
  const nodes = fc.array(node, { maxLength: 20 });
  return fc.oneof(
    fc.record({ type: fc.constant('find'), rpc, key: point }),
    fc.record({ type: fc.constant('notify'), rpc, node }),
    fc.record({ type: fc.constantFrom('neighbours', 'alive', 'ok', 'refused'), rpc }),
    fc.record({ type: fc.constant('found'), rpc, owner: node }),
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

/** Fails unless decoding ends in a message that encodes to bytes of the same length, or in MalformedMessage. */
function decodesSafely<M>(codec: Codec<M>, bytes: Uint8Array): void {
  let message: M;
  try {
    message = codec.decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessage);
    return;
  }
  expect(codec.encode(message).length).toBe(bytes.length);
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[(bit >> 3) % bytes.length] ^= 1 << (bit & 7);
  return flipped;
}

function holds<M>(codec: Codec<M>, message: fc.Arbitrary<M>): void {
  test('every message survives the wire, and is as large as said', () => {
    fc.assert(
      fc.property(message, sent => {
        const bytes = codec.encode(sent);
        expect(codec.sizeOf(sent)).toBe(bytes.length);
        expect(codec.decode(bytes)).toEqual(sent);
        // As node:dgram hands it over: a view into a larger buffer.
        const slab = new Uint8Array(bytes.length + 7);
        slab.set(bytes, 5);
        expect(codec.decode(slab.subarray(5, 5 + bytes.length))).toEqual(sent);
      }),
    );
  });

  test('random bytes, also behind a true beginning, are a message or MalformedMessage', () => {
    fc.assert(
      fc.property(message, fc.uint8Array({ maxLength: 200 }), fc.nat(8), (sent, noise, kept) => {
        decodesSafely(codec, noise);
        decodesSafely(codec, Uint8Array.from([...codec.encode(sent).subarray(0, kept), ...noise]));
      }),
      { numRuns: 2000 },
    );
  });

  test('so are cut and flipped ones', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(), (sent, cut, bit) => {
        const bytes = codec.encode(sent);
        decodesSafely(codec, bytes.subarray(0, cut % bytes.length));
        decodesSafely(codec, flip(bytes, bit));
      }),
      { numRuns: 1000 },
    );
  });
}

describe('Chord', () => {
  describe('between IPv4 nodes', () => holds(chordCodec, chordMessage(ip4)));
  describe('between IPv6 nodes', () => holds(chordCodec, chordMessage(ip6)));

  test('a message between simulated nodes is as large as one between IPv4 nodes', () => {
    const node = (address: number | string) => ({ id: 1, address });
    const sizes = [3, '192.0.2.1:4000'].map(address =>
      chordCodec.sizeOf({ type: 'next', rpc: 1, candidates: [node(address), node(address)] }),
    );
    expect(sizes[0]).toBe(sizes[1]);
    expect(() => chordCodec.encode({ type: 'notify', rpc: 1, node: node(3) })).toThrow(TypeError);
  });

  test.each([
    ['nothing', [], 'cut off at byte 0'],
    ['ping', [0x11, 0, 0, 0, 0, 1], 'begins with 17'],
    ['a later version', [0x22, 0, 0, 0, 0, 1], 'begins with 34'],
    ['a type there is not', [0x21, 9, 0, 0, 0, 1], 'unknown type 9'],
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
