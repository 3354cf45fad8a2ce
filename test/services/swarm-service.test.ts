// A real swarm: processes on the loopback interface that pass a file on over UDP.
import { createSocket } from 'node:dgram';
import { afterEach, expect, test } from 'vitest';
import { parseEndpoint } from '../../protocols/socket-address.ts';
import { Service, stopAll } from './service.ts';

const FILE = 2_000_000;

const options = (...assignments: string[]) => assignments.flatMap(assignment => ['--option', assignment]);
const file = options(`file=${FILE}`, 'piece=64KiB', 'block=4KiB', 'rechoke=1s', 'announce=500ms');

const member = (...flags: string[]) => new Service('swarm', '--listen', '127.0.0.1:0', ...file, ...flags);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

afterEach(stopAll);

/** Once it has the file, every byte of it once. */
async function completes(service: Service): Promise<void> {
  await service.line(({ metric }) => metric === 'completed');
  await service.line(() => sum(service.values('downloaded.bytes')) >= FILE);
  expect(sum(service.values('downloaded.bytes'))).toBe(FILE);
}

test('six that know the seed get the file, and a late one gets it from them when the seed is gone', async () => {
  const seed = member(...options('role=seed'));
  const address = await seed.address();
  const peers = Array.from({ length: 6 }, () => member('--join', address));
  await Promise.all(peers.map(completes));
  expect(await seed.end('SIGTERM')).toEqual({ status: 0, signal: null });

  const late = member('--join', await peers[0].address());
  await completes(late);
  const [time] = late.values('download.time');
  expect(time).toBeGreaterThan(0);
  const ends = await Promise.all(peers.map(peer => peer.end('SIGTERM')));
  expect(ends).toEqual(peers.map(() => ({ status: 0, signal: null })));
  const uploaded = sum([seed, ...peers].flatMap(service => service.values('uploaded.bytes')));
  expect(uploaded).toBeGreaterThanOrEqual(7 * FILE);
  expect([seed, late, ...peers].map(({ complaint }) => complaint).join('')).toBe('');
});

test('one that is killed keeps nobody from finishing, nor do datagrams that are no messages', async () => {
  const tracker = member(...options('role=tracker'));
  const join = ['--join', await tracker.address()];
  const seed = member(...options('role=seed'), ...join);
  const peers = Array.from({ length: 3 }, () => member(...join));
  await peers[0].line(({ metric }) => metric === 'pieces');
  await peers[0].end('SIGKILL');
  const socket = createSocket('udp4');
  const { ip, port } = parseEndpoint(await seed.address())!;
  for (const bytes of [[], [0xa1], [0xa1, 9, 0], [0xff, 1, 2, 3]]) {
    await new Promise(resolve => socket.send(Uint8Array.from(bytes), port, ip, resolve));
  }
  socket.close();
  await Promise.all(peers.slice(1).map(completes));
  await seed.line(() => seed.values('datagrams.malformed').length >= 4);
});
