// The swarm's datagrams: protocol and version (1 byte), type (1), then the fields of the type. A block's content is zeros.
import type { Reader, Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { COUNT_SIZE } from '../node-ref.ts';
import { type Address, type Codec, MalformedMessage } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { Standing, SwarmMessage } from './messages.ts';

/** Protocol 10, version 1. */
const HEAD = 0xa1;
const HEAD_SIZE = 2;
const RPC_SIZE = 4;
const STANDING_SIZE = 1;
const CUT_SIZE = 6 + 4 + 2;
const LENGTH_SIZE = 2;
/** Of an index, a number or a time. */
const INDEX_SIZE = 4;

/** Addresses in a list of members, and blocks in a request: their count is a byte. */
export const MAX_LIST = 255;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'announce',
  'members',
  'hello',
  'welcome',
  'refuse',
  'status',
  'bitfield',
  'have',
  'request',
  'block',
  'bye',
] as const satisfies readonly SwarmMessage['type'][];

const envelope = new Envelope('swarm message', HEAD, TYPES);

const CHOKING = 1;
const INTERESTED = 2;

function sizeOf(message: SwarmMessage): number {
  switch (message.type) {
    case 'announce':
    case 'refuse':
      return HEAD_SIZE + RPC_SIZE;
    case 'members': {
      let size = HEAD_SIZE + RPC_SIZE + COUNT_SIZE;
      for (const member of message.members) size += sizeOfAddress(member);
      return size;
    }
    case 'hello':
      return HEAD_SIZE + RPC_SIZE + STANDING_SIZE + CUT_SIZE + LENGTH_SIZE + message.have.length;
    case 'welcome':
      return HEAD_SIZE + RPC_SIZE + STANDING_SIZE + LENGTH_SIZE + message.have.length;
    case 'status':
      return HEAD_SIZE + STANDING_SIZE;
    case 'bitfield':
      return HEAD_SIZE + STANDING_SIZE + LENGTH_SIZE + message.have.length;
    case 'have':
      return HEAD_SIZE + STANDING_SIZE + INDEX_SIZE;
    case 'request':
      return HEAD_SIZE + STANDING_SIZE + 2 * INDEX_SIZE + COUNT_SIZE + INDEX_SIZE * message.blocks.length;
    case 'block':
      return HEAD_SIZE + STANDING_SIZE + 3 * INDEX_SIZE + COUNT_SIZE + LENGTH_SIZE + message.bytes;
    case 'bye':
      return HEAD_SIZE;
  }
}

function writeCount(writer: Writer, list: readonly unknown[]): void {
  if (list.length > MAX_LIST) throw new RangeError(`a list of ${list.length}; a message holds ${MAX_LIST}`);
  writer.u8(list.length);
}

function writeStanding(writer: Writer, { choking, interested }: Standing): void {
  writer.u8((choking ? CHOKING : 0) | (interested ? INTERESTED : 0));
}

function encode(message: SwarmMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  if ('rpc' in message) writer.u32(message.rpc);
  if ('choking' in message) writeStanding(writer, message);
  switch (message.type) {
    case 'members':
      writeCount(writer, message.members);
      for (const member of message.members) writeAddress(writer, member);
      break;
    case 'hello':
      writer.u48(message.cut.file);
      writer.u32(message.cut.piece);
      writer.u16(message.cut.block);
      writer.block(message.have);
      break;
    case 'welcome':
    case 'bitfield':
      writer.block(message.have);
      break;
    case 'have':
      writer.u32(message.piece);
      break;
    case 'request':
      writer.u32(message.echo);
      writer.u32(message.took);
      writeCount(writer, message.blocks);
      for (const block of message.blocks) writer.u32(block);
      break;
    case 'block':
      writer.u32(message.number);
      writer.u32(message.sent);
      writer.u32(message.block);
      writer.u8(message.queued);
      writer.block(new Uint8Array(message.bytes));
      break;
  }
  return writer.bytes;
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readList<T>(reader: Reader, read: () => T): T[] {
  const count = reader.u8();
  const list: T[] = [];
  while (list.length < count) list.push(read());
  return list;
}

function readStanding(reader: Reader): Standing {
  const bits = reader.u8();
  if (bits > (CHOKING | INTERESTED)) throw new MalformedMessage(`a standing of ${bits}`);
  return { choking: (bits & CHOKING) !== 0, interested: (bits & INTERESTED) !== 0 };
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): SwarmMessage {
  switch (type) {
    case 'announce':
    case 'refuse':
      return { type, rpc: reader.u32() };
    case 'members':
      return { type, rpc: reader.u32(), members: readList<Address>(reader, () => readAddress(reader)) };
    case 'hello': {
      const rpc = reader.u32();
      const standing = readStanding(reader);
      const cut = { file: reader.u48(), piece: reader.u32(), block: reader.u16() };
      return { type, rpc, ...standing, cut, have: reader.block() };
    }
    case 'welcome':
      return { type, rpc: reader.u32(), ...readStanding(reader), have: reader.block() };
    case 'status':
      return { type, ...readStanding(reader) };
    case 'bitfield':
      return { type, ...readStanding(reader), have: reader.block() };
    case 'have':
      return { type, ...readStanding(reader), piece: reader.u32() };
    case 'request': {
      const standing = readStanding(reader);
      const [echo, took] = [reader.u32(), reader.u32()];
      return { type, ...standing, echo, took, blocks: readList(reader, () => reader.u32()) };
    }
    case 'block': {
      const standing = readStanding(reader);
      const [number, sent, block, queued] = [reader.u32(), reader.u32(), reader.u32(), reader.u8()];
      return { type, ...standing, number, sent, block, queued, bytes: reader.block().length };
    }
    case 'bye':
      return { type };
  }
}

const decode = (bytes: Uint8Array): SwarmMessage => envelope.open(bytes, readBody);

export const swarmCodec: Codec<SwarmMessage> = { sizeOf, encode, decode };
