// Chord's datagrams: protocol and version (1 byte), type (1), rpc number (4), then the fields of the type.
import { Reader, Writer } from '../bytes.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { ChordMessage, NodeRef } from './messages.ts';

/** Protocol 2, version 1. */
const HEAD = 0x21;
const HEAD_SIZE = 6;
const ID_SIZE = 6;
const COUNT_SIZE = 1;

/** Nodes that one list can name: its count is a byte. */
export const MAX_NODES = 255;

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
] as const satisfies readonly ChordMessage['type'][];

const sizeOfNode = (node: NodeRef): number => ID_SIZE + sizeOfAddress(node.address);

function sizeOfNodes(nodes: readonly NodeRef[]): number {
  let size = COUNT_SIZE;
  for (const node of nodes) size += sizeOfNode(node);
  return size;
}

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
    default:
      return HEAD_SIZE;
  }
}

function writeNode(writer: Writer, node: NodeRef): void {
  writer.u48(node.id);
  writeAddress(writer, node.address);
}

function writeNodes(writer: Writer, nodes: readonly NodeRef[]): void {
  if (nodes.length > MAX_NODES) throw new RangeError(`${nodes.length} nodes; a list holds ${MAX_NODES}`);
  writer.u8(nodes.length);
  for (const node of nodes) writeNode(writer, node);
}

function encode(message: ChordMessage): Uint8Array {
  const writer = new Writer(sizeOf(message));
  writer.u8(HEAD);
  writer.u8(TYPES.indexOf(message.type));
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
  }
  return writer.bytes;
}

function readNode(reader: Reader): NodeRef {
  return { id: reader.u48(), address: readAddress(reader) };
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readNodes(reader: Reader, most: number): NodeRef[] {
  const count = reader.u8();
  if (count > most) throw new MalformedMessage(`${count} nodes where at most ${most} may be`);
  const nodes: NodeRef[] = [];
  while (nodes.length < count) nodes.push(readNode(reader));
  return nodes;
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
      return { type, rpc, candidates: readNodes(reader, MAX_NODES) };
    case 'neighbours-are': {
      const [predecessor = null] = readNodes(reader, 1);
      return { type, rpc, predecessor, successors: readNodes(reader, MAX_NODES) };
    }
    default:
      return { type, rpc };
  }
}

function decode(bytes: Uint8Array): ChordMessage {
  const reader = new Reader(bytes);
  const head = reader.u8();
  if (head !== HEAD) throw new MalformedMessage(`no Chord message: begins with ${head}, not ${HEAD}`);
  const number = reader.u8();
  const type = TYPES[number];
  if (!type) throw new MalformedMessage(`unknown type ${number}`);
  const message = readBody(reader, type, reader.u32());
  reader.end();
  return message;
}

export const chordCodec: Codec<ChordMessage> = { sizeOf, encode, decode };
