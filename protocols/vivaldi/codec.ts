// Vivaldi's datagrams: protocol and version (1 byte), type (1), number (4); in a pong x, y, height, error (float32 each).
import type { Reader } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import type { Estimate } from './coordinate.ts';
import type { VivaldiMessage } from './messages.ts';

/** Protocol 7, version 1. */
const HEAD = 0x71;
const HEAD_SIZE = 6;
const ESTIMATE_SIZE = 16;
const TYPES = ['ping', 'pong'] as const satisfies readonly VivaldiMessage['type'][];

const envelope = new Envelope('Vivaldi message', HEAD, TYPES);

const sizeOf = (message: VivaldiMessage): number =>
  message.type === 'pong' ? HEAD_SIZE + ESTIMATE_SIZE : HEAD_SIZE;

function encode(message: VivaldiMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
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

function readBody(reader: Reader, type: (typeof TYPES)[number]): VivaldiMessage {
  const rpc = reader.u32();
  return type === 'ping' ? { type, rpc } : { type, rpc, estimate: readEstimate(reader) };
}

const decode = (bytes: Uint8Array): VivaldiMessage => envelope.open(bytes, readBody);

export const vivaldiCodec: Codec<VivaldiMessage> = { sizeOf, encode, decode };
