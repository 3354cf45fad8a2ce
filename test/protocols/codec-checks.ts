// What every codec must hold to, and arbitrary values of the fields that messages share.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BITS } from '../../protocols/identifier.ts';
import { type Codec, MalformedMessage } from '../../protocols/port.ts';

const LAST = 2 ** BITS - 1;

export const rpc = fc.nat(2 ** 32 - 1);
export const point = fc.oneof(fc.integer({ min: 0, max: LAST }), fc.constantFrom(0, 2 ** 32, LAST));
const port = fc.integer({ min: 1, max: 65_535 });
export const ip4 = fc.tuple(fc.ipV4(), port).map(([ip, number]) => `${ip}:${number}`);
export const ip6 = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), port)
  .map(([bytes, number]) => `[${new URL(`http://[${groups(bytes)}]`).hostname.slice(1, -1)}]:${number}`)
  // The system writes these with their last half as IPv4, a URL does not.
  .filter(text => !text.startsWith('[::'));
const groups = (bytes: Uint8Array) =>
  Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16)).join(':');

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

/** Declares the tests that hold for every codec. @param message any message that the codec has to carry */
export function holds<M>(codec: Codec<M>, message: fc.Arbitrary<M>): void {
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
