// Captures: every byte of the blocks as the format has it, and whole at any flush.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PcapngWriter } from '../../results/pcapng.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'petri-pcapng-'));
  path = join(directory, 'packets.pcapng');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface Block {
  readonly type: number;
  readonly body: Buffer;
}

/** Takes a capture apart; each block must say its length twice, a multiple of four. */
function blocksOf(file: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(file.readUInt32LE(at + length - 4)).toBe(length);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

function optionsOf(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  for (let at = 0; ; ) {
    const [code, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (code === 0) {
      expect([length, at + 4]).toEqual([0, bytes.length]);
      return options;
    }
    options.set(code, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + 4 * Math.ceil(length / 4);
  }
}

/** A packet block's interface, time in ns, flags and bytes. */
function packetOf({ body }: Block) {
  const length = body.readUInt32LE(12);
  expect(body.readUInt32LE(16)).toBe(length);
  const padded = 4 * Math.ceil(length / 4);
  return {
    number: body.readUInt32LE(0),
    time: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8),
    bytes: body.subarray(20, 20 + length),
    flags: optionsOf(body.subarray(20 + padded))
      .get(2)
      ?.readUInt32LE(),
  };
}

describe('a capture', () => {
  test('is a section header, a block for each interface and one for each packet', () => {
    const writer = new PcapngWriter(path, { epoch: 1_041_379_200, application: 'test' });
    const first = writer.interface('chord@mit-1');
    writer.packet(first, 'out', 5, Uint8Array.of(0x45, 1, 2, 3, 4));
    // Interfaces may come when their first packet does.
    const second = writer.interface('chord@müller-1');
    // 104 days and more: beyond 32 bits of anything.
    writer.packet(second, 'in', 9_007_199_254_740_991, Uint8Array.of(0x60, 9, 9, 9));
    writer.close();

    const blocks = blocksOf(readFileSync(path));
    expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 6, 1, 6]);
    const [section, one, sent, other, received] = blocks;
    expect(section.body.subarray(0, 16).toString('hex')).toBe('4d3c2b1a01000000ffffffffffffffff');
    expect(`${optionsOf(section.body.subarray(16)).get(4)}`).toBe('test');
    for (const [block, name] of [
      [one, 'chord@mit-1'],
      [other, 'chord@müller-1'],
    ] as const) {
      // Link type 101, raw IP, and no limit to a packet's length.
      expect(block.body.subarray(0, 8).toString('hex')).toBe('6500000000000000');
      const options = optionsOf(block.body.subarray(8));
      expect(`${options.get(2)}`).toBe(name);
      expect([...options.get(9)!]).toEqual([9]);
      expect(options.get(14)!.readBigInt64LE()).toBe(1_041_379_200n);
    }
    expect(packetOf(sent)).toEqual({ number: 0, time: 5, flags: 2, bytes: Buffer.of(0x45, 1, 2, 3, 4) });
    expect(packetOf(received)).toEqual({
      number: 1,
      time: 9_007_199_254_740_991,
      flags: 1,
      bytes: Buffer.of(0x60, 9, 9, 9),
    });
  });

  test('is whole at any flush, and what is not flushed stays in a bounded buffer', () => {
    const writer = new PcapngWriter(path);
    const host = writer.interface('a');
    let packets = 0;
    let most = 0;
    const sizes = [1, 1499, 1500, 65_535, 400_000];
    for (let round = 0; round < 60; round++) {
      writer.packet(host, 'in', round, new Uint8Array(sizes[round % sizes.length]).fill(round));
      packets++;
      const written = statSync(path).size;
      if (round % 7 === 0) {
        writer.flush();
        const blocks = blocksOf(readFileSync(path)).slice(2);
        expect(blocks).toHaveLength(packets);
        expect(packetOf(blocks.at(-1)!).bytes.every(byte => byte === round % 256)).toBe(true);
      } else most = Math.max(most, totalOf(sizes, round + 1) - written);
    }
    expect(most).toBeLessThan(400_000);
    writer.close();
    expect(blocksOf(readFileSync(path))).toHaveLength(62);
  });

  /** Bytes of packets in so many rounds. */
  function totalOf(sizes: readonly number[], rounds: number): number {
    return Array.from({ length: rounds }, (_, round) => sizes[round % sizes.length]).reduce(
      (a, b) => a + b,
      0,
    );
  }

  test('is not written over another file, nor where nothing can be', () => {
    writeFileSync(path, 'precious');
    expect(() => new PcapngWriter(path)).toThrow(`${path} exists: name another file, or remove it`);
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect(() => new PcapngWriter(join(directory, 'nowhere', 'file'))).toThrow(/cannot write .*nowhere/);
  });

  test('refuses packets of interfaces that it does not have', () => {
    const writer = new PcapngWriter(path);
    expect(() => writer.packet(0, 'in', 0, new Uint8Array(1))).toThrow('no interface has number 0');
    writer.close();
  });
});
