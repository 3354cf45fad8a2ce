// Management datagrams: protocol and version (1 byte), type (1), number (4), then the fields of the type.
import type { Reader, Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import { type Address, type Codec, MalformedMessage } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type {
  ChangeRecord,
  Extent,
  ManagementMessage,
  Page,
  RecordOfFeed,
  SliverState,
  Version,
} from './messages.ts';

/** Protocol 14, version 1. */
const HEAD = 0xe1;
const HEAD_SIZE = 6;
const COUNT_SIZE = 2;
const NUMBER_SIZE = 6;
const FLAG_SIZE = 1;
const VERSION_SIZE = 2 * NUMBER_SIZE;
/** Of a sliver's state, all but the configuration's bytes: slice, seq, lease, whether it is wanted, length. */
const SLIVER_SIZE = 3 * NUMBER_SIZE + FLAG_SIZE + 2;
/** Of a change, all but configuration and nodes. */
const CHANGE_SIZE = FLAG_SIZE + 5 * NUMBER_SIZE + FLAG_SIZE + 2 + COUNT_SIZE;
const PAGE_SIZE = 4 * NUMBER_SIZE + 2 * FLAG_SIZE + COUNT_SIZE;

/** The most bytes of states or records that one datagram bears. */
export const MAX_PAGE = 60_000;
/** The largest configuration of a sliver, in bytes. */
export const MAX_CONFIG = 20_000;
/** Nodes that one change can name: with the largest configuration they fit a datagram, IPv6 or not. */
export const MAX_NODES = 2000;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'register',
  'registered',
  'unknown',
  'fetch',
  'slivers',
  'heartbeat',
  'report',
  'applied',
  'ok',
  'push',
  'ack',
  'feed',
  'fed',
] as const satisfies readonly ManagementMessage['type'][];

const envelope = new Envelope('management message', HEAD, TYPES);
const EXTENTS = ['news', 'whole', 'rest'] as const satisfies readonly Extent[];
const KINDS = ['change', 'node'] as const satisfies readonly RecordOfFeed['kind'][];

/** Bytes of one sliver's state in a message. */
export const sizeOfSliver = ({ config }: Pick<SliverState, 'config'>): number => SLIVER_SIZE + config.length;

/** Bytes of one record in a message. */
export function sizeOfRecord(
  record: Pick<ChangeRecord, 'kind' | 'config' | 'nodes'> | { readonly kind: 'node'; readonly node: Address },
): number {
  if (record.kind === 'node') return FLAG_SIZE + sizeOfAddress(record.node);
  let size = CHANGE_SIZE + record.config.length;
  for (const node of record.nodes) size += sizeOfAddress(node);
  return size;
}

function sizeOf(message: ManagementMessage): number {
  switch (message.type) {
    case 'unknown':
      return HEAD_SIZE;
    case 'register':
      return HEAD_SIZE + FLAG_SIZE;
    case 'registered':
    case 'fed':
      return HEAD_SIZE + NUMBER_SIZE;
    case 'ok':
      return HEAD_SIZE + 2 * NUMBER_SIZE;
    case 'ack':
      return HEAD_SIZE + VERSION_SIZE;
    case 'heartbeat':
    case 'applied':
      return HEAD_SIZE + 2 * VERSION_SIZE;
    case 'fetch':
      return HEAD_SIZE + 2 * VERSION_SIZE + FLAG_SIZE;
    case 'report':
      return HEAD_SIZE + 2 * VERSION_SIZE + 2 * 2;
    case 'slivers':
    case 'push':
      return message.slivers.reduce((sum, sliver) => sum + sizeOfSliver(sliver), HEAD_SIZE + PAGE_SIZE);
    case 'feed': {
      const fixed = HEAD_SIZE + 3 * NUMBER_SIZE + FLAG_SIZE + COUNT_SIZE;
      return message.records.reduce((sum, record) => sum + sizeOfRecord(record), fixed);
    }
  }
}

function writeVersion(writer: Writer, { authority, seq }: Version): void {
  writer.u48(authority);
  writer.u48(seq);
}

const writeFlag = (writer: Writer, flag: boolean): void => writer.u8(flag ? 1 : 0);

function writePage(writer: Writer, page: Page): void {
  writer.u48(page.authority);
  writer.u48(page.since);
  writer.u48(page.upto);
  writeFlag(writer, page.whole);
  writeFlag(writer, page.more);
  writer.u48(page.latest);
  writer.u16(page.slivers.length);
  for (const { slice, seq, wanted, left, config } of page.slivers) {
    writer.u48(slice);
    writer.u48(seq);
    writeFlag(writer, wanted);
    writer.u48(left);
    writer.block(config);
  }
}

