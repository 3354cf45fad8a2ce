// Packets: checksums as the RFCs have them, headers read from any bytes, and what routers report.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4Of, ipv6Of } from '../../emulator/host-plan.ts';
import { addressBytes } from '../../emulator/packet/address.ts';
import { adjust, checksum, fold, sum, UDP } from '../../emulator/packet/checksum.ts';
import {
  HOST_UNREACHABLE,
  LARGEST_ERROR,
  mayReport,
  mayReport6,
  TIME_EXCEEDED,
  writeIcmp6Error,
  writeIcmpError,
} from '../../emulator/packet/icmp.ts';
import {
  decreaseTtl,
  IPV4_HEADER,
  ipv4Destination,
  ipv4HeaderLength,
  ipv4Source,
  ipv4Ttl,
  isIpv4,
  writeIpv4,
} from '../../emulator/packet/ipv4.ts';
import { IPV6_HEADER, ipv6PseudoHeader, isIpv6, writeIpv6 } from '../../emulator/packet/ipv6.ts';
import { completeChecksum, VIRTIO_HEADER, wireBytes } from '../../emulator/packet/virtio.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const anyBytes = fc.uint8Array({ minLength: 0, maxLength: 200 });
const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** A UDP packet of IPv4 whose checksums are in place. */
function udpPacket(source: number, destination: number, payload: Uint8Array): Uint8Array {
  const total = IPV4_HEADER + 8 + payload.length;
  const bytes = new Uint8Array(total);
  writeIpv4(bytes, 0, total, UDP, source, destination);
  bytes.set([1, 2, 3, 4, (8 + payload.length) >> 8, 8 + payload.length], IPV4_HEADER);
  bytes.set(payload, IPV4_HEADER + 8);
  return bytes;
}

describe('the Internet checksum', () => {
  test('sums the example of RFC 1071, section 3', () => {
    const bytes = bytesOf('0001 f203 f4f5 f6f7');
    expect(fold(sum(bytes, 0, 8))).toBe(0xddf2);
    expect(checksum(bytes, 0, 8)).toBe(0x220d);
  });

  test('is adjusted as in the example of RFC 1624, section 4', () => {
    expect(adjust(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  test('comes to 0 over bytes that contain it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 1500 }), bytes => {
        bytes[0] = bytes[1] = 0;
        const value = checksum(bytes, 0, bytes.length);
        bytes[0] = value >>> 8;
        bytes[1] = value & 0xff;
        expect(checksum(bytes, 0, bytes.length)).toBe(0);
      }),
    );
  });

  test('does not depend on how the bytes are divided at even places', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(100), (bytes, half) => {
        const at = Math.min(2 * half, bytes.length & ~1);
        const parts = sum(bytes, at, bytes.length - at, sum(bytes, 0, at));
        expect(parts).toBe(sum(bytes, 0, bytes.length));
      }),
    );
  });
});

describe('headers', () => {
  test('a header of IPv4 is written as another program writes it', () => {
    const expected = bytesOf('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
    const bytes = new Uint8Array(IPV4_HEADER);
    writeIpv4(bytes, 0, 0x73, UDP, 0xc0a80001, 0xc0a800c7);
    expect(bytes).toEqual(expected);
  });

  test('any bytes can be read as a packet, and what passes for one has its header within them', () => {
    fc.assert(
      fc.property(anyBytes, fc.constantFrom(0x45, 0x4f, 0x60, undefined), (bytes, first) => {
        if (first !== undefined && bytes.length > 0) bytes[0] = first;
        if (isIpv4(bytes, 0, bytes.length)) {
          expect(ipv4HeaderLength(bytes, 0)).toBeLessThanOrEqual(bytes.length);
          mayReport(bytes, 0);
        }
        if (isIpv6(bytes, 0, bytes.length)) mayReport6(bytes, 0);
        expect(isIpv4(bytes, 0, bytes.length) && isIpv6(bytes, 0, bytes.length)).toBe(false);
      }),
    );
  });

  test('a time to live that falls leaves the checksum right', () => {
    fc.assert(
      fc.property(address, address, fc.integer({ min: 1, max: 63 }), (source, destination, hops) => {
        const packet = udpPacket(source, destination, new Uint8Array(0));
        decreaseTtl(packet, 0, hops);
        expect(ipv4Ttl(packet, 0)).toBe(64 - hops);
        expect(checksum(packet, 0, IPV4_HEADER)).toBe(0);
      }),
    );
  });

  test('addresses are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 24 - 3 }), index => {
        const [, ...rest] = addressBytes(ipv4Of(index));
        expect((rest[0] << 16) | (rest[1] << 8) | rest[2]).toBe(index + 1);
        expect([...addressBytes(ipv6Of(index)).subarray(13)]).toEqual(rest);
      }),
    );
    expect(addressBytes('::')).toEqual(new Uint8Array(16));
    expect([...addressBytes('::ffff:1.2.3.4')].slice(10)).toEqual([0xff, 0xff, 1, 2, 3, 4]);
    expect(() => addressBytes('10.0.0')).toThrow('10.0.0 is no address');
  });
});

