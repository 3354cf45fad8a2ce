// TCP connections of simulated hosts: when they open, how they end, and what is left of them, as RFC 9293 and Linux have it.
import { describe, expect, test } from 'vitest';
import { ipv4Of, ipv6Of } from '../../../emulator/host-plan.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECANCELED,
  ECONNREFUSED,
  ECONNRESET,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
  ETIMEDOUT,
} from '../../../emulator/virtual/transport/errno.ts';
import { ACK, FIN, RST, SYN } from '../../../emulator/virtual/transport/packet.ts';
import type { TcpSocket } from '../../../emulator/virtual/transport/stack.ts';
import { MILLISECOND, SECOND } from '../../../sim/time.ts';
import { bytes, isolate, laboratory, listenOn, Peer, pair, segmentsFrom } from './transport-lab.ts';

const MS = MILLISECOND;
const hello = new TextEncoder().encode('hello');

function unexpected(status: number): never {
  throw new Error(`told ${status}, though there was room`);
}

const say = (socket: TcpSocket) => socket.write([hello], unexpected);

describe('opening', () => {
  test('takes a round trip for who connects, half of one more for who accepts', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    expect(client.told).toEqual([{ at: 100 * MS, what: 'connected', status: 0 }]);
    expect(server.told).toEqual([{ at: 150 * MS, what: 'accepted' }]);
  });

  test('a request comes with the end of the handshake: its answer is there after two round trips', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    client.onConnected = () => say(client.socket);
    server.onAccepted = peer => {
      peer.onData = () => say(peer.socket);
    };
    lab.sim.run(SECOND);
    expect(server.children[0].firstAt).toBe(150 * MS);
    expect(client.firstAt).toBe(200 * MS);
    expect(client.received).toBe(5);
  });

  test('the headers take their time on the links: 52 bytes up and down, there and back', () => {
    const access = { up: 8e6, down: 8e6, queue: SECOND };
    const lab = laboratory({ access });
    const { client } = pair(lab);
    lab.sim.run(SECOND);
    expect(client.times('connected')).toEqual([100 * MS + 4 * 52_000]);
  });

  test('each end knows both', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    const [{ socket }] = server.children;
    expect(socket.remote()).toEqual(client.socket.local());
    expect(socket.local()).toEqual({ address: ipv4Of(1), family: 'IPv4', port: 80 });
    expect(client.socket.local()?.address).toBe(ipv4Of(0));
    expect(client.socket.local()?.port).toBeGreaterThanOrEqual(32768);
    expect(client.socket.local()?.port).toBeLessThanOrEqual(60999);
  });

  test('over IPv6 it is the same, with the larger header', () => {
    const access = { up: 8e6, down: 8e6, queue: SECOND };
    const lab = laboratory({ access });
    const server = new Peer(lab, lab.stacks[1].tcp('IPv6'));
    server.socket.bind('::', 80);
    server.socket.listen(1);
    const client = new Peer(lab, lab.stacks[0].tcp('IPv6'));
    expect(client.socket.connect(ipv6Of(1), 80)).toBe(0);
    lab.sim.run(SECOND);
    expect(client.times('connected')).toEqual([100 * MS + 4 * 72_000]);
    expect(server.children[0].socket.remote()?.address).toBe(ipv6Of(0));
  });

  test('the largest segment leaves room for the headers: 1460 bytes, 1440 with IPv6', () => {
    for (const [family, address, mss] of [
      ['IPv4', ipv4Of(1), 1460],
      ['IPv6', ipv6Of(1), 1440],
    ] as const) {
      const lab = laboratory();
      const seen = lab.watch();
      const server = new Peer(lab, lab.stacks[1].tcp(family));
      server.socket.listen(1);
      const client = new Peer(lab, lab.stacks[0].tcp(family));
      client.socket.connect(address, server.socket.local()!.port);
      client.onConnected = () => client.socket.write([new Uint8Array(5000)], unexpected);
      lab.sim.run(SECOND);
      const lengths = segmentsFrom(seen, 0).map(({ segment }) => segment.length);
      expect(lengths.filter(length => length > 0)).toEqual([mss, mss, mss, 5000 - 3 * mss]);
      expect(segmentsFrom(seen, 0)[0].segment.mss).toBe(mss);
      expect(Math.max(...segmentsFrom(seen, 0).map(({ segment }) => segment.bytes))).toBe(1500);
    }
  });

  test('who listens on :: hears IPv4 too, under its mapped address, unless it does not want to', () => {
    const lab = laboratory();
    const server = new Peer(lab, lab.stacks[1].tcp('IPv6'));
    server.socket.bind('::', 80);
    server.socket.listen(1);
    const only = new Peer(lab, lab.stacks[1].tcp('IPv6'));
    only.socket.bind('::', 81, { ipv6Only: true });
    only.socket.listen(1);
    const clients = [80, 81].map(port => {
      const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
      client.socket.connect(ipv4Of(1), port);
      return client;
    });
    lab.sim.run(SECOND);
    expect(clients.map(client => client.statuses('connected'))).toEqual([[0], [ECONNREFUSED]]);
    expect(server.children[0].socket.remote()?.address).toBe(`::ffff:${ipv4Of(0)}`);
  });

  test('within a host it crosses no link', () => {
    const lab = laboratory({ access: { up: 8, down: 8, queue: 0 } });
    const server = listenOn(lab, 0, 80);
    const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
    client.socket.connect('127.0.0.1', 80);
    client.onConnected = () => say(client.socket);
    lab.sim.run(SECOND);
    expect(client.times('connected')[0]).toBeLessThan(MS);
    expect(server.children[0].received).toBe(5);
    expect(server.children[0].socket.remote()?.address).toBe('127.0.0.1');
    expect(lab.accounts.count('sent')).toBe(0);
  });

  test('nobody listens: refused after a round trip', () => {
    const lab = laboratory();
    const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
    client.socket.connect(ipv4Of(1), 80);
    lab.sim.run(SECOND);
    expect(client.told).toEqual([{ at: 100 * MS, what: 'connected', status: ECONNREFUSED }]);
  });

  test.each(['a host that is down', 'an address that no host has'])(
    '%s: timed out after 127 s, with seven SYNs',
    who => {
      const lab = laboratory();
      const seen = lab.watch();
      if (who === 'a host that is down') lab.hosts.crash(1);
      const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
      client.socket.connect(ipv4Of(who === 'a host that is down' ? 1 : 77), 80);
      lab.sim.run(200 * SECOND);
      expect(client.told).toEqual([{ at: 127 * SECOND, what: 'connected', status: ETIMEDOUT }]);
      expect(segmentsFrom(seen, 0).map(({ at }) => at / SECOND)).toEqual([0, 1, 3, 7, 15, 31, 63]);
      expect(lab.sim.pending).toBe(0);
    },
  );

  test('a lost SYN costs a second, a lost answer too', () => {
    for (const lost of [0, 1]) {
      const lab = laboratory();
      const heal = isolate(lab, 1);
      if (lost === 1) heal();
      const { client } = pair(lab);
      if (lost === 1) {
        lab.sim.run(60 * MS);
        const again = isolate(lab, 1);
        lab.sim.run(900 * MS);
        again();
      } else {
        lab.sim.run(900 * MS);
        heal();
      }
      lab.sim.run(10 * SECOND);
      expect(client.times('connected')).toEqual([SECOND + 100 * MS]);
    }
  });

  test('two that connect to each other at once are connected to each other', () => {
    const lab = laboratory();
    const peers = [0, 1].map(host => {
      const peer = new Peer(lab, lab.stacks[host].tcp('IPv4'));
      peer.socket.bind('0.0.0.0', 5000);
      return peer;
    });
    for (const [host, peer] of peers.entries()) peer.socket.connect(ipv4Of(1 - host), 5000);
    peers[0].onConnected = () => say(peers[0].socket);
    lab.sim.run(SECOND);
    expect(peers.map(peer => peer.statuses('connected'))).toEqual([[0], [0]]);
    expect(peers[1].received).toBe(5);
  });

  test('what cannot be is answered with an error number', () => {
    const lab = laboratory();
    const socket = lab.stacks[0].tcp('IPv4');
    expect(socket.connect('8.8.8.8', 80)).toBe(ENETUNREACH);
    expect(socket.bind(ipv4Of(1), 80)).toBe(EADDRNOTAVAIL);
    expect(socket.bind(ipv4Of(0), 80)).toBe(0);
    expect(socket.bind(ipv4Of(0), 81)).toBe(EINVAL);
    expect(lab.stacks[0].tcp('IPv4').bind('0.0.0.0', 80)).toBe(EADDRINUSE);
    expect(lab.stacks[0].tcp('IPv6').bind('::', 80)).toBe(EADDRINUSE);
    expect(lab.stacks[0].tcp('IPv6').bind('::', 80, { ipv6Only: true })).toBe(0);
    expect(lab.stacks[0].tcp('IPv4').bind('127.0.0.1', 80)).toBe(0);
    expect(socket.connect(ipv4Of(1), 80)).toBe(0);
    expect(socket.connect(ipv4Of(1), 80)).toBe(EISCONN);
    const statuses: number[] = [];
    expect(socket.write([hello], status => statuses.push(status))).toBe(false);
    expect(statuses).toEqual([]);
    lab.sim.run(0);
    expect(statuses).toEqual([ENOTCONN]);
  });

  test('ephemeral ports follow from the seed', () => {
    const portsOf = (seed: string) => {
      const lab = laboratory({ seed });
      return Array.from({ length: 3 }, () => {
        const { socket } = new Peer(lab, lab.stacks[0].tcp('IPv4'));
        socket.connect(ipv4Of(1), 80);
        return socket.local()?.port;
      });
    };
    expect(portsOf('one')).toEqual(portsOf('one'));
    expect(portsOf('one')).not.toEqual(portsOf('two'));
    expect(new Set(portsOf('one')).size).toBe(3);
  });

  test('more connections than ephemeral ports need another destination', () => {
    const lab = laboratory({ hosts: 3 });
    const connect = (host: number) => lab.stacks[0].tcp('IPv4').connect(ipv4Of(host), 80);
    for (let count = 0; count < 28232; count++) connect(1);
    expect(connect(1)).toBe(EADDRNOTAVAIL);
    expect(connect(2)).toBe(0);
  });
});