function writeRecord(writer: Writer, record: RecordOfFeed): void {
  writer.u8(KINDS.indexOf(record.kind));
  if (record.kind === 'node') {
    writeAddress(writer, record.node);
    return;
  }
  writer.u48(record.clock);
  writer.u48(record.by);
  writer.u48(record.slice);
  writeFlag(writer, record.wanted);
  writer.u48(record.left);
  writer.u48(record.age);
  writer.block(record.config);
  writer.u16(record.nodes.length);
  for (const node of record.nodes) writeAddress(writer, node);
}

function encode(message: ManagementMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  writer.u32(message.rpc);
  switch (message.type) {
    case 'register':
      writeFlag(writer, message.push);
      break;
    case 'registered':
    case 'fed':
      writer.u48(message.authority);
      break;
    case 'ok':
      writer.u48(message.authority);
      writer.u48(message.latest);
      break;
    case 'ack':
      writeVersion(writer, message.known);
      break;
    case 'heartbeat':
    case 'applied':
    case 'fetch':
    case 'report':
      writeVersion(writer, message.known);
      writeVersion(writer, message.applied);
      if (message.type === 'fetch') writer.u8(EXTENTS.indexOf(message.extent));
      if (message.type === 'report') {
        writer.u16(message.running);
        writer.u16(message.waiting);
      }
      break;
    case 'slivers':
    case 'push':
      writePage(writer, message);
      break;
    case 'feed':
      writer.u48(message.authority);
      writer.u48(message.to);
      writer.u48(message.upto);
      writeFlag(writer, message.more);
      writer.u16(message.records.length);
      for (const record of message.records) writeRecord(writer, record);
      break;
  }
  return writer.bytes;
}

function readExtent(reader: Reader): Extent {
  const number = reader.u8();
  const extent = EXTENTS[number];
  if (!extent) throw new MalformedMessage(`unknown extent ${number}`);
  return extent;
}

const readVersion = (reader: Reader): Version => ({ authority: reader.u48(), seq: reader.u48() });

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
function readList<T>(reader: Reader, readOne: (reader: Reader) => T): T[] {
  const count = reader.u16();
  const list: T[] = [];
  while (list.length < count) list.push(readOne(reader));
  return list;
}

const readSliver = (reader: Reader): SliverState => ({
  slice: reader.u48(),
  seq: reader.u48(),
  wanted: reader.flag(),
  left: reader.u48(),
  config: reader.block(),
});

const readPage = (reader: Reader): Page => ({
  authority: reader.u48(),
  since: reader.u48(),
  upto: reader.u48(),
  whole: reader.flag(),
  more: reader.flag(),
  latest: reader.u48(),
  slivers: readList(reader, readSliver),
});

function readRecord(reader: Reader): RecordOfFeed {
  const number = reader.u8();
  const kind = KINDS[number];
  if (!kind) throw new MalformedMessage(`unknown kind of record ${number}`);
  if (kind === 'node') return { kind, node: readAddress(reader) };
  return {
    kind,
    clock: reader.u48(),
    by: reader.u48(),
    slice: reader.u48(),
    wanted: reader.flag(),
    left: reader.u48(),
    age: reader.u48(),
    config: reader.block(),
    nodes: readList(reader, readAddress),
  };
}

function readBody(reader: Reader, type: (typeof TYPES)[number]): ManagementMessage {
  const rpc = reader.u32();
  switch (type) {
    case 'register':
      return { type, rpc, push: reader.flag() };
    case 'unknown':
      return { type, rpc };
    case 'registered':
    case 'fed':
      return { type, rpc, authority: reader.u48() };
    case 'ok':
      return { type, rpc, authority: reader.u48(), latest: reader.u48() };
    case 'ack':
      return { type, rpc, known: readVersion(reader) };
    case 'heartbeat':
    case 'applied':
      return { type, rpc, known: readVersion(reader), applied: readVersion(reader) };
    case 'fetch':
      return {
        type,
        rpc,
        known: readVersion(reader),
        applied: readVersion(reader),
        extent: readExtent(reader),
      };
    case 'report': {
      const standing = { known: readVersion(reader), applied: readVersion(reader) };
      return { type, rpc, ...standing, running: reader.u16(), waiting: reader.u16() };
    }
    case 'slivers':
    case 'push':
      return { type, rpc, ...readPage(reader) };
    case 'feed':
      return {
        type,
        rpc,
        authority: reader.u48(),
        to: reader.u48(),
        upto: reader.u48(),
        more: reader.flag(),
        records: readList(reader, readRecord),
      };
  }
}

const decode = (bytes: Uint8Array): ManagementMessage => envelope.open(bytes, readBody);

export const managementCodec: Codec<ManagementMessage> = { sizeOf, encode, decode };
