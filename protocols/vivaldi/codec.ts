// Vivaldi's datagrams: protocol and version (1 byte), type (1), number (4); in a pong x, y, height, error (float32 each).
import { Reader, Writer } from '../bytes.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import type { Estimate } from './coordinate.ts';
import type { VivaldiMessage } from './messages.ts';

/** Protocol 7, version 1. */
const HEAD = 0x71;
const HEAD_SIZE = 6;
const ESTIMATE_SIZE = 16;
const TYPES = ['ping', 'pong'] as const satisfies readonly VivaldiMessage['type'][];

const sizeOf = (message: VivaldiMessage): number =>
  message.type === 'pong' ? HEAD_SIZE + ESTIMATE_SIZE : HEAD_SIZE;

function encode(message: VivaldiMessage): Uint8Array {
  const writer = new Writer(sizeOf(message));
  writer.u8(HEAD);
  writer.u8(TYPES.indexOf(message.type));
  writer.u32(message.rpc);
  if (message.type === 'pong') {
    const { coordinate, error } = message.estimate;
    for (const value of [coordinate.x, coordinate.y, coordinate.height, error]) writer.f32(value);
  }
  return writer.bytes;
}

function readEstimate(reader: Reader): Estimate {
  const coordinate = { x: reader.f32(), y: reader.f32(), height: reader.f32() };
  const error = reader.f32();
  if (coordinate.height < 0 || error < 0) throw new MalformedMessage('a height or an error below 0');
  return { coordinate, error };
}

function decode(bytes: Uint8Array): VivaldiMessage {
  const reader = new Reader(bytes);
  const head = reader.u8();
  if (head !== HEAD) throw new MalformedMessage(`no Vivaldi message: begins with ${head}, not ${HEAD}`);
  const number = reader.u8();
  const type = TYPES[number];
  if (!type) throw new MalformedMessage(`unknown type ${number}`);
  const rpc = reader.u32();
  const message: VivaldiMessage =
    type === 'ping' ? { type, rpc } : { type, rpc, estimate: readEstimate(reader) };
  reader.end();
  return message;
}

export const vivaldiCodec: Codec<VivaldiMessage> = { sizeOf, encode, decode };
