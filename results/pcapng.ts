// Packet captures in the pcapng format, as Wireshark and tcpdump read them (draft-ietf-opsawg-pcapng).
import { closeSync, openSync, writeSync } from 'node:fs';
import { ResultsError } from './errors.ts';
import { cannotWrite, codeOf } from './publish.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
/** Of a section header: readers see by it which byte comes first. */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** LINKTYPE_RAW: a packet begins with its IP header, whose version tells which IP it is. */
const RAW_IP = 101;

const END_OF_OPTIONS = 0;
const SECTION_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_RESOLUTION = 9;
const INTERFACE_OFFSET = 14;
const PACKET_FLAGS = 2;

/** How a packet crossed its interface, as the two lowest bits of the packet's flags tell it. */
const DIRECTIONS = { in: 1, out: 2 } as const;
export type Direction = keyof typeof DIRECTIONS;

/** What is written to the file at once, in bytes, but for a packet that is larger. */
const BUFFER = 1 << 18;

export interface PcapngOptions {
  /** Seconds from 1970 to the time 0 of the run, an integer; 0 where left out. */
  readonly epoch?: number;
  /** The program that made the capture. */
  readonly application?: string;
}

/**
 * Writes packets to a new file. The file is a whole capture whenever `flush` or `close` has returned, and what a process
 * that dies leaves is one up to the last write.
 */
export class PcapngWriter {
  private readonly path: string;
  private readonly file: number;
  private readonly epoch: number;
  private readonly buffer = Buffer.alloc(BUFFER);
  private filled = 0;
  private interfaces = 0;

  /** @throws {ResultsError} where the file exists or cannot be made */
  constructor(path: string, { epoch = 0, application = 'petri' }: PcapngOptions = {}) {
    this.path = path;
    this.epoch = epoch;
    try {
      this.file = openSync(path, 'wx');
    } catch (error) {
      if (codeOf(error) === 'EEXIST')
        throw new ResultsError(`${path} exists`, 'name another file, or remove it');
      throw cannotWrite(path, error);
    }
    this.append(sectionHeader(application));
  }

  /**
   * Declares the interface of a host.
   * @returns its number, for `packet`
   */
  interface(name: string): number {
    this.append(interfaceDescription(name, this.epoch));
    return this.interfaces++;
  }

  /**
   * Adds a packet.
   * @param number that of an interface
   * @param time nanoseconds since the start of the run, an integer >= 0
   * @param bytes the packet from its IP header on
   * @throws {RangeError} where there is no such interface
   * @throws {ResultsError} where the file cannot be written
   */
  packet(number: number, direction: Direction, time: number, bytes: Uint8Array): void {
    if (!(number >= 0 && number < this.interfaces)) throw new RangeError(`no interface has number ${number}`);
    this.append(enhancedPacket(number, direction, time, bytes));
  }

  /** Writes out what waits in the buffer. */
  flush(): void {
    this.write(this.buffer.subarray(0, this.filled));
    this.filled = 0;
  }

  /** The writer is not to be used any more. */
  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private append(block: Buffer): void {
    if (this.filled + block.length > BUFFER) this.flush();
    if (block.length > BUFFER) this.write(block);
    else {
      block.copy(this.buffer, this.filled);
      this.filled += block.length;
    }
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }
}

function sectionHeader(application: string): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  body.writeUInt16LE(1, 4);
  // The section's length is not known: -1.
  body.fill(0xff, 8);
  return block(SECTION_HEADER, body, option(SECTION_APPLICATION, Buffer.from(application)), END);
}

function interfaceDescription(name: string, epoch: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(RAW_IP, 0);
  const offset = Buffer.alloc(8);
  offset.writeBigInt64LE(BigInt(epoch));
  const options = [
    option(INTERFACE_NAME, Buffer.from(name)),
    // Times count units of 10^-9 s.
    option(INTERFACE_RESOLUTION, Buffer.of(9)),
    option(INTERFACE_OFFSET, offset),
  ];
  return block(INTERFACE_DESCRIPTION, body, ...options, END);
}

function enhancedPacket(number: number, direction: Direction, time: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(number, 0);
  head.writeUInt32LE(Math.floor(time / 2 ** 32), 4);
  head.writeUInt32LE(time % 2 ** 32, 8);
  head.writeUInt32LE(bytes.length, 12);
  head.writeUInt32LE(bytes.length, 16);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(DIRECTIONS[direction]);
  return block(ENHANCED_PACKET, head, padded(bytes), option(PACKET_FLAGS, flags), END);
}

/** A block: its type, and its length before and behind its parts, whose lengths are multiples of four. */
function block(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = 12 + parts.reduce((total, part) => total + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, ...parts, head.subarray(4)], length);
}

function option(code: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

const END = option(END_OF_OPTIONS, new Uint8Array(0));

function padded(bytes: Uint8Array): Uint8Array {
  const missing = -bytes.length & 3;
  return missing === 0 ? bytes : Buffer.concat([bytes], bytes.length + missing);
}
