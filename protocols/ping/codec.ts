// Ping's datagrams: protocol and version (1 byte), type (1), id (4), zeros up to the probe's size.
import { MAX_PAYLOAD, Reader, Writer } from '../bytes.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import type { PingMessage } from './messages.ts';

/** Protocol 1, version 1. */
const HEAD = 0x11;
const TYPES = ['ping', 'pong'] as const;

/** What the fields take, and the least that a probe may be told to be. */
const LEAST = 16;

export const pingCodec: Codec<PingMessage> = {
  sizeOf: message => message.bytes,

  encode(message) {
    const writer = new Writer(message.bytes);
    writer.u8(HEAD);
    writer.u8(TYPES.indexOf(message.type));
    writer.u32(message.id);
    return writer.bytes;
  },

  decode(bytes) {
    if (bytes.length < LEAST || bytes.length > MAX_PAYLOAD) {
      throw new MalformedMessage(`${bytes.length} bytes; a probe has ${LEAST} to ${MAX_PAYLOAD}`);
    }
    const reader = new Reader(bytes);
    const head = reader.u8();
    if (head !== HEAD) throw new MalformedMessage(`no ping message: begins with ${head}, not ${HEAD}`);
    const number = reader.u8();
    const type = TYPES[number];
    if (!type) throw new MalformedMessage(`unknown type ${number}`);
    return { type, id: reader.u32(), bytes: bytes.length };
  },
};
