// The datagrams of content distribution: protocol and version (1 byte), type (1), number (4), fields of the type.
import { MAX_PAYLOAD, type Reader } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import type { Codec } from '../port.ts';
import type { CdnMessage } from './messages.ts';

/** Protocol 9, version 1. */
const HEAD = 0x91;
const HEAD_SIZE = 6;
const GET_SIZE = 9;
const LENGTH_SIZE = 2;

/** The largest block that a datagram holds, in bytes. */
export const MAX_BLOCK = MAX_PAYLOAD - HEAD_SIZE - LENGTH_SIZE;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'get',
  'block',
  'wait',
  'refused',
  'probe',
  'probed',
] as const satisfies readonly CdnMessage['type'][];

const envelope = new Envelope('content distribution message', HEAD, TYPES);

function sizeOf(message: CdnMessage): number {
  if (message.type === 'get') return HEAD_SIZE + GET_SIZE;
  return message.type === 'block' ? HEAD_SIZE + LENGTH_SIZE + message.bytes : HEAD_SIZE;
}

/** What is in a block does not matter: zeros are sent. */
function encode(message: CdnMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writer.u32(message.rpc);
  if (message.type === 'get') {
    writer.u32(message.object);
    writer.u32(message.block);
    writer.u8(message.first ? 1 : 0);
  } else if (message.type === 'block') writer.u16(message.bytes);
  return writer.bytes;
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): CdnMessage {
  const rpc = reader.u32();
  switch (type) {
    case 'get':
      return { type, rpc, object: reader.u32(), block: reader.u32(), first: reader.flag() };
    case 'block': {
      const bytes = reader.u16();
      reader.skip(bytes);
      return { type, rpc, bytes };
    }
    default:
      return { type, rpc };
  }
}

const decode = (bytes: Uint8Array): CdnMessage => envelope.open(bytes, readBody);

export const cdnCodec: Codec<CdnMessage> = { sizeOf, encode, decode };
