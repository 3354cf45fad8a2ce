// Simulated packets as bytes: as long as the fabric was told, with right checksums, and understood by Wireshark.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ipv4Of, ipv6Of } from '../../../emulator/host-plan.ts';
import { checksum } from '../../../emulator/packet/checksum.ts';
import { Segment, SYN } from '../../../emulator/virtual/transport/packet.ts';
import type { Family } from '../../../emulator/virtual/transport/stack.ts';
import { wireBytes } from '../../../emulator/virtual/wire.ts';
import { PcapngWriter } from '../../../results/pcapng.ts';
import { MILLISECOND, SECOND } from '../../../sim/time.ts';
import { has } from '../../programs.ts';
import { bytes, laboratory, Peer, pour } from './transport-lab.ts';

const host = (family: Family, index: number) => (family === 'IPv4' ? ipv4Of(index) : ipv6Of(index));

/** Everything that these stacks can send: a lossy transfer, its end, a reset, datagrams small and large, a refusal. */
function traffic(family: Family) {
  const lab = laboratory({ loss: { rate: 0.02, burst: 1 }, jitter: MILLISECOND, seed: family });
  const seen = lab.watch();
  const any = family === 'IPv4' ? '0.0.0.0' : '::';
  const listener = new Peer(lab, lab.stacks[1].tcp(family));
  listener.socket.bind(any, 80);
  listener.socket.listen(5);
  listener.onAccepted = peer => {
    peer.onEnd = () => peer.socket.close();
  };
  const client = new Peer(lab, lab.stacks[0].tcp(family));
  client.socket.connect(host(family, 1), 80);
  client.onConnected = () => pour(client.socket, bytes(300_000), () => client.socket.close());
  const refused = new Peer(lab, lab.stacks[0].tcp(family));
  refused.socket.connect(host(family, 1), 81);
  lab.sim.run(100 * SECOND);
  const from = lab.stacks[0].udp(family);
  from.bind(any, 40_000);
  const to = lab.stacks[1].udp(family);
  to.bind(any, 47_001);
  for (const size of [0, 1, 512, 5000]) {
    from.send(new Uint8Array(size).fill(size), host(family, 1), 47_001);
    from.send(new Uint8Array(size).fill(size), host(family, 1), 47_002);
  }
  lab.sim.run(200 * SECOND);
  expect(listener.children[0].received).toBe(300_000);
  return seen;
}

function sumOf(packet: Uint8Array, protocol: number, headers: number): number {
  const addresses = packet[0] >>> 4 === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  const length = packet.length - headers;
  const pseudo = Buffer.concat([addresses, Buffer.of(0, 0, length >>> 8, length & 0xff, 0, 0, 0, protocol)]);
  const whole = Buffer.concat([pseudo, packet.subarray(headers)]);
  return checksum(whole, 0, whole.length);
}

describe.each(['IPv4', 'IPv6'] as const)('%s', family => {
  test('each packet has the length that the fabric was told, and its checksums are right', () => {
    const headers = family === 'IPv4' ? 20 : 40;
    const kinds = new Set<string>();
    for (const { packet } of traffic(family)) {
      const wire = wireBytes(packet);
      expect(wire.length).toBe(packet.bytes);
      if (family === 'IPv4') {
        expect(wire[2] * 256 + wire[3]).toBe(wire.length);
        expect(checksum(wire, 0, 20)).toBe(0);
      } else expect(wire[4] * 256 + wire[5]).toBe(wire.length - 40);
      const protocol = family === 'IPv4' ? wire[9] : wire[6];
      kinds.add(`${protocol}`);
      if (protocol === 6 || (protocol === 17 && packet.constructor.name === 'Datagram') || protocol === 58) {
        expect(sumOf(wire, protocol, headers)).toBe(0);
      }
    }
    // TCP, UDP, ICMP; IPv6 fragments have a header of their own.
    expect([...kinds].sort()).toEqual(family === 'IPv4' ? ['1', '17', '6'] : ['17', '44', '58', '6']);
  });
});