describe('errors that routers report', () => {
  test('quote the packet, go to its sender and have right checksums', () => {
    fc.assert(
      fc.property(address, address, fc.uint8Array({ maxLength: 1400 }), (source, destination, payload) => {
        const packet = udpPacket(source, destination, payload);
        const into = new Uint8Array(LARGEST_ERROR);
        const length = writeIcmpError(into, 0, TIME_EXCEEDED, 0x64400001, packet, 0, packet.length);
        expect(isIpv4(into, 0, length)).toBe(true);
        expect(length).toBeLessThanOrEqual(576);
        expect([ipv4Source(into, 0), ipv4Destination(into, 0)]).toEqual([0x64400001, source]);
        expect(checksum(into, 0, IPV4_HEADER)).toBe(0);
        expect(checksum(into, IPV4_HEADER, length - IPV4_HEADER)).toBe(0);
        expect(into.subarray(IPV4_HEADER + 8, length)).toEqual(packet.subarray(0, length - IPV4_HEADER - 8));
        expect(mayReport(into, 0)).toBe(false);
      }),
    );
  });

  test('do so over IPv6, with the pseudo-header in the checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1400 }), payload => {
        const packet = new Uint8Array(IPV6_HEADER + payload.length);
        const [a, b] = ['fd70::1', 'fd70::2'].map(addressBytes);
        writeIpv6(packet, 0, payload.length, UDP, a, b, 0);
        packet.set(payload, IPV6_HEADER);
        const into = new Uint8Array(LARGEST_ERROR);
        const length = writeIcmp6Error(into, 0, HOST_UNREACHABLE, b, packet, 0, packet.length);
        expect(isIpv6(into, 0, length)).toBe(true);
        const message = length - IPV6_HEADER;
        expect(checksum(into, IPV6_HEADER, message, ipv6PseudoHeader(into, 0, message, 58))).toBe(0);
        expect(into.subarray(24, 40)).toEqual(a);
        expect([mayReport6(packet, 0), mayReport6(into, 0)]).toEqual([true, false]);
      }),
    );
  });
});

describe('packets whose segmentation is left to others', () => {
  const HEADERS = IPV4_HEADER + 20;

  test('count as all of their segments with all of their headers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 500, max: 1460 }),
        (payload, size) => {
          const bytes = Buffer.alloc(VIRTIO_HEADER + HEADERS + payload);
          bytes[1] = 1;
          bytes.writeUInt16LE(size, 4);
          bytes.writeUInt16LE(IPV4_HEADER, 6);
          bytes[VIRTIO_HEADER + IPV4_HEADER + 12] = 5 << 4;
          let wire = 0;
          for (let left = payload; left > 0; left -= size) wire += HEADERS + Math.min(left, size);
          expect(wireBytes(bytes, 0, HEADERS + payload)).toBe(wire);
        },
      ),
    );
  });

  test('have their checksum completed from the sum of the pseudo-header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), payload => {
        const packet = udpPacket(0x0a000001, 0x0a000002, payload);
        const pseudo = sum(packet, 12, 8, UDP + 8 + payload.length);
        const bytes = new Uint8Array(VIRTIO_HEADER + packet.length);
        bytes.set([1, 0, 0, 0, 0, 0, IPV4_HEADER, 0, 6, 0]);
        bytes.set(packet, VIRTIO_HEADER);
        const field = VIRTIO_HEADER + IPV4_HEADER + 6;
        bytes[field] = fold(pseudo) >>> 8;
        bytes[field + 1] = fold(pseudo) & 0xff;
        completeChecksum(bytes, 0, packet.length);
        expect(checksum(bytes, VIRTIO_HEADER + IPV4_HEADER, 8 + payload.length, pseudo)).toBe(0);
        expect(bytes[0]).toBe(0);
      }),
    );
  });
});