describe('ending', () => {
  test('each direction ends for itself', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    client.onConnected = () => {
      say(client.socket);
      expect(client.socket.shutdown(unexpected)).toBe(true);
    };
    lab.sim.run(SECOND);
    const [peer] = server.children;
    expect(peer.received).toBe(5);
    expect(peer.times('end')).toEqual([150 * MS]);
    expect(client.times('end')).toEqual([]);
    // The other direction lives on.
    say(peer.socket);
    lab.sim.run(2 * SECOND);
    expect(client.received).toBe(5);
    peer.socket.shutdown(unexpected);
    lab.sim.run(3 * SECOND);
    expect(client.times('end')).toEqual([2 * SECOND + 50 * MS]);
    expect([...client.statuses('failed'), ...peer.statuses('failed')]).toEqual([]);
    expect(lab.sim.pending).toBe(0);
  });

  test('who has shut down cannot write', () => {
    const lab = laboratory();
    const { client } = pair(lab);
    lab.sim.run(SECOND);
    client.socket.shutdown(unexpected);
    const statuses: number[] = [];
    client.socket.write([hello], status => statuses.push(status));
    lab.sim.run(2 * SECOND);
    expect(statuses).toEqual([EPIPE]);
  });

  test('who closes first rests for 60 s: the same ends cannot be joined again before', () => {
    const lab = laboratory();
    const server = listenOn(lab, 1, 80);
    server.onAccepted = peer => {
      peer.onEnd = () => peer.socket.close();
    };
    const connect = () => {
      const socket = lab.stacks[0].tcp('IPv4');
      expect(socket.bind('0.0.0.0', 5000)).toBe(0);
      const status = socket.connect(ipv4Of(1), 80);
      return { socket, status };
    };
    const first = connect();
    lab.sim.run(SECOND);
    first.socket.close();
    lab.sim.run(2 * SECOND);
    expect(lab.sim.pending).toBe(0);
    const second = connect();
    expect(second.status).toBe(EADDRNOTAVAIL);
    second.socket.close();
    lab.sim.run(SECOND + 100 * MS + 60 * SECOND - 1);
    const third = connect();
    expect(third.status).toBe(EADDRNOTAVAIL);
    third.socket.close();
    lab.sim.run(SECOND + 100 * MS + 60 * SECOND);
    expect(connect().status).toBe(0);
    lab.sim.run(70 * SECOND);
    expect(server.children).toHaveLength(2);
  });

  test('a port whose connections rest can be listened on, and a new SYN wakes such a connection', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    server.children[0].socket.close();
    lab.sim.run(2 * SECOND);
    const port = client.socket.local()!.port;
    client.socket.close();
    server.socket.close();
    lab.sim.run(3 * SECOND);
    const again = listenOn(lab, 1, 80);
    const reuse = new Peer(lab, lab.stacks[0].tcp('IPv4'));
    expect(reuse.socket.bind('0.0.0.0', port)).toBe(0);
    expect(reuse.socket.connect(ipv4Of(1), 80)).toBe(0);
    lab.sim.run(4 * SECOND);
    expect(reuse.statuses('connected')).toEqual([0]);
    expect(again.children).toHaveLength(1);
  });

  test('both close at once: both rest', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    const seen = lab.watch();
    client.socket.close();
    server.children[0].socket.close();
    lab.sim.run(2 * SECOND);
    for (const host of [0, 1]) {
      expect(segmentsFrom(seen, host).map(({ segment }) => segment.flags)).toEqual([FIN | ACK, ACK]);
    }
    expect(lab.sim.pending).toBe(0);
  });

  test('a lost FIN is sent again, and a lost acknowledgment of one is given again by who rests', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    server.onAccepted = peer => {
      peer.onEnd = () => peer.socket.close();
    };
    lab.sim.run(SECOND);
    let heal = isolate(lab, 0);
    client.socket.close();
    lab.sim.run(1.2 * SECOND);
    heal();
    // Sent again after 100 ms + 200 ms; its acknowledgment and the other FIN are under way at 1.4 s, the last one is lost.
    lab.sim.run(1.4 * SECOND + 10 * MS);
    heal = isolate(lab, 0);
    lab.sim.run(1.5 * SECOND);
    heal();
    const seen = lab.watch();
    lab.sim.run(10 * SECOND);
    expect(segmentsFrom(seen, 1).map(({ segment }) => segment.flags & FIN)).toEqual([FIN]);
    expect(segmentsFrom(seen, 0).map(({ segment }) => segment.flags)).toEqual([ACK]);
    expect(lab.sim.pending).toBe(0);
  });

  test('a reset ends both directions, and loses what was not read', () => {
    const lab = laboratory();
    const { server, client } = pair(lab, { reads: false });
    client.onConnected = () => say(client.socket);
    lab.sim.run(SECOND);
    client.socket.reset();
    lab.sim.run(2 * SECOND);
    const [peer] = server.children;
    expect(peer.statuses('failed')).toEqual([ECONNRESET]);
    peer.socket.readStart();
    lab.sim.run(3 * SECOND);
    expect(peer.received).toBe(0);
    expect(client.statuses('failed')).toEqual([]);
  });

  test('closing with bytes unread, or before more come, resets', () => {
    const lab = laboratory();
    const { server, client } = pair(lab, { reads: false });
    client.onConnected = () => say(client.socket);
    lab.sim.run(SECOND);
    server.children[0].socket.close();
    lab.sim.run(2 * SECOND);
    expect(client.statuses('failed')).toEqual([ECONNRESET]);

    const other = laboratory();
    const second = pair(other);
    other.sim.run(SECOND);
    second.server.children[0].socket.close();
    other.sim.run(2 * SECOND);
    expect(second.client.times('end')).toEqual([SECOND + 50 * MS]);
    say(second.client.socket);
    other.sim.run(3 * SECOND);
    expect(second.client.statuses('failed')).toEqual([EPIPE]);
  });

  test('closing cancels the writes that have no place in the send buffer, and sends the others', () => {
    const lab = laboratory();
    const { server, client } = pair(lab, { reads: false });
    lab.sim.run(SECOND);
    const statuses: number[] = [];
    expect(client.socket.write([...bytes(1e6)], status => statuses.push(status))).toBe(false);
    const left = client.socket.unadmitted;
    expect(left).toBeGreaterThan(0);
    client.socket.close();
    server.children[0].socket.readStart();
    lab.sim.run(10 * SECOND);
    expect(statuses).toEqual([ECANCELED]);
    expect(server.children[0].received).toBe(1e6 - left);
    expect(server.children[0].times('end')).toHaveLength(1);
  });

  test('who has left waits 60 s for the other side to close, and no longer', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    client.socket.close();
    lab.sim.run(61 * SECOND + 99 * MS);
    expect(lab.sim.pending).toBe(1);
    lab.sim.run(61 * SECOND + 101 * MS);
    expect(lab.sim.pending).toBe(0);
    say(server.children[0].socket);
    lab.sim.run(70 * SECOND);
    expect(server.children[0].statuses('failed')).toEqual([EPIPE]);
  });

  test('a silent peer: given up after the 924.6 s of tcp_retries2 = 15', () => {
    const lab = laboratory();
    const { client } = pair(lab);
    lab.sim.run(SECOND);
    isolate(lab, 1);
    const statuses: number[] = [];
    client.socket.write([...bytes(1e6)], status => statuses.push(status));
    lab.sim.run(5000 * SECOND);
    const [failed] = client.times('failed');
    expect(client.statuses('failed')).toEqual([ETIMEDOUT]);
    expect(statuses).toEqual([ETIMEDOUT]);
    expect(failed).toBeGreaterThan(924.6 * SECOND);
    expect(failed).toBeLessThan((924.6 + 120 + 2) * SECOND);
  });

  test('keep-alive finds a silent peer: after the idle time, ten probes, a second apart', () => {
    const lab = laboratory();
    const { client } = pair(lab);
    lab.sim.run(100 * MS);
    client.socket.setKeepAlive(true, 30 * SECOND);
    lab.sim.run(100 * SECOND);
    expect(client.told).toHaveLength(1);
    lab.hosts.crash(1);
    lab.sim.run(1000 * SECOND);
    expect(client.statuses('failed')).toEqual([ETIMEDOUT]);
    const [failed] = client.times('failed');
    // The last answer came 100 ms after a probe; probes had come every 30 s + 100 ms.
    expect(failed).toBe(90.2 * SECOND + 100 * MS + 100 * MS + 40 * SECOND);
  });

  test('a connection with nothing under way holds no event', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    client.onConnected = () => say(client.socket);
    lab.sim.run(10 * SECOND);
    expect(server.children[0].received).toBe(5);
    expect(lab.sim.pending).toBe(0);
  });
});

