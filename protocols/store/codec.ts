// The store's datagrams: protocol and version (1 byte), type (1), request number (4) but in notices, then the type's fields.
import type { Reader, Writer } from '../bytes.ts';
import { Envelope } from '../envelope.ts';
import type { Codec } from '../port.ts';
import { readAddress, writeAddress } from '../socket-address.ts';
import { swimCodec } from '../swim/codec.ts';
import {
  COUNT_SIZE,
  ENTRY_SIZE,
  FLAG_SIZE,
  KEY_SIZE,
  LENGTH_SIZE,
  LIFE_SIZE,
  NUMBER_SIZE,
  REFUSALS,
  readConfig,
  readEntry,
  readList,
  readMembers,
  readObject,
  readOptional,
  readProposal,
  readRefusal,
  readVersion,
  readVote,
  sizeOfAddresses,
  sizeOfConfig,
  sizeOfMembers,
  sizeOfProposal,
  sizeOfValue,
  VERSION_SIZE,
  VOTE_SIZE,
  writeConfig,
  writeEntry,
  writeList,
  writeMembers,
  writeOptional,
  writeVersion,
} from './fields.ts';
import type { StoreMessage, StoreNotice } from './messages.ts';
import { RANGES } from './summary.ts';

/** Protocol 11, version 1. */
const HEAD = 0xb1;
const ENVELOPE_SIZE = 2;

/** A type's number on the wire is its place here; a new one goes to the end. */
const TYPES = [
  'query',
  'read',
  'fetch',
  'write',
  'prepare',
  'accept',
  'install',
  'greet',
  'pick',
  'locate',
  'sync',
  'entries',
  'version',
  'value',
  'ok',
  'promise',
  'nack',
  'moved',
  'refused',
  'life',
  'picked',
  'located',
  'differ',
  'needs',
  'news',
  'membership',
  'renew',
] as const satisfies readonly StoreMessage['type'][];

type Type = (typeof TYPES)[number];
type Numbered = Exclude<StoreMessage, StoreNotice>;

const envelope = new Envelope('store message', HEAD, TYPES);

function sizeOf(message: StoreMessage): number {
  switch (message.type) {
    case 'membership':
      return ENVELOPE_SIZE + LENGTH_SIZE + swimCodec.sizeOf(message.message);
    case 'news':
      return ENVELOPE_SIZE + KEY_SIZE + sizeOfConfig(message.config) + FLAG_SIZE;
    default:
      return ENVELOPE_SIZE + NUMBER_SIZE + sizeOfBody(message);
  }
}

function sizeOfBody(message: Numbered): number {
  switch (message.type) {
    case 'query':
    case 'read':
    case 'fetch':
      return VOTE_SIZE;
    case 'write':
      return VOTE_SIZE + VERSION_SIZE + sizeOfValue(message.value);
    case 'prepare':
      return VOTE_SIZE + NUMBER_SIZE;
    case 'accept':
      return VOTE_SIZE + NUMBER_SIZE + sizeOfMembers(message.members);
    case 'install':
      return KEY_SIZE + sizeOfConfig(message.config) + VERSION_SIZE + sizeOfValue(message.value);
    case 'renew':
      return KEY_SIZE + sizeOfConfig(message.config) + VERSION_SIZE;
    case 'greet':
    case 'pick':
    case 'ok':
      return 0;
    case 'locate':
      return KEY_SIZE;
    case 'sync':
      return LIFE_SIZE + RANGES * NUMBER_SIZE;
    case 'entries':
      return COUNT_SIZE + message.entries.length * ENTRY_SIZE;
    case 'version':
      return VERSION_SIZE;
    case 'value':
      return VERSION_SIZE + sizeOfValue(message.value);
    case 'promise':
      return FLAG_SIZE + (message.accepted ? sizeOfProposal(message.accepted) : 0);
    case 'nack':
      return NUMBER_SIZE;
    case 'moved':
      return sizeOfConfig(message.config);
    case 'refused':
      return FLAG_SIZE;
    case 'life':
      return LIFE_SIZE;
    case 'picked':
      return FLAG_SIZE + (message.object ? KEY_SIZE + VERSION_SIZE : 0);
    case 'located':
      return (
        2 * FLAG_SIZE +
        (message.config ? sizeOfConfig(message.config) : 0) +
        sizeOfAddresses(message.candidates)
      );
    case 'differ':
      return LIFE_SIZE + RANGES / 8;
    case 'needs':
      return COUNT_SIZE + message.keys.length * KEY_SIZE;
  }
}

function encode(message: StoreMessage): Uint8Array {
  const writer = envelope.begin(sizeOf(message), message.type);
  switch (message.type) {
    case 'membership':
      writer.block(swimCodec.encode(message.message));
      break;
    case 'news':
      writer.u48(message.key);
      writeConfig(writer, message.config);
      writer.u8(message.settled ? 1 : 0);
      break;
    default:
      writer.u32(message.rpc);
      writeBody(writer, message);
  }
  return writer.bytes;
}

