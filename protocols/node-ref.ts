// A node as others know it, and lists of nodes as bytes: a count (1 byte), then identifier (6) and address of each.
import type { Reader, Writer } from './bytes.ts';
import { type Address, MalformedMessage } from './port.ts';
import { readAddress, sizeOfAddress, writeAddress } from './socket-address.ts';

export interface NodeRef {
  /** An integer in 0 .. 2^48 - 1. */
  readonly id: number;
  readonly address: Address;
}

export const ID_SIZE = 6;
export const COUNT_SIZE = 1;

/** Nodes that one list can name: its count is a byte. */
export const MAX_NODES = 255;

export const sizeOfNode = (node: NodeRef): number => ID_SIZE + sizeOfAddress(node.address);

export function sizeOfNodes(nodes: readonly NodeRef[]): number {
  let size = COUNT_SIZE;
  for (const node of nodes) size += sizeOfNode(node);
  return size;
}

export function writeNode(writer: Writer, node: NodeRef): void {
  writer.u48(node.id);
  writeAddress(writer, node.address);
}

/** @throws {RangeError} for more than `MAX_NODES` */
export function writeNodes(writer: Writer, nodes: readonly NodeRef[]): void {
  if (nodes.length > MAX_NODES) throw new RangeError(`${nodes.length} nodes; a list holds ${MAX_NODES}`);
  writer.u8(nodes.length);
  for (const node of nodes) writeNode(writer, node);
}

export function readNode(reader: Reader): NodeRef {
  return { id: reader.u48(), address: readAddress(reader) };
}

/**
 * One after the other, so that a count which the datagram does not bear out costs nothing.
 * @throws {MalformedMessage} also where there are more than `most`
 */
export function readNodes(reader: Reader, most = MAX_NODES): NodeRef[] {
  const count = reader.u8();
  if (count > most) throw new MalformedMessage(`${count} nodes where at most ${most} may be`);
  const nodes: NodeRef[] = [];
  while (nodes.length < count) nodes.push(readNode(reader));
  return nodes;
}
