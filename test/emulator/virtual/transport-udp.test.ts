// UDP of simulated hosts: ports, addresses, buffers, fragments and what comes back where nobody listens.
import { describe, expect, test } from 'vitest';
import { ipv4Of, ipv6Of } from '../../../emulator/host-plan.ts';
import {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNREFUSED,
  EDESTADDRREQ,
  EINVAL,
  EISCONN,
  EMSGSIZE,
  ENETUNREACH,
  ENOTCONN,
} from '../../../emulator/virtual/transport/errno.ts';
import type { Fragment } from '../../../emulator/virtual/transport/packet.ts';
import type { Family, UdpSocket } from '../../../emulator/virtual/transport/stack.ts';
import { MILLISECOND, SECOND } from '../../../sim/time.ts';
import { interval99 } from '../../statistics.ts';
import { type Laboratory, Listener, laboratory } from './transport-lab.ts';

const MS = MILLISECOND;
const hello = new TextEncoder().encode('hello');

/** A socket that is bound and listens. */
function open(lab: Laboratory, host: number, port: number, family: Family = 'IPv4') {
  const socket = lab.stacks[host].udp(family);
  const listener = new Listener(lab);
  socket.handler = listener;
  const status = socket.bind(family === 'IPv4' ? '0.0.0.0' : '::', port);
  expect(status).toBe(0);
  socket.start();
  return { socket, listener };
}

const texts = ({ heard }: Listener) => heard.map(({ payload }) => new TextDecoder().decode(payload));

describe('a datagram', () => {
  test('arrives after the path, as the very bytes, with its sender', () => {
    const lab = laboratory();
    const { socket } = open(lab, 0, 4000);
    const { listener } = open(lab, 1, 53);
    expect(socket.send(hello, ipv4Of(1), 53)).toBe(0);
    lab.sim.run();
    expect(listener.heard).toEqual([
      { at: 50 * MS, payload: hello, from: { address: ipv4Of(0), family: 'IPv4', port: 4000 } },
    ]);
    expect(listener.heard[0].payload).toBe(hello);
  });

  test.each([
    { family: 'IPv4' as const, header: 28 },
    { family: 'IPv6' as const, header: 48 },
  ])('of $family is on the wire with $header bytes of headers', ({ family, header }) => {
    const lab = laboratory({ access: { up: 8e6, down: 8e6, queue: SECOND } });
    const { socket } = open(lab, 0, 4000, family);
    const { listener } = open(lab, 1, 53, family);
    socket.send(new Uint8Array(1000), family === 'IPv4' ? ipv4Of(1) : ipv6Of(1), 53);
    lab.sim.run();
    expect(listener.heard[0].at).toBe(50 * MS + 2 * (1000 + header) * 1000);
    expect(listener.heard[0].from.family).toBe(family);
  });

  test('to the host itself or to loopback crosses no link', () => {
    const lab = laboratory({ access: { up: 8, down: 8, queue: 0 } });
    const { socket } = open(lab, 0, 4000);
    const { listener } = open(lab, 0, 53);
    for (const address of ['127.0.0.1', ipv4Of(0), '0.0.0.0']) socket.send(hello, address, 53);
    lab.sim.run();
    expect(listener.heard.map(({ from }) => from.address)).toEqual(['127.0.0.1', ipv4Of(0), '127.0.0.1']);
    expect(lab.sim.now).toBeLessThan(MS);
    expect(lab.accounts.count('sent')).toBe(0);
  });

  test('reaches a socket on :: over IPv4 under its mapped address, and the answer finds its way', () => {
    const lab = laboratory();
    const { socket, listener: asker } = open(lab, 0, 4000);
    const { socket: server, listener } = open(lab, 1, 53, 'IPv6');
    socket.send(hello, ipv4Of(1), 53);
    lab.sim.run();
    const [{ from }] = listener.heard;
    expect(from).toEqual({ address: `::ffff:${ipv4Of(0)}`, family: 'IPv6', port: 4000 });
    server.send(hello, from.address, from.port);
    lab.sim.run();
    expect(asker.heard[0].from).toEqual({ address: ipv4Of(1), family: 'IPv4', port: 53 });
  });

  test('to an address that no host has is silence, to one of no network an error', () => {
    const lab = laboratory();
    const { socket, listener } = open(lab, 0, 4000);
    expect(socket.send(hello, ipv4Of(77), 53)).toBe(0);
    expect(socket.send(hello, '192.0.2.1', 53)).toBe(ENETUNREACH);
    expect(socket.send(hello, ipv6Of(1), 53)).toBe(ENETUNREACH);
    lab.sim.run();
    expect(listener.errors).toEqual([]);
  });
});