function writeBody(writer: Writer, message: Numbered): void {
  if ('epoch' in message) {
    writer.u48(message.key);
    writer.u32(message.epoch);
    writer.u48(message.life);
  }
  switch (message.type) {
    case 'write':
      writeVersion(writer, message.version);
      writer.block(message.value);
      break;
    case 'prepare':
      writer.u32(message.ballot);
      break;
    case 'accept':
      writer.u32(message.ballot);
      writeMembers(writer, message.members);
      break;
    case 'install':
      writer.u48(message.key);
      writeConfig(writer, message.config);
      writeVersion(writer, message.version);
      writer.block(message.value);
      break;
    case 'renew':
      writer.u48(message.key);
      writeConfig(writer, message.config);
      writeVersion(writer, message.version);
      break;
    case 'locate':
      writer.u48(message.key);
      break;
    case 'sync':
      writer.u48(message.life);
      for (let range = 0; range < RANGES; range++) writer.u32(message.sums[range]);
      break;
    case 'entries':
      writeList(writer, message.entries, entry => writeEntry(writer, entry));
      break;
    case 'version':
      writeVersion(writer, message.version);
      break;
    case 'value':
      writeVersion(writer, message.version);
      writer.block(message.value);
      break;
    case 'promise':
      writeOptional(writer, message.accepted, (_, { ballot, members }) => {
        writer.u32(ballot);
        writeMembers(writer, members);
      });
      break;
    case 'nack':
      writer.u32(message.ballot);
      break;
    case 'moved':
      writeConfig(writer, message.config);
      break;
    case 'refused':
      writer.u8(REFUSALS.indexOf(message.why));
      break;
    case 'life':
      writer.u48(message.life);
      break;
    case 'picked':
      writeOptional(writer, message.object, (_, { key, version }) => {
        writer.u48(key);
        writeVersion(writer, version);
      });
      break;
    case 'located':
      writer.u8(message.active ? 1 : 0);
      writeOptional(writer, message.config, writeConfig);
      writeList(writer, message.candidates, address => writeAddress(writer, address));
      break;
    case 'differ':
      writer.u48(message.life);
      writer.u16(message.ranges);
      break;
    case 'needs':
      writeList(writer, message.keys, key => writer.u48(key));
      break;
  }
}

function readBody(reader: Reader, type: Type): StoreMessage {
  switch (type) {
    case 'membership':
      return { type, message: swimCodec.decode(reader.block()) };
    case 'news':
      return { type, key: reader.u48(), config: readConfig(reader), settled: reader.flag() };
    default:
      return readNumbered(reader, type, reader.u32());
  }
}

function readNumbered(reader: Reader, type: Numbered['type'], rpc: number): Numbered {
  switch (type) {
    case 'query':
    case 'read':
    case 'fetch':
      return { type, ...readVote(reader, rpc) };
    case 'write':
      return { type, ...readVote(reader, rpc), version: readVersion(reader), value: reader.block() };
    case 'prepare':
      return { type, ...readVote(reader, rpc), ballot: reader.u32() };
    case 'accept':
      return { type, ...readVote(reader, rpc), ballot: reader.u32(), members: readMembers(reader) };
    case 'install':
      return {
        type,
        rpc,
        key: reader.u48(),
        config: readConfig(reader),
        version: readVersion(reader),
        value: reader.block(),
      };
    case 'renew':
      return {
        type,
        rpc,
        key: reader.u48(),
        config: readConfig(reader),
        version: readVersion(reader),
      };
    case 'greet':
    case 'pick':
    case 'ok':
      return { type, rpc };
    case 'locate':
      return { type, rpc, key: reader.u48() };
    case 'sync': {
      const life = reader.u48();
      return { type, rpc, life, sums: Array.from({ length: RANGES }, () => reader.u32()) };
    }
    case 'entries':
      return { type, rpc, entries: readList(reader, () => readEntry(reader)) };
    case 'version':
      return { type, rpc, version: readVersion(reader) };
    case 'value':
      return { type, rpc, version: readVersion(reader), value: reader.block() };
    case 'promise':
      return { type, rpc, accepted: readOptional(reader, readProposal) };
    case 'nack':
      return { type, rpc, ballot: reader.u32() };
    case 'moved':
      return { type, rpc, config: readConfig(reader) };
    case 'refused':
      return { type, rpc, why: readRefusal(reader) };
    case 'life':
      return { type, rpc, life: reader.u48() };
    case 'picked':
      return { type, rpc, object: readOptional(reader, readObject) };
    case 'located': {
      const active = reader.flag();
      const config = readOptional(reader, readConfig);
      return { type, rpc, config, active, candidates: readList(reader, () => readAddress(reader)) };
    }
    case 'differ':
      return { type, rpc, life: reader.u48(), ranges: reader.u16() };
    case 'needs':
      return { type, rpc, keys: readList(reader, () => reader.u48()) };
  }
}

const decode = (bytes: Uint8Array): StoreMessage => envelope.open(bytes, readBody);

export const storeCodec: Codec<StoreMessage> = { sizeOf, encode, decode };
