// Traffic's datagrams: protocol and version (1 byte), type (1), the fields of the type, zeros up to the message's size.
import { MAX_PAYLOAD, type Reader, type Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { type Codec, MalformedMessage } from '../port.ts';
import type { TrafficMessage } from './messages.ts';

/** Protocol 13, version 1. */
const HEAD = 0xd1;

/** What a message takes at least, by its type: of a datagram stream and number, of a request number and size wanted. */
export const LEAST = { datagram: 10, request: 10, response: 6 } as const;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = ['datagram', 'request', 'response'] as const satisfies readonly TrafficMessage['type'][];

type Type = (typeof TYPES)[number];

const envelope = new Envelope('traffic', HEAD, TYPES);

function writeFields(writer: Writer, message: TrafficMessage): void {
  if (message.type === 'datagram') {
    writer.u32(message.stream);
    writer.u32(message.number);
    return;
  }
  writer.u32(message.rpc);
  if (message.type === 'request') writer.u32(message.wanted);
}

function encode(message: TrafficMessage): Uint8Array {
  const writer = envelope.begin(message.bytes, message.type);
  writeFields(writer, message);
  return writer.bytes;
}

function readFields(reader: Reader, type: Type, bytes: number): TrafficMessage {
  if (type === 'datagram') return { type, stream: reader.u32(), number: reader.u32(), bytes };
  const rpc = reader.u32();
  if (type === 'response') return { type, rpc, bytes };
  const wanted = reader.u32();
  if (wanted < LEAST.response || wanted > MAX_PAYLOAD) {
    throw new MalformedMessage(`a response of ${wanted} bytes; one has ${LEAST.response} to ${MAX_PAYLOAD}`);
  }
  return { type, rpc, wanted, bytes };
}

function decode(bytes: Uint8Array): TrafficMessage {
  return envelope.open(bytes, (reader, type) => {
    const message = readFields(reader, type, bytes.length);
    reader.skip(reader.left);
    return message;
  });
}

export const trafficCodec: Codec<TrafficMessage> = { sizeOf: ({ bytes }) => bytes, encode, decode };