describe('ports', () => {
  test('are taken once, unless all who want one share it; addresses are told apart', () => {
    const lab = laboratory();
    const bind = (family: Family, address: string, options = {}) =>
      lab.stacks[0].udp(family).bind(address, 53, options);
    expect(bind('IPv4', '127.0.0.1')).toBe(0);
    expect(bind('IPv4', ipv4Of(0))).toBe(0);
    expect(bind('IPv4', ipv4Of(0))).toBe(EADDRINUSE);
    expect(bind('IPv4', '0.0.0.0')).toBe(EADDRINUSE);
    expect(bind('IPv6', '::')).toBe(EADDRINUSE);
    expect(bind('IPv6', '::', { ipv6Only: true })).toBe(0);
    expect(bind('IPv4', ipv4Of(1))).toBe(EADDRNOTAVAIL);
    const sharers = [1, 2].map(() => lab.stacks[1].udp('IPv4'));
    expect(sharers.map(socket => socket.bind('0.0.0.0', 53, { reuseAddress: true }))).toEqual([0, 0]);
    expect(lab.stacks[1].udp('IPv4').bind('0.0.0.0', 53)).toBe(EADDRINUSE);
    for (const socket of sharers) socket.close();
    expect(lab.stacks[1].udp('IPv4').bind('0.0.0.0', 53)).toBe(0);
  });

  test('are given out where none is named: from the ephemeral ones, and by the first send too', () => {
    const lab = laboratory();
    const portOf = (use: (socket: UdpSocket) => number) => {
      const socket = lab.stacks[0].udp('IPv4');
      expect(socket.local()).toBeUndefined();
      expect(use(socket)).toBe(0);
      return socket.local()!.port;
    };
    const ports = [
      portOf(socket => socket.bind('0.0.0.0', 0)),
      portOf(socket => socket.send(hello, ipv4Of(1), 53)),
      portOf(socket => socket.connect(ipv4Of(1), 53)),
    ];
    expect(new Set(ports).size).toBe(3);
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(32768);
      expect(port).toBeLessThanOrEqual(60999);
    }
  });

  test('what is sent to one goes to the socket that fits best', () => {
    const lab = laboratory({ hosts: 3 });
    const shared = { reuseAddress: true };
    const sockets = ['0.0.0.0', '0.0.0.0', ipv4Of(1), '0.0.0.0'].map(address => {
      const socket = lab.stacks[1].udp('IPv4');
      const listener = new Listener(lab);
      socket.handler = listener;
      socket.bind(address, 53, shared);
      socket.start();
      return { socket, listener };
    });
    sockets[0].socket.connect(ipv4Of(2), 4000);
    open(lab, 0, 4000).socket.send(hello, ipv4Of(1), 53);
    open(lab, 2, 4000).socket.send(hello, ipv4Of(1), 53);
    open(lab, 1, 4000).socket.send(hello, '127.0.0.1', 53);
    lab.sim.run();
    const heard = sockets.map(({ listener }) => listener.heard.map(({ from }) => from.address));
    expect(heard).toEqual([[ipv4Of(2)], [], [ipv4Of(0)], ['127.0.0.1']]);
  });
});

describe('a connected socket', () => {
  test('hears its peer alone, and sends to it alone', () => {
    const lab = laboratory({ hosts: 3 });
    const { socket, listener } = open(lab, 0, 4000);
    const peers = [1, 2].map(host => open(lab, host, 53));
    expect(socket.disconnect()).toBe(ENOTCONN);
    expect(socket.send(hello)).toBe(EDESTADDRREQ);
    expect(socket.connect(ipv4Of(1), 53)).toBe(0);
    expect(socket.connect(ipv4Of(1), 53)).toBe(EISCONN);
    expect(socket.send(hello, ipv4Of(2), 53)).toBe(EISCONN);
    expect(socket.send(hello)).toBe(0);
    for (const peer of peers) peer.socket.send(hello, ipv4Of(0), 4000);
    lab.sim.run();
    expect(peers.map(peer => peer.listener.heard.length)).toEqual([1, 0]);
    expect(listener.heard.map(({ from }) => from.address)).toEqual([ipv4Of(1)]);
    expect(socket.remote()).toEqual({ address: ipv4Of(1), family: 'IPv4', port: 53 });
    expect(socket.disconnect()).toBe(0);
    expect(socket.remote()).toBeUndefined();
  });

  test('is told after a round trip that nobody has the port, and lives on; others are not told', () => {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const lab = laboratory();
      const { socket, listener } = open(lab, 0, 4000, family);
      const other = open(lab, 0, 4001, family);
      const address = family === 'IPv4' ? ipv4Of(1) : ipv6Of(1);
      socket.connect(address, 53);
      socket.send(hello);
      other.socket.send(hello, address, 53);
      lab.sim.run(100 * MS - 1);
      expect(listener.errors).toEqual([]);
      lab.sim.run(100 * MS);
      expect(listener.errors).toEqual([ECONNREFUSED]);
      expect(other.listener.errors).toEqual([]);
      const { listener: late } = open(lab, 1, 53, family);
      expect(socket.send(hello)).toBe(0);
      lab.sim.run();
      expect(texts(late)).toEqual(['hello']);
    }
  });

  test('that does not listen is told when it sends again', () => {
    const lab = laboratory();
    const socket = lab.stacks[0].udp('IPv4');
    socket.connect(ipv4Of(1), 53);
    socket.send(hello);
    lab.sim.run();
    expect(socket.send(hello)).toBe(ECONNREFUSED);
    expect(socket.send(hello)).toBe(0);
  });
});