describe('hosts', () => {
  test('a crash is silent; after the restart the next segment is answered with a reset', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.sim.run(SECOND);
    lab.hosts.crash(1);
    lab.stacks[1].crash();
    lab.sim.run(5 * SECOND);
    expect(client.statuses('failed')).toEqual([]);
    lab.hosts.boot(1, lab.stacks[1]);
    lab.sim.run(10 * SECOND);
    expect(client.statuses('failed')).toEqual([]);
    say(client.socket);
    lab.sim.run(20 * SECOND);
    expect(client.times('failed')).toEqual([10 * SECOND + 100 * MS]);
    expect(client.statuses('failed')).toEqual([ECONNRESET]);
    expect(server.children[0].told).toEqual([]);
  });

  test('a crash takes all timers along', () => {
    const lab = laboratory();
    const { client } = pair(lab);
    lab.sim.run(2 * SECOND);
    isolate(lab, 1);
    say(client.socket);
    new Peer(lab, lab.stacks[0].tcp('IPv4')).socket.connect(ipv4Of(77), 1);
    expect(lab.sim.pending).toBe(2);
    lab.hosts.crash(0);
    lab.stacks[0].crash();
    expect(lab.sim.pending).toBe(0);
    lab.sim.run(1000 * SECOND);
    expect(client.told).toHaveLength(1);
  });

  test('while the programs of a host stand still its kernel accepts, acknowledges and waits', () => {
    const lab = laboratory();
    const server = listenOn(lab, 1, 80);
    lab.stacks[1].pause();
    const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
    client.socket.connect(ipv4Of(1), 80);
    client.onConnected = () => {
      say(client.socket);
      client.socket.shutdown(unexpected);
    };
    lab.sim.run(10 * SECOND);
    expect(client.statuses('connected')).toEqual([0]);
    expect(lab.accounts.count('tcp.retransmitted')).toBe(0);
    expect(server.told).toEqual([]);
    lab.stacks[1].resume();
    expect(server.told).toEqual([]);
    lab.sim.run(11 * SECOND);
    expect(server.times('accepted')).toEqual([10 * SECOND]);
    expect(server.children[0].received).toBe(5);
    expect(server.children[0].times('end')).toEqual([10 * SECOND]);
  });

  test('what happens to a connection before it is accepted is told when it is', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.stacks[1].pause();
    lab.sim.run(SECOND);
    client.socket.reset();
    lab.sim.run(2 * SECOND);
    lab.stacks[1].resume();
    lab.sim.run(3 * SECOND);
    expect(server.children[0].told).toEqual([{ at: 2 * SECOND, what: 'failed', status: ECONNRESET }]);
  });

  test('what happens to who connects is told in order when its programs go on', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    server.onAccepted = peer => {
      say(peer.socket);
      peer.socket.close();
    };
    lab.stacks[0].pause();
    lab.sim.run(5 * SECOND);
    expect(client.told).toEqual([]);
    lab.stacks[0].resume();
    lab.sim.run(6 * SECOND);
    expect(client.told.map(({ what }) => what)).toEqual(['connected', 'end']);
    expect(client.received).toBe(5);
  });

  test('a full backlog lets further connections wait until someone is accepted', () => {
    const lab = laboratory();
    const server = new Peer(lab, lab.stacks[1].tcp('IPv4'));
    server.socket.bind('0.0.0.0', 80);
    server.socket.listen(2);
    lab.stacks[1].pause();
    const clients = Array.from({ length: 5 }, (_, index) => {
      const client = new Peer(lab, lab.stacks[0].tcp('IPv4'));
      lab.sim.at(index * 200 * MS, () => client.socket.connect(ipv4Of(1), 80));
      return client;
    });
    lab.sim.run(2 * SECOND);
    // As on Linux, whose queue holds one more than the backlog.
    expect(clients.map(client => client.statuses('connected'))).toEqual([[0], [0], [0], [], []]);
    lab.stacks[1].resume();
    lab.sim.run(10 * SECOND);
    expect(clients.map(client => client.statuses('connected'))).toEqual([[0], [0], [0], [0], [0]]);
    expect(server.children).toHaveLength(5);
  });

  test('a listener that closes resets what it has not accepted', () => {
    const lab = laboratory();
    const { server, client } = pair(lab);
    lab.stacks[1].pause();
    lab.sim.run(SECOND);
    server.socket.close();
    lab.sim.run(2 * SECOND);
    expect(client.statuses('failed')).toEqual([ECONNRESET]);
    const late = new Peer(lab, lab.stacks[0].tcp('IPv4'));
    late.socket.connect(ipv4Of(1), 80);
    lab.sim.run(3 * SECOND);
    expect(late.statuses('connected')).toEqual([ECONNREFUSED]);
  });

  test('a reset that was not meant for the connection as it stands is not believed (RFC 5961)', () => {
    const lab = laboratory();
    const seen = lab.watch();
    const { client } = pair(lab);
    lab.sim.run(SECOND);
    const answer = segmentsFrom(seen, 1).find(({ segment }) => (segment.flags & SYN) !== 0)!.segment;
    const forged = Object.create(answer, {
      flags: { value: RST },
      sequence: { value: answer.sequence + 1000 },
    }) as typeof answer;
    lab.stacks[0].receive(1, forged);
    lab.sim.run(2 * SECOND);
    expect(client.statuses('failed')).toEqual([]);
    expect(segmentsFrom(seen, 0).at(-1)).toMatchObject({ at: SECOND, segment: { flags: ACK } });
  });
});
