// Mobility's datagrams: protocol and version (1 byte), type (1), then the fields of the type.
import type { Reader, Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { COUNT_SIZE, ID_SIZE } from '../node-ref.ts';
import type { Address, Codec } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { MobilityMessage } from './messages.ts';

/** Protocol 12, version 1. */
const HEAD = 0xc1;
const HEAD_SIZE = 2;
/** Of a request number, a packet's number, a sequence number and a lifetime. */
const NUMBER_SIZE = 4;
const HOPS_SIZE = 1;
const LENGTH_SIZE = 2;
const LARGEST_ADDRESS = 19;

/** Points or identities that one message can name: their count is a byte. */
export const MAX_LISTED = 255;

/** What a packet takes beside its body, at most. */
export const PACKET_OVERHEAD = HEAD_SIZE + NUMBER_SIZE + LARGEST_ADDRESS + ID_SIZE + HOPS_SIZE + LENGTH_SIZE;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'register',
  'registered',
  'refused',
  'arrive',
  'arrived',
  'moved',
  'gone',
  'announce',
  'points',
  'list',
  'names',
  'packet',
  'receipt',
  'probe',
  'probed',
] as const satisfies readonly MobilityMessage['type'][];

type Type = (typeof TYPES)[number];

const envelope = new Envelope('mobility message', HEAD, TYPES);

function sizeOfBody(message: MobilityMessage): number {
  switch (message.type) {
    case 'register':
      return NUMBER_SIZE + ID_SIZE + 2 * NUMBER_SIZE;
    case 'arrive':
    case 'receipt':
      return NUMBER_SIZE + ID_SIZE + NUMBER_SIZE;
    case 'moved':
      return ID_SIZE + sizeOfAddress(message.to);
    case 'gone':
      return ID_SIZE;
    case 'announce':
      return 2 * NUMBER_SIZE;
    case 'points':
      return message.points.reduce<number>(
        (size, point) => size + sizeOfAddress(point),
        NUMBER_SIZE + COUNT_SIZE,
      );
    case 'names':
      return NUMBER_SIZE + COUNT_SIZE + ID_SIZE * message.identities.length;
    case 'packet':
      return (
        NUMBER_SIZE + sizeOfAddress(message.origin) + ID_SIZE + HOPS_SIZE + LENGTH_SIZE + message.body.length
      );
    case 'probe':
      return NUMBER_SIZE + LENGTH_SIZE + message.body.length;
    default:
      return NUMBER_SIZE;
  }
}

const sizeOf = (message: MobilityMessage): number => HEAD_SIZE + sizeOfBody(message);

function writeList<T>(writer: Writer, items: readonly T[], write: (item: T) => void): void {
  if (items.length > MAX_LISTED)
    throw new RangeError(`${items.length} in a list; a message holds ${MAX_LISTED}`);
  writer.u8(items.length);
  for (const item of items) write(item);
}

function writeBody(writer: Writer, message: MobilityMessage): void {
  switch (message.type) {
    case 'moved':
      writer.u48(message.identity);
      writeAddress(writer, message.to);
      return;
    case 'gone':
      writer.u48(message.identity);
      return;
    case 'packet':
      writer.u32(message.number);
      writeAddress(writer, message.origin);
      writer.u48(message.identity);
      writer.u8(message.hops);
      writer.block(message.body);
      return;
    case 'receipt':
      writer.u32(message.number);
      writer.u48(message.identity);
      writer.u32(message.sequence);
      return;
    default:
      writer.u32(message.rpc);
      writeCall(writer, message);
  }
}

/** The rest of a message that bears a request number. */
function writeCall(writer: Writer, message: Extract<MobilityMessage, { rpc: number }>): void {
  switch (message.type) {
    case 'register':
    case 'arrive':
      writer.u48(message.identity);
      writer.u32(message.sequence);
      if (message.type === 'register') writer.u32(message.lifetime);
      return;
    case 'announce':
      writer.u32(message.lifetime);
      return;
    case 'points':
      writeList(writer, message.points, point => writeAddress(writer, point));
      return;
    case 'names':
      writeList(writer, message.identities, identity => writer.u48(identity));
      return;
    case 'probe':
      writer.block(message.body);
  }
}

function encode(message: MobilityMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writeBody(writer, message);
  return writer.bytes;
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readList<T>(reader: Reader, read: () => T): T[] {
  const count = reader.u8();
  const items: T[] = [];
  while (items.length < count) items.push(read());
  return items;
}

function readBody(reader: Reader, type: Type): MobilityMessage {
  switch (type) {
    case 'moved':
      return { type, identity: reader.u48(), to: readAddress(reader) };
    case 'gone':
      return { type, identity: reader.u48() };
    case 'packet': {
      const [number, origin, identity] = [reader.u32(), readAddress(reader), reader.u48()];
      return { type, number, origin, identity, hops: reader.u8(), body: reader.block() };
    }
    case 'receipt':
      return { type, number: reader.u32(), identity: reader.u48(), sequence: reader.u32() };
    default:
      return readCall(reader, type, reader.u32());
  }
}

function readCall(
  reader: Reader,
  type: Exclude<Type, 'moved' | 'gone' | 'packet' | 'receipt'>,
  rpc: number,
): MobilityMessage {
  switch (type) {
    case 'register':
      return { type, rpc, identity: reader.u48(), sequence: reader.u32(), lifetime: reader.u32() };
    case 'arrive':
      return { type, rpc, identity: reader.u48(), sequence: reader.u32() };
    case 'announce':
      return { type, rpc, lifetime: reader.u32() };
    case 'points':
      return { type, rpc, points: readList<Address>(reader, () => readAddress(reader)) };
    case 'names':
      return { type, rpc, identities: readList(reader, () => reader.u48()) };
    case 'probe':
      return { type, rpc, body: reader.block() };
    default:
      return { type, rpc };
  }
}

const decode = (bytes: Uint8Array): MobilityMessage => envelope.open(bytes, readBody);

export const mobilityCodec: Codec<MobilityMessage> = { sizeOf, encode, decode };