describe('large datagrams', () => {
  test('are refused beyond what IP can carry', () => {
    const lab = laboratory();
    const four = open(lab, 0, 4000).socket;
    const six = open(lab, 0, 4001, 'IPv6').socket;
    expect(four.send(new Uint8Array(65507), ipv4Of(1), 53)).toBe(0);
    expect(four.send(new Uint8Array(65508), ipv4Of(1), 53)).toBe(EMSGSIZE);
    expect(six.send(new Uint8Array(65527), ipv6Of(1), 53)).toBe(0);
    expect(six.send(new Uint8Array(65528), ipv6Of(1), 53)).toBe(EMSGSIZE);
  });

  test.each([
    // 8 bytes of UDP and the payload, 1480 to a fragment with 20 of IP; 1448 with 40 of IPv6 and 8 of the fragment.
    { family: 'IPv4' as const, payload: 1472, packets: 1, wire: 1500 },
    { family: 'IPv4' as const, payload: 1473, packets: 2, wire: 1500 + 21 },
    { family: 'IPv4' as const, payload: 65507, packets: 45, wire: 65515 + 45 * 20 },
    { family: 'IPv6' as const, payload: 1452, packets: 1, wire: 1500 },
    { family: 'IPv6' as const, payload: 1453, packets: 2, wire: 1461 + 2 * 48 },
  ])('of $family with $payload bytes are $packets packets, $wire bytes on the wire', condition => {
    const { family, payload, packets, wire } = condition;
    const lab = laboratory();
    const { listener } = open(lab, 1, 53, family);
    const bytes = new Uint8Array(payload);
    open(lab, 0, 4000, family).socket.send(bytes, family === 'IPv4' ? ipv4Of(1) : ipv6Of(1), 53);
    lab.sim.run();
    expect(lab.accounts.count('sent')).toBe(packets);
    expect(lab.accounts.count('bytes')).toBe(wire);
    expect(listener.heard.map(heard => heard.payload)).toEqual([bytes]);
  });

  test('are lost with any of their fragments: n times as often', () => {
    const loss = 0.02;
    const shares = Array.from({ length: 20 }, (_, replication) => {
      const lab = laboratory({ loss: { rate: loss, burst: 1 }, seed: `${replication}` });
      const { listener } = open(lab, 1, 53);
      const { socket } = open(lab, 0, 4000);
      for (let count = 0; count < 500; count++) socket.send(new Uint8Array(1480 * 10 - 8), ipv4Of(1), 53);
      lab.sim.run();
      return listener.heard.length / 500;
    });
    const { low, high } = interval99(shares);
    expect(low).toBeLessThan((1 - loss) ** 10);
    expect(high).toBeGreaterThan((1 - loss) ** 10);
  });

  test('fragments may come in any order and twice', () => {
    const lab = laboratory({ jitter: 50 * MS, duplicate: 0.5 });
    const { listener } = open(lab, 1, 53);
    const { socket } = open(lab, 0, 4000);
    for (let count = 0; count < 50; count++) socket.send(new Uint8Array(10_000).fill(count), ipv4Of(1), 53);
    lab.sim.run();
    // Fragments that come twice may make a datagram twice, as on a real network.
    const heard = new Set(listener.heard.map(({ payload }) => payload[0]));
    expect(heard.size).toBe(50);
    expect(listener.heard.every(({ payload }) => payload.length === 10_000)).toBe(true);
  });

  test('what lacks a fragment is given up after 30 s', () => {
    const lab = laboratory();
    const seen = lab.watch();
    const { socket } = open(lab, 0, 4000);
    const { listener } = open(lab, 1, 53);
    socket.send(new Uint8Array(2000), ipv4Of(1), 53);
    socket.send(new Uint8Array(2000), ipv4Of(1), 53);
    const [first, second, third, fourth] = seen.map(({ packet }) => packet as Fragment);
    lab.hosts.crash(1);
    lab.sim.run();
    const at = (time: number, packet: Fragment) => lab.sim.at(time, () => lab.stacks[1].receive(0, packet));
    at(SECOND, first);
    at(31 * SECOND - 1, second);
    at(40 * SECOND, third);
    at(70 * SECOND, fourth);
    lab.sim.run();
    expect(listener.heard.map(heard => heard.at)).toEqual([31 * SECOND - 1]);
    expect(lab.accounts.count('ip.unassembled')).toBe(1);
  });
});

