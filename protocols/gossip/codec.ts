// Gossip's datagrams: protocol and version (1 byte), type (1), rumours, and for a pull the ids that are known; or an id.
import { MAX_PAYLOAD, type Reader } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { ID_SIZE } from '../node-ref.ts';
import type { Codec } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { GossipMessage, Rumour } from './messages.ts';

/** Protocol 5, version 1. */
const HEAD = 0x51;
const HEAD_SIZE = 2;
const COUNT_SIZE = 2;
/** Of a rumour, all but publisher and body: id, age, length. */
const RUMOUR_SIZE = ID_SIZE + 2 + 2;
const LARGEST_ADDRESS = 19;
const TYPES = ['push', 'pull', 'heard'] as const satisfies readonly GossipMessage['type'][];

const envelope = new Envelope('gossip', HEAD, TYPES);

/** The largest body, in bytes, that fits a datagram beside what a pull tells of others. */
export const MAX_BODY = 32_000;
/** Bytes of rumours in one message, and ids in one digest, that always fit a datagram together. */
export const MOST_RUMOURS = MAX_BODY + RUMOUR_SIZE + LARGEST_ADDRESS;
export const MOST_KNOWN = Math.floor((MAX_PAYLOAD - MOST_RUMOURS - HEAD_SIZE - 2 * COUNT_SIZE) / ID_SIZE);

export const sizeOfRumour = ({ publisher, body }: Rumour): number =>
  RUMOUR_SIZE + sizeOfAddress(publisher) + body.length;

function sizeOf(message: GossipMessage): number {
  if (message.type === 'heard') return HEAD_SIZE + ID_SIZE;
  let size = HEAD_SIZE + COUNT_SIZE;
  for (const rumour of message.rumours) size += sizeOfRumour(rumour);
  return message.type === 'pull' ? size + COUNT_SIZE + ID_SIZE * message.known.length : size;
}

function encode(message: GossipMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  if (message.type === 'heard') {
    writer.u48(message.id);
    return writer.bytes;
  }
  writer.u16(message.rumours.length);
  for (const { id, age, publisher, body } of message.rumours) {
    writer.u48(id);
    writer.u16(age);
    writeAddress(writer, publisher);
    writer.block(body);
  }
  if (message.type === 'pull') {
    writer.u16(message.known.length);
    for (const id of message.known) writer.u48(id);
  }
  return writer.bytes;
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readRumours(reader: Reader): Rumour[] {
  const count = reader.u16();
  const rumours: Rumour[] = [];
  while (rumours.length < count) {
    rumours.push({
      id: reader.u48(),
      age: reader.u16(),
      publisher: readAddress(reader),
      body: reader.block(),
    });
  }
  return rumours;
}

function readKnown(reader: Reader): number[] {
  const count = reader.u16();
  const known: number[] = [];
  while (known.length < count) known.push(reader.u48());
  return known;
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): GossipMessage {
  if (type === 'heard') return { type, id: reader.u48() };
  const rumours = readRumours(reader);
  return type === 'push' ? { type, rumours } : { type, rumours, known: readKnown(reader) };
}

const decode = (bytes: Uint8Array): GossipMessage => envelope.open(bytes, readBody);

export const gossipCodec: Codec<GossipMessage> = { sizeOf, encode, decode };
