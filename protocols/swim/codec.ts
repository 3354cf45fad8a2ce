// SWIM's datagrams: protocol and version (1 byte), type (1), number (4), then the fields of the type.
import type { Reader, Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { Status, SwimMessage, Update } from './messages.ts';

/** Protocol 4, version 1. */
const HEAD = 0x41;
const HEAD_SIZE = 6;
const COUNT_SIZE = 1;
const NUMBER_SIZE = 4;
const STATUS_SIZE = 1;

/** Updates that one message can bear: their count is a byte. */
export const MAX_UPDATES = 255;

/** A type's or a status's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'ping',
  'ping-req',
  'ack',
  'join',
  'members',
] as const satisfies readonly SwimMessage['type'][];

const envelope = new Envelope('SWIM message', HEAD, TYPES);
const STATUSES = ['alive', 'suspect', 'dead'] as const satisfies readonly Status[];

function sizeOfUpdates(updates: readonly Update[]): number {
  let size = COUNT_SIZE;
  for (const { member } of updates) size += STATUS_SIZE + NUMBER_SIZE + sizeOfAddress(member);
  return size;
}

function sizeOf(message: SwimMessage): number {
  switch (message.type) {
    case 'ping':
    case 'ack':
      return HEAD_SIZE + sizeOfUpdates(message.updates);
    case 'ping-req':
      return HEAD_SIZE + sizeOfAddress(message.target) + sizeOfUpdates(message.updates);
    case 'join':
      return HEAD_SIZE + NUMBER_SIZE;
    case 'members':
      return HEAD_SIZE + NUMBER_SIZE + sizeOfUpdates(message.updates);
  }
}

function writeUpdates(writer: Writer, updates: readonly Update[]): void {
  if (updates.length > MAX_UPDATES) {
    throw new RangeError(`${updates.length} updates; a message holds ${MAX_UPDATES}`);
  }
  writer.u8(updates.length);
  for (const { member, status, incarnation } of updates) {
    writer.u8(STATUSES.indexOf(status));
    writer.u32(incarnation);
    writeAddress(writer, member);
  }
}

function encode(message: SwimMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writer.u32(message.rpc);
  switch (message.type) {
    case 'ping':
    case 'ack':
      writeUpdates(writer, message.updates);
      break;
    case 'ping-req':
      writeAddress(writer, message.target);
      writeUpdates(writer, message.updates);
      break;
    case 'join':
      writer.u32(message.from);
      break;
    case 'members':
      writer.u32(message.total);
      writeUpdates(writer, message.updates);
      break;
  }
  return writer.bytes;
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readUpdates(reader: Reader): Update[] {
  const count = reader.u8();
  const updates: Update[] = [];
  while (updates.length < count) {
    const number = reader.u8();
    const status = STATUSES[number];
    if (!status) throw new MalformedMessage(`unknown status ${number}`);
    updates.push({ status, incarnation: reader.u32(), member: readAddress(reader) });
  }
  return updates;
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): SwimMessage {
  const rpc = reader.u32();
  switch (type) {
    case 'ping':
    case 'ack':
      return { type, rpc, updates: readUpdates(reader) };
    case 'ping-req':
      return { type, rpc, target: readAddress(reader), updates: readUpdates(reader) };
    case 'join':
      return { type, rpc, from: reader.u32() };
    case 'members':
      return { type, rpc, total: reader.u32(), updates: readUpdates(reader) };
  }
}

const decode = (bytes: Uint8Array): SwimMessage => envelope.open(bytes, readBody);

export const swimCodec: Codec<SwimMessage> = { sizeOf, encode, decode };
