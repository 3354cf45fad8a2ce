// Chord's datagrams: protocol and version (1 byte), type (1), rpc number (4), then the fields of the type.
import type { Reader } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import {
  COUNT_SIZE,
  ID_SIZE,
  readNode,
  readNodes,
  sizeOfNode,
  sizeOfNodes,
  writeNode,
  writeNodes,
} from '../node-ref.ts';
import type { Codec } from '../port.ts';

import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { ChordMessage } from './messages.ts';

/** Protocol 2, version 1. */
const HEAD = 0x21;
const HEAD_SIZE = 6;
const NUMBER_SIZE = 4;
const HOPS_SIZE = 1;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'find',
  'neighbours',
  'notify',
  'alive',
  'found',
  'next',
  'neighbours-are',
  'ok',
  'refused',
  'route',
  'routed',
] as const satisfies readonly ChordMessage['type'][];

const envelope = new Envelope('Chord message', HEAD, TYPES);

function sizeOf(message: ChordMessage): number {
  switch (message.type) {
    case 'find':
      return HEAD_SIZE + ID_SIZE;
    case 'notify':
      return HEAD_SIZE + sizeOfNode(message.node);
    case 'found':
      return HEAD_SIZE + sizeOfNode(message.owner);
    case 'next':
      return HEAD_SIZE + sizeOfNodes(message.candidates);
    case 'neighbours-are': {
      const predecessor = message.predecessor ? sizeOfNode(message.predecessor) : 0;
      return HEAD_SIZE + COUNT_SIZE + predecessor + sizeOfNodes(message.successors);
    }
    case 'route':
      return HEAD_SIZE + ID_SIZE + sizeOfAddress(message.origin) + NUMBER_SIZE + HOPS_SIZE;
    case 'routed':
      return HEAD_SIZE + sizeOfNode(message.owner) + sizeOfNode(message.by) + HOPS_SIZE;
    default:
      return HEAD_SIZE;
  }
}

function encode(message: ChordMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writer.u32(message.rpc);
  switch (message.type) {
    case 'find':
      writer.u48(message.key);
      break;
    case 'notify':
      writeNode(writer, message.node);
      break;
    case 'found':
      writeNode(writer, message.owner);
      break;
    case 'next':
      writeNodes(writer, message.candidates);
      break;
    case 'neighbours-are':
      writeNodes(writer, message.predecessor ? [message.predecessor] : []);
      writeNodes(writer, message.successors);
      break;
    case 'route':
      writer.u48(message.key);
      writeAddress(writer, message.origin);
      writer.u32(message.lookup);
      writer.u8(message.hops);
      break;
    case 'routed':
      writeNode(writer, message.owner);
      writeNode(writer, message.by);
      writer.u8(message.hops);
      break;
  }
  return writer.bytes;
}

function readBody(reader: Reader, type: (typeof TYPES)[number], rpc: number): ChordMessage {
  switch (type) {
    case 'find':
      return { type, rpc, key: reader.u48() };
    case 'notify':
      return { type, rpc, node: readNode(reader) };
    case 'found':
      return { type, rpc, owner: readNode(reader) };
    case 'next':
      return { type, rpc, candidates: readNodes(reader) };
    case 'neighbours-are': {
      const [predecessor = null] = readNodes(reader, 1);
      return { type, rpc, predecessor, successors: readNodes(reader) };
    }
    case 'route': {
      const [key, origin] = [reader.u48(), readAddress(reader)];
      return { type, rpc, key, origin, lookup: reader.u32(), hops: reader.u8() };
    }
    case 'routed':
      return { type, rpc, owner: readNode(reader), by: readNode(reader), hops: reader.u8() };
    default:
      return { type, rpc };
  }
}

const decode = (bytes: Uint8Array): ChordMessage =>
  envelope.open(bytes, (reader, type) => readBody(reader, type, reader.u32()));

export const chordCodec: Codec<ChordMessage> = { sizeOf, encode, decode };
