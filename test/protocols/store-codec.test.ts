// The store's codec.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storeCodec } from '../../protocols/store/codec.ts';
import type { StoreMessage } from '../../protocols/store/messages.ts';
import { RANGES } from '../../protocols/store/summary.ts';
import { holds, ip4, ip6, point, rpc } from './codec-checks.ts';

const uint32 = rpc;

const storeMessage = (address: fc.Arbitrary<string>): fc.Arbitrary<StoreMessage> => {
  const version = fc.record({ counter: uint32, tag: point });
  const members = fc.array(fc.record({ address, life: point }), { maxLength: 8 });
  const config = fc.record({ epoch: uint32, members });
  const value = fc.uint8Array({ maxLength: 100 });
  const vote = { rpc, key: point, epoch: uint32, life: point };
  const entry = fc.record({ key: point, epoch: uint32, version });
  const proposal = fc.record({ ballot: uint32, members });
  const update = fc.record({
    member: address,
    status: fc.constantFrom('alive', 'suspect', 'dead'),
    incarnation: uint32,
  });
  const one = <T extends object>(type: StoreMessage['type'], fields: T) =>
    fc.record({ type: fc.constant(type), ...fields });
  return fc.oneof(
    fc.record({ type: fc.constantFrom('query', 'read', 'fetch'), ...vote }),
    one('write', { ...vote, version, value }),
    one('prepare', { ...vote, ballot: uint32 }),
    one('accept', { ...vote, ballot: uint32, members }),
    one('install', { rpc, key: point, config, version, value }),
    one('renew', { rpc, key: point, config, version }),
    fc.record({ type: fc.constantFrom('greet', 'pick', 'ok'), rpc }),
    one('locate', { rpc, key: point }),
    one('sync', { rpc, life: point, sums: fc.array(uint32, { minLength: RANGES, maxLength: RANGES }) }),
    one('entries', { rpc, entries: fc.array(entry, { maxLength: 20 }) }),
    one('version', { rpc, version }),
    one('value', { rpc, version, value }),
    one('promise', { rpc, accepted: fc.option(proposal) }),
    one('nack', { rpc, ballot: uint32 }),
    one('moved', { rpc, config }),
    one('refused', { rpc, why: fc.constantFrom('gone', 'inactive', 'sealed') }),
    one('life', { rpc, life: point }),
    one('picked', { rpc, object: fc.option(fc.record({ key: point, version })) }),
    one('located', {
      rpc,
      config: fc.option(config),
      active: fc.boolean(),
      candidates: fc.array(address, { maxLength: 8 }),
    }),
    one('differ', { rpc, life: point, ranges: fc.nat(2 ** RANGES - 1) }),
    one('needs', { rpc, keys: fc.array(point, { maxLength: 20 }) }),
    one('news', { key: point, config, settled: fc.boolean() }),
    one('membership', {
      message: fc.record({
        type: fc.constant('ack'),
        rpc,
        updates: fc.array(update, { maxLength: 4 }),
      }),
    }),
  ) as fc.Arbitrary<StoreMessage>;
};

describe('between IPv4 hosts', () => holds(storeCodec, storeMessage(ip4)));
describe('between IPv6 hosts', () => holds(storeCodec, storeMessage(ip6)));

const header = (type: number) => [0xb1, type, 0, 0, 0, 1];

test.each([
  ['nothing', [], 'cut off at byte 0'],
  ['Chord', [0x21, 0, 0, 0, 0, 1], 'begins with 33'],
  ['a type there is not', [0xb1, 27, 0, 0, 0, 1], 'unknown type 27'],
  ['a refusal there is not', [...header(18), 3], 'unknown refusal 3'],
  ['a count that is not borne out', [...header(11), 255], 'cut off at byte 7'],
  ['a value that is not all there', [...header(13), ...new Array<number>(10).fill(0), 0, 9, 1], 'cut off'],
  ['a message of SWIM that is none', [0xb1, 25, 0, 1, 0x21], 'begins with 33'],
  ['more after the end', [...header(14), 0], "1 bytes after the message's end"],
])('refuses %s, and says why', (_, bytes, reason) => {
  expect(() => storeCodec.decode(Uint8Array.from(bytes))).toThrow(reason);
});
