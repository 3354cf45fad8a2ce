// RON's datagrams: protocol and version (1 byte), type (1), then the fields of the type.
import { MAX_PAYLOAD, type Reader, type Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { COUNT_SIZE } from '../node-ref.ts';
import type { Codec } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { LinkState, RonMessage } from './messages.ts';

/** Protocol 8, version 1. */
const HEAD = 0x81;
const HEAD_SIZE = 2;
const RPC_SIZE = 4;
const FLAG_SIZE = 1;
const LENGTH_SIZE = 2;
const LARGEST_ADDRESS = 19;
/** Of a link, all but the address: latency, loss, whether it is up. */
const LINK_SIZE = 4 + 1 + FLAG_SIZE;

/** Links that one message can name: their count is a byte. */
export const MAX_LINKS = 255;

/** The largest body of a packet, in bytes. */
export const MAX_BODY = MAX_PAYLOAD - HEAD_SIZE - RPC_SIZE - FLAG_SIZE - LENGTH_SIZE - 3 * LARGEST_ADDRESS;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'probe',
  'probed',
  'links',
  'packet',
  'receipt',
] as const satisfies readonly RonMessage['type'][];

const envelope = new Envelope('RON message', HEAD, TYPES);

function sizeOf(message: RonMessage): number {
  switch (message.type) {
    case 'probe':
    case 'probed':
      return HEAD_SIZE + RPC_SIZE;
    case 'links':
      return message.links.reduce(
        (size, { to }) => size + sizeOfAddress(to) + LINK_SIZE,
        HEAD_SIZE + COUNT_SIZE,
      );
    default: {
      const { origin, destination, via, body } = message;
      const addresses =
        sizeOfAddress(origin) + sizeOfAddress(destination) + (via === null ? 0 : sizeOfAddress(via));
      return HEAD_SIZE + RPC_SIZE + FLAG_SIZE + addresses + LENGTH_SIZE + body.length;
    }
  }
}

function writeLinks(writer: Writer, links: readonly LinkState[]): void {
  if (links.length > MAX_LINKS) throw new RangeError(`${links.length} links; a message holds ${MAX_LINKS}`);
  writer.u8(links.length);
  for (const { to, latency, loss, up } of links) {
    writeAddress(writer, to);
    writer.u32(latency);
    writer.u8(loss);
    writer.u8(up ? 1 : 0);
  }
}

function encode(message: RonMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  if (message.type === 'links') {
    writeLinks(writer, message.links);
    return writer.bytes;
  }
  writer.u32(message.rpc);
  if (message.type === 'packet' || message.type === 'receipt') {
    writeAddress(writer, message.origin);
    writeAddress(writer, message.destination);
    writer.u8(message.via === null ? 0 : 1);
    if (message.via !== null) writeAddress(writer, message.via);
    writer.block(message.body);
  }
  return writer.bytes;
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readLinks(reader: Reader): LinkState[] {
  const count = reader.u8();
  const links: LinkState[] = [];
  while (links.length < count) {
    links.push({ to: readAddress(reader), latency: reader.u32(), loss: reader.u8(), up: reader.flag() });
  }
  return links;
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): RonMessage {
  if (type === 'links') return { type, links: readLinks(reader) };
  const rpc = reader.u32();
  if (type === 'probe' || type === 'probed') return { type, rpc };
  const [origin, destination] = [readAddress(reader), readAddress(reader)];
  const via = reader.flag() ? readAddress(reader) : null;
  return { type, rpc, origin, destination, via, body: reader.block() };
}

const decode = (bytes: Uint8Array): RonMessage => envelope.open(bytes, readBody);

export const ronCodec: Codec<RonMessage> = { sizeOf, encode, decode };
