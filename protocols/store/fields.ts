// The fields of the store's datagrams: how large each is, how it is written and read.
import type { Reader, Writer } from '../bytes.ts';
import { type Address, MalformedMessage } from '../port.ts';
import { readAddress, sizeOfAddress, writeAddress } from '../socket-address.ts';
import type { Configuration, Entry, Member, Proposal, Refusal, Version } from './messages.ts';

export const NUMBER_SIZE = 4;
export const COUNT_SIZE = 1;
export const FLAG_SIZE = 1;
export const LENGTH_SIZE = 2;
export const KEY_SIZE = 6;
export const LIFE_SIZE = 6;
export const VERSION_SIZE = NUMBER_SIZE + 6;
export const ENTRY_SIZE = KEY_SIZE + NUMBER_SIZE + VERSION_SIZE;
/** Key, epoch and life. */
export const VOTE_SIZE = KEY_SIZE + NUMBER_SIZE + LIFE_SIZE;

/** Items that one list can hold: its count is a byte. */
const MAX_ITEMS = 255;

/** A refusal's number on the wire is its place here; a new one goes to the end. */
export const REFUSALS = ['gone', 'inactive', 'sealed'] as const satisfies readonly Refusal[];

export function sizeOfMembers(members: readonly Member[]): number {
  let size = COUNT_SIZE;
  for (const { address } of members) size += sizeOfAddress(address) + LIFE_SIZE;
  return size;
}

export const sizeOfConfig = ({ members }: Configuration): number => NUMBER_SIZE + sizeOfMembers(members);
export const sizeOfValue = (value: Uint8Array): number => LENGTH_SIZE + value.length;
export const sizeOfProposal = ({ members }: Proposal): number => NUMBER_SIZE + sizeOfMembers(members);

export function sizeOfAddresses(addresses: readonly Address[]): number {
  let size = COUNT_SIZE;
  for (const address of addresses) size += sizeOfAddress(address);
  return size;
}

/** @throws {RangeError} for more than a count can tell */
export function writeList<T>(writer: Writer, items: readonly T[], write: (item: T) => void): void {
  if (items.length > MAX_ITEMS) throw new RangeError(`${items.length} items; a list holds ${MAX_ITEMS}`);
  writer.u8(items.length);
  for (const item of items) write(item);
}

/** One after the other, so that a count which the datagram does not bear out costs nothing. */
export function readList<T>(reader: Reader, read: () => T): T[] {
  const count = reader.u8();
  const items: T[] = [];
  while (items.length < count) items.push(read());
  return items;
}

export function writeMembers(writer: Writer, members: readonly Member[]): void {
  writeList(writer, members, ({ address, life }) => {
    writeAddress(writer, address);
    writer.u48(life);
  });
}

export const readMembers = (reader: Reader): Member[] =>
  readList(reader, () => ({ address: readAddress(reader), life: reader.u48() }));

export function writeConfig(writer: Writer, { epoch, members }: Configuration): void {
  writer.u32(epoch);
  writeMembers(writer, members);
}

export const readConfig = (reader: Reader): Configuration => ({
  epoch: reader.u32(),
  members: readMembers(reader),
});

export function writeVersion(writer: Writer, { counter, tag }: Version): void {
  writer.u32(counter);
  writer.u48(tag);
}

export const readVersion = (reader: Reader): Version => ({ counter: reader.u32(), tag: reader.u48() });

export function writeEntry(writer: Writer, { key, epoch, version }: Entry): void {
  writer.u48(key);
  writer.u32(epoch);
  writeVersion(writer, version);
}

export const readEntry = (reader: Reader): Entry => ({
  key: reader.u48(),
  epoch: reader.u32(),
  version: readVersion(reader),
});

/** Writes whether there is one, and it. */
export function writeOptional<T>(
  writer: Writer,
  item: T | null,
  write: (writer: Writer, item: T) => void,
): void {
  writer.u8(item ? 1 : 0);
  if (item) write(writer, item);
}

export const readOptional = <T>(reader: Reader, read: (reader: Reader) => T): T | null =>
  reader.flag() ? read(reader) : null;

export const readVote = (reader: Reader, rpc: number) => ({
  rpc,
  key: reader.u48(),
  epoch: reader.u32(),
  life: reader.u48(),
});

export const readProposal = (reader: Reader): Proposal => ({
  ballot: reader.u32(),
  members: readMembers(reader),
});

export const readObject = (reader: Reader) => ({ key: reader.u48(), version: readVersion(reader) });

export function readRefusal(reader: Reader): Refusal {
  const number = reader.u8();
  const why = REFUSALS[number];
  if (!why) throw new MalformedMessage(`unknown refusal ${number}`);
  return why;
}
