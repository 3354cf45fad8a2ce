// The header before a packet whose segmentation or checksum is left to others (`struct virtio_net_hdr`, OASIS VIRTIO
// 1.2, section 5.1.6), in the byte order of the machine, which is little-endian wherever Node.js runs.
import { checksum } from './checksum.ts';

export const VIRTIO_HEADER = 10;
const FLAGS = 0;
const NEEDS_CHECKSUM = 1;
const GSO_TYPE = 1;
const GSO_SIZE = 4;
const CHECKSUM_START = 6;
const CHECKSUM_OFFSET = 8;
/** Where TCP says how many words its header has. */
const TCP_DATA_OFFSET = 12;

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** Whether the packet stands for several segments of TCP. */
export function isSegmented(bytes: Uint8Array, header: number): boolean {
  return bytes[header + GSO_TYPE] !== 0;
}

/**
 * Bytes that a packet has on the wire: each of its segments has headers of its own.
 * @param header where this header begins; the packet follows
 * @param length of the packet alone
 */
export function wireBytes(bytes: Uint8Array, header: number, length: number): number {
  if (!isSegmented(bytes, header)) return length;
  const transport = word(bytes, header + CHECKSUM_START);
  const dataOffset = bytes[header + VIRTIO_HEADER + transport + TCP_DATA_OFFSET] >>> 4;
  const headers = transport + 4 * dataOffset;
  const segments = Math.ceil((length - headers) / word(bytes, header + GSO_SIZE));
  return segments > 1 ? length + (segments - 1) * headers : length;
}

/** Computes the checksum that was left to others, unless segments are, each of which will have its own. */
export function completeChecksum(bytes: Uint8Array, header: number, length: number): void {
  if ((bytes[header + FLAGS] & NEEDS_CHECKSUM) === 0 || isSegmented(bytes, header)) return;
  const start = word(bytes, header + CHECKSUM_START);
  const at = header + VIRTIO_HEADER + start;
  const field = at + word(bytes, header + CHECKSUM_OFFSET);
  if (start > length || field + 2 > header + VIRTIO_HEADER + length) return;
  // The field holds the sum of the pseudo-header, and so counts as it should.
  const sum = checksum(bytes, at, length - start);
  bytes[field] = sum >>> 8;
  bytes[field + 1] = sum & 0xff;
  bytes[header + FLAGS] = 0;
}
