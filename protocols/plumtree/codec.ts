// Plumtree's and HyParView's datagrams: protocol and version (1 byte), type (1), then the fields of the type.
import { MAX_PAYLOAD, type Reader, type Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { COUNT_SIZE, ID_SIZE } from '../node-ref.ts';
import type { Address, Codec } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { PlumtreeMessage } from './messages.ts';

/** Protocol 6, version 1. */
const HEAD = 0x61;
const HEAD_SIZE = 2;
const RPC_SIZE = 4;
const FLAG_SIZE = 1;
const TTL_SIZE = 1;
const ROUND_SIZE = 2;
const AGE_SIZE = 4;
const LENGTH_SIZE = 2;
const LARGEST_ADDRESS = 19;

/** The largest body of a message, in bytes. */
export const MAX_BODY =
  MAX_PAYLOAD - HEAD_SIZE - ID_SIZE - LARGEST_ADDRESS - ROUND_SIZE - AGE_SIZE - LENGTH_SIZE;

/** Addresses or ids that one list can hold: its count is a byte. */
export const MAX_LIST = 255;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'join',
  'neighbor',
  'probe',
  'answer',
  'forward-join',
  'disconnect',
  'shuffle',
  'shuffle-reply',
  'gossip',
  'ihave',
  'graft',
  'prune',
  'heard',
] as const satisfies readonly PlumtreeMessage['type'][];

const envelope = new Envelope('Plumtree message', HEAD, TYPES);

function sizeOfNodes(nodes: readonly Address[]): number {
  let size = COUNT_SIZE;
  for (const node of nodes) size += sizeOfAddress(node);
  return size;
}

function sizeOf(message: PlumtreeMessage): number {
  switch (message.type) {
    case 'join':
      return HEAD_SIZE + RPC_SIZE;
    case 'neighbor':
    case 'answer':
      return HEAD_SIZE + RPC_SIZE + FLAG_SIZE;
    case 'probe':
      return HEAD_SIZE + RPC_SIZE + COUNT_SIZE + ID_SIZE * message.recent.length;
    case 'forward-join':
      return HEAD_SIZE + TTL_SIZE + sizeOfAddress(message.node);
    case 'shuffle':
      return HEAD_SIZE + TTL_SIZE + sizeOfAddress(message.origin) + sizeOfNodes(message.nodes);
    case 'shuffle-reply':
      return HEAD_SIZE + sizeOfNodes(message.nodes);
    case 'gossip':
      return (
        HEAD_SIZE +
        ID_SIZE +
        sizeOfAddress(message.publisher) +
        ROUND_SIZE +
        AGE_SIZE +
        LENGTH_SIZE +
        message.body.length
      );
    case 'ihave':
      return HEAD_SIZE + ID_SIZE + ROUND_SIZE;
    case 'graft':
    case 'heard':
      return HEAD_SIZE + ID_SIZE;
    case 'disconnect':
    case 'prune':
      return HEAD_SIZE;
  }
}

function writeCount(writer: Writer, list: readonly unknown[]): void {
  if (list.length > MAX_LIST) throw new RangeError(`a list of ${list.length}; a message holds ${MAX_LIST}`);
  writer.u8(list.length);
}

function writeNodes(writer: Writer, nodes: readonly Address[]): void {
  writeCount(writer, nodes);
  for (const node of nodes) writeAddress(writer, node);
}

function encode(message: PlumtreeMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  switch (message.type) {
    case 'join':
      writer.u32(message.rpc);
      break;
    case 'neighbor':
      writer.u32(message.rpc);
      writer.u8(message.high ? 1 : 0);
      break;
    case 'answer':
      writer.u32(message.rpc);
      writer.u8(message.accepted ? 1 : 0);
      break;
    case 'probe':
      writer.u32(message.rpc);
      writeCount(writer, message.recent);
      for (const id of message.recent) writer.u48(id);
      break;
    case 'forward-join':
      writer.u8(message.ttl);
      writeAddress(writer, message.node);
      break;
    case 'shuffle':
      writer.u8(message.ttl);
      writeAddress(writer, message.origin);
      writeNodes(writer, message.nodes);
      break;
    case 'shuffle-reply':
      writeNodes(writer, message.nodes);
      break;
    case 'gossip':
      writer.u48(message.id);
      writeAddress(writer, message.publisher);
      writer.u16(message.round);
      writer.u32(message.age);
      writer.block(message.body);
      break;
    case 'ihave':
      writer.u48(message.id);
      writer.u16(message.round);
      break;
    case 'graft':
    case 'heard':
      writer.u48(message.id);
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

function readBody(reader: Reader, type: (typeof TYPES)[number]): PlumtreeMessage {
  const nodes = () => readList(reader, () => readAddress(reader));
  switch (type) {
    case 'join':
      return { type, rpc: reader.u32() };
    case 'neighbor':
      return { type, rpc: reader.u32(), high: reader.flag() };
    case 'answer':
      return { type, rpc: reader.u32(), accepted: reader.flag() };
    case 'probe':
      return { type, rpc: reader.u32(), recent: readList(reader, () => reader.u48()) };
    case 'forward-join':
      return { type, ttl: reader.u8(), node: readAddress(reader) };
    case 'shuffle':
      return { type, ttl: reader.u8(), origin: readAddress(reader), nodes: nodes() };
    case 'shuffle-reply':
      return { type, nodes: nodes() };
    case 'gossip':
      return {
        type,
        id: reader.u48(),
        publisher: readAddress(reader),
        round: reader.u16(),
        age: reader.u32(),
        body: reader.block(),
      };
    case 'ihave':
      return { type, id: reader.u48(), round: reader.u16() };
    case 'graft':
    case 'heard':
      return { type, id: reader.u48() };
    case 'disconnect':
    case 'prune':
      return { type };
  }
}

const decode = (bytes: Uint8Array): PlumtreeMessage => envelope.open(bytes, readBody);

export const plumtreeCodec: Codec<PlumtreeMessage> = { sizeOf, encode, decode };