describe('broadcast', () => {
  test('reaches the hosts of the site and the sender itself, where it is allowed', () => {
    const lab = laboratory({ hosts: 4, sites: [0, 0, 1, 0] });
    const listeners = [0, 1, 2, 3].map(host => open(lab, host, 67).listener);
    const { socket } = open(lab, 0, 68);
    expect(socket.send(hello, '255.255.255.255', 67)).toBe(EACCES);
    socket.setBroadcast(true);
    expect(socket.send(hello, '255.255.255.255', 67)).toBe(0);
    lab.sim.run();
    expect(listeners.map(listener => texts(listener))).toEqual([['hello'], ['hello'], [], ['hello']]);
    expect(listeners[1].heard[0].from).toEqual({ address: ipv4Of(0), family: 'IPv4', port: 68 });
  });

  test('nobody who lacks the port answers', () => {
    const lab = laboratory({ hosts: 2, sites: [0, 0] });
    const { socket } = open(lab, 0, 68);
    socket.setBroadcast(true);
    socket.send(hello, '255.255.255.255', 67);
    lab.sim.run();
    expect(lab.accounts.count('sent')).toBe(1);
  });
});

describe('the receive buffer', () => {
  test('holds what comes while nobody reads, up to its size, and counts what it drops', () => {
    const lab = laboratory();
    const { socket: server, listener } = open(lab, 1, 53);
    const { socket } = open(lab, 0, 4000);
    server.stop();
    for (let count = 0; count < 400; count++) socket.send(Uint8Array.of(count >> 8, count), ipv4Of(1), 53);
    lab.sim.run();
    expect(listener.heard).toEqual([]);
    // Linux takes 768 bytes for a small datagram: 277 fit into 212 992.
    server.start();
    expect(listener.heard).toEqual([]);
    lab.sim.run();
    expect(listener.heard.map(({ payload }) => payload[0] * 256 + payload[1])).toEqual([
      ...Array(277).keys(),
    ]);
    expect(server.overflowed).toBe(123);
    expect(lab.accounts.count('udp.overflow')).toBe(123);
  });

  test('is the same while the host is paused', () => {
    const lab = laboratory();
    const { listener } = open(lab, 1, 53);
    const { socket } = open(lab, 0, 4000);
    lab.stacks[1].pause();
    socket.send(hello, ipv4Of(1), 53);
    lab.sim.run(SECOND);
    expect(listener.heard).toEqual([]);
    lab.stacks[1].resume();
    socket.send(new TextEncoder().encode('again'), ipv4Of(1), 53);
    lab.sim.run(2 * SECOND);
    expect(texts(listener)).toEqual(['hello', 'again']);
    expect(listener.heard.map(({ at }) => at)).toEqual([SECOND, SECOND + 50 * MS]);
  });

  test('is gone with the socket, and with the host', () => {
    for (const end of ['close', 'crash'] as const) {
      const lab = laboratory();
      const { socket: server, listener } = open(lab, 1, 53);
      const { socket } = open(lab, 0, 4000);
      lab.stacks[1].pause();
      socket.send(hello, ipv4Of(1), 53);
      lab.sim.run(SECOND);
      lab.stacks[1].resume();
      if (end === 'close') server.close();
      else lab.stacks[1].crash();
      lab.sim.run(2 * SECOND);
      expect(listener.heard).toEqual([]);
      expect(lab.stacks[1].udp('IPv4').bind('0.0.0.0', 53)).toBe(0);
    }
  });
});

test('a socket is bound once', () => {
  const lab = laboratory();
  const { socket } = open(lab, 0, 4000);
  expect(socket.bind('0.0.0.0', 4001)).toBe(EINVAL);
});
