// The swarm's codec, and a member that hostile messages do no harm to.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../protocols/bytes.ts';
import { MAX_LIST, swarmCodec } from '../../protocols/swarm/codec.ts';
import type { SwarmMessage } from '../../protocols/swarm/messages.ts';
import { swarmOptions } from '../../protocols/swarm/options.ts';
import { holds, ip4, ip6, rpc } from './codec-checks.ts';
import { Lab } from './swarm-lab.ts';

const have = fc.uint8Array({ maxLength: 50 });
const standing = { choking: fc.boolean(), interested: fc.boolean() };
const cut = fc.record({ file: fc.nat(2 ** 32), piece: rpc, block: fc.nat(65_535) });

const swarmMessage = (address: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ type: fc.constantFrom('announce', 'refuse'), rpc }),
    fc.record({ type: fc.constant('members'), rpc, members: fc.array(address, { maxLength: 50 }) }),
    fc.record({ type: fc.constant('hello'), rpc, ...standing, cut, have }),
    fc.record({ type: fc.constant('welcome'), rpc, ...standing, have }),
    fc.record({ type: fc.constant('status'), ...standing }),
    fc.record({ type: fc.constant('bitfield'), ...standing, have }),
    fc.record({ type: fc.constant('have'), ...standing, piece: rpc }),
    fc.record({
      type: fc.constant('request'),
      ...standing,
      echo: rpc,
      took: rpc,
      blocks: fc.array(rpc, { maxLength: 64 }),
    }),
    fc.record({
      type: fc.constant('block'),
      ...standing,
      number: rpc,
      sent: rpc,
      block: rpc,
      queued: fc.nat(255),
      bytes: fc.nat(300),
    }),
    fc.record({ type: fc.constant('bye') }),
  ) as fc.Arbitrary<SwarmMessage>;

describe('between IPv4 members', () => holds(swarmCodec, swarmMessage(ip4)));
describe('between IPv6 members', () => holds(swarmCodec, swarmMessage(ip6)));

test.each([
  ['gossip', [0x51, 10], 'begins with 81'],
  ['a type there is not', [0xa1, 11], 'unknown type 11'],
  ['a standing there is not', [0xa1, 5, 4], 'a standing of 4'],
  ['a block cut short', [0xa1, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0], 'cut off'],
])('refuses %s', (_, bytes, complaint) => {
  expect(() => swarmCodec.decode(Uint8Array.from(bytes))).toThrow(complaint);
});

test('the largest block and the longest bitfield that options allow fit a datagram', () => {
  const standingOf = { choking: false, interested: false };
  const { file, piece, block } = swarmOptions;
  const bytes = block.maximum;
  const pieces = new Uint8Array(Math.ceil(file.maximum / piece.minimum / 8));
  const messages: SwarmMessage[] = [
    { type: 'block', ...standingOf, number: 1, sent: 0, block: 0, queued: 0, bytes },
    { type: 'hello', rpc: 1, ...standingOf, cut: { file: 1, piece: 1, block: 1 }, have: pieces },
  ];
  for (const message of messages) expect(swarmCodec.encode(message).length).toBeLessThanOrEqual(MAX_PAYLOAD);
  const blocks = Array<number>(MAX_LIST + 1).fill(0);
  expect(() => swarmCodec.encode({ type: 'request', ...standingOf, echo: 0, took: 0, blocks })).toThrow(
    RangeError,
  );
});

test('whatever one member says, the others get their file', () => {
  const file = { file: 400_000, piece: 2 ** 14 };
  const index = fc.oneof(fc.nat(120), rpc);
  const hostile = fc.oneof(
    swarmMessage(fc.constant('9')),
    fc.record({
      type: fc.constant('hello'),
      rpc,
      ...standing,
      cut: fc.constant({ ...file, block: 2 ** 12 }),
      have: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    }),
    fc.record({ type: fc.constant('have'), ...standing, piece: index }),
    fc.record({ type: fc.constant('request'), ...standing, echo: rpc, took: rpc, blocks: fc.array(index) }),
    fc.record({
      type: fc.constant('block'),
      ...standing,
      number: rpc,
      sent: rpc,
      block: index,
      queued: fc.nat(255),
      bytes: fc.constantFrom(0, 100, 4096),
    }),
  ) as fc.Arbitrary<SwarmMessage>;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), hostile), { maxLength: 150 }), messages => {
      const lab = new Lab('1', file);
      lab.join({ up: 2e6, down: 10e6 }, { role: 'seed' });
      for (let i = 0; i < 3; i++) lab.join({ up: 2e6, down: 10e6 });
      lab.join({ up: 10e6, down: 10e6 }, { role: 'tracker' });
      for (const [to, message] of messages) {
        lab.run(10e6);
        lab.send(5, to, message);
      }
      lab.runUntil(3, 300);
    }),
    { numRuns: 50 },
  );
});