test('a SYN tells segment size, selective acknowledgments and the scale of the windows to come', () => {
  const ends = { source: 0x0a000001, destination: 0x0a000002, sourcePort: 40000, destinationPort: 80 };
  const wire = wireBytes(new Segment(ends, 2 ** 32 + 7, 0, SYN, 65535, undefined, 0, 0, 1460));
  // Ports, number 7, none acknowledged, 8 words, SYN, window 65535.
  expect(Buffer.from(wire).toString('hex', 20, 36)).toBe('9c400050000000070000000080' + '02ffff');
  // No urgency; MSS 1460, SACK, scale 7.
  expect(Buffer.from(wire).toString('hex', 38)).toBe('0000' + '020405b4' + '01010402' + '01030307');
});

describe('Wireshark', () => {
  beforeEach(ctx => {
    if (!has('tshark') || !has('capinfos')) ctx.skip('the programs tshark and capinfos are not installed');
  });

  let directory: string;
  let capture: string;
  const packets = [0, 0];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'petri-wire-'));
    capture = join(directory, 'packets.pcapng');
    const writer = new PcapngWriter(capture, { epoch: 1_041_379_200 });
    const numbers = ['web@a', 'web@b'].map(name => writer.interface(name));
    for (const family of ['IPv4', 'IPv6'] as const) {
      for (const { at, host, direction, packet } of traffic(family)) {
        writer.packet(numbers[host], direction, at, wireBytes(packet));
        packets[host]++;
      }
    }
    writer.close();
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const FIELDS = [
    'frame.time_epoch',
    'frame.interface_name',
    '_ws.malformed',
    '_ws.expert.severity',
    'tcp.analysis.retransmission',
    'tcp.options.sack_le',
    'udp.length',
    'icmp.code',
    'icmpv6.code',
    ...['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map(protocol => `${protocol}.checksum.status`),
  ] as const;
  const tshark = (...args: string[]) =>
    execFileSync('tshark', ['-r', capture, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });

  /** What Wireshark makes of each packet: the values of each field, one line a packet. */
  function dissected(): Map<string, string[]> {
    const checks = ['ip', 'tcp', 'udp'].flatMap(protocol => ['-o', `${protocol}.check_checksum:TRUE`]);
    const lines = tshark(...checks, '-T', 'fields', ...FIELDS.flatMap(field => ['-e', field]));
    const rows = lines
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'));
    return new Map(FIELDS.map((field, column) => [field, rows.map(row => row[column] ?? '')]));
  }

  test('reads all packets, with their hosts, at nanoseconds of the epoch', () => {
    const about = execFileSync('capinfos', [capture], { encoding: 'utf8' });
    expect(about).toMatch(/File type: +Wireshark\/\.\.\. - pcapng/);
    expect(about).toMatch(/File encapsulation: +Raw IP/);
    expect(about).toMatch(/File timestamp precision: +nanoseconds/);
    expect(about).toMatch(
      new RegExp(`Number of packets = ${packets[0]}\\b.*Number of packets = ${packets[1]}\\b`, 's'),
    );
    expect(about).toMatch(/Name = web@a.*Name = web@b/s);
  });

  test('finds the packets whole, their checksums right, losses, refusals and fragments', () => {
    const fields = dissected();
    const found = (field: (typeof FIELDS)[number]) => fields.get(field)!.filter(value => value !== '');
    expect(found('frame.time_epoch')).toHaveLength(packets[0] + packets[1]);
    expect(found('frame.time_epoch')[0]).toBe('1041379200.000000000');
    expect(found('frame.interface_name')[0]).toBe('web@a');
    expect(found('_ws.malformed')).toEqual([]);
    // 8 388 608 is Wireshark's severity of errors.
    expect(found('_ws.expert.severity').filter(value => value.split(',').includes('8388608'))).toEqual([]);
    for (const protocol of ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'] as const) {
      const statuses = found(`${protocol}.checksum.status`);
      // 0 is bad, 1 good; 2 what an error quotes, cut short.
      expect(statuses.filter(status => status.split(',').includes('0'))).toEqual([]);
      expect(statuses.filter(status => status === '1').length).toBeGreaterThan(0);
    }
    expect(found('tcp.analysis.retransmission').length).toBeGreaterThan(0);
    expect(found('tcp.options.sack_le').length).toBeGreaterThan(0);
    expect(found('udp.length').filter(value => value === '5008').length).toBeGreaterThan(0);
    expect(found('icmp.code')).toContain('3');
    expect(found('icmpv6.code')).toContain('4');
  });
});
