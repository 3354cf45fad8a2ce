// Kademlia's datagrams: protocol and version (1 byte), type (1), rpc number (4), sender's id (6), fields of the type.
import { MAX_PAYLOAD, type Reader } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { ID_SIZE, readNodes, sizeOfNodes, writeNodes } from '../node-ref.ts';
import type { Codec } from '../port.ts';
import type { KademliaMessage } from './messages.ts';

/** Protocol 3, version 1. */
const HEAD = 0x31;
const HEAD_SIZE = 6 + ID_SIZE;
const TTL_SIZE = 4;
const LENGTH_SIZE = 2;

/** The largest value that a datagram holds, in bytes. */
export const MAX_VALUE = MAX_PAYLOAD - HEAD_SIZE - ID_SIZE - TTL_SIZE - LENGTH_SIZE;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'ping',
  'find-node',
  'find-value',
  'store',
  'ok',
  'nodes',
  'value',
] as const satisfies readonly KademliaMessage['type'][];

const envelope = new Envelope('Kademlia message', HEAD, TYPES);

function sizeOf(message: KademliaMessage): number {
  switch (message.type) {
    case 'find-node':
    case 'find-value':
      return HEAD_SIZE + ID_SIZE;
    case 'store':
      return HEAD_SIZE + ID_SIZE + TTL_SIZE + LENGTH_SIZE + message.value.length;
    case 'nodes':
      return HEAD_SIZE + sizeOfNodes(message.nodes);
    case 'value':
      return HEAD_SIZE + TTL_SIZE + LENGTH_SIZE + message.value.length;
    default:
      return HEAD_SIZE;
  }
}

function encode(message: KademliaMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writer.u32(message.rpc);
  writer.u48(message.id);
  switch (message.type) {
    case 'find-node':
    case 'find-value':
      writer.u48(message.key);
      break;
    case 'store':
      writer.u48(message.key);
      writer.u32(message.ttl);
      writer.block(message.value);
      break;
    case 'nodes':
      writeNodes(writer, message.nodes);
      break;
    case 'value':
      writer.u32(message.ttl);
      writer.block(message.value);
      break;
  }
  return writer.bytes;
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): KademliaMessage {
  const rpc = reader.u32();
  const id = reader.u48();
  switch (type) {
    case 'find-node':
    case 'find-value':
      return { type, rpc, id, key: reader.u48() };
    case 'store':
      return { type, rpc, id, key: reader.u48(), ttl: reader.u32(), value: reader.block() };
    case 'nodes':
      return { type, rpc, id, nodes: readNodes(reader) };
    case 'value':
      return { type, rpc, id, ttl: reader.u32(), value: reader.block() };
    default:
      return { type, rpc, id };
  }
}

const decode = (bytes: Uint8Array): KademliaMessage => envelope.open(bytes, readBody);

export const kademliaCodec: Codec<KademliaMessage> = { sizeOf, encode, decode };
