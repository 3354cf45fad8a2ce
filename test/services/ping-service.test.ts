// `petri-service` from the outside: what it writes, how it ends, and what it says to a wrong command line.
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../protocols/catalogue.ts';
import { Service, stopAll } from './service.ts';

afterEach(stopAll);

const brisk = ['--option', 'every=50ms', '--option', 'timeout=1s'];

const interfaces = Object.values(networkInterfaces()).flatMap(
  list => list?.map(({ address }) => address) ?? [],
);

describe.each(['127.0.0.1', '[::1]'])('two that ping each other over %s', ip => {
  test('measure round trips, and the loss of a peer that dies', async ctx => {
    if (ip === '[::1]' && !interfaces.includes('::1')) ctx.skip('this machine has no IPv6 loopback address');
    const first = new Service('ping', '--listen', `${ip}:0`);
    const peer = await first.address();
    const second = new Service('ping', '--listen', `${ip}:0`, '--join', peer, ...brisk);
    const answer = await second.line(({ metric }) => metric === 'rtt');
    expect(answer.unit).toBe('ns');
    expect(answer.value).toBeGreaterThan(1000);
    expect(answer.value).toBeLessThan(1e9);
    await first.end('SIGKILL');
    await second.line(({ metric, value }) => metric === 'answered' && value === 0);
    expect(second.values('lost').length).toBeGreaterThan(0);
    expect(await second.end('SIGINT')).toEqual({ status: 0, signal: null });
    expect(second.lines.at(-1)).toMatchObject({ event: 'stopped', reason: 'SIGINT' });
  });
});

test('with --answers it says who gave each answer', async () => {
  const peer = await new Service('ping', '--listen', '127.0.0.1:0').address();
  const asker = new Service('ping', '--listen', '127.0.0.1:0', '--join', peer, '--answers', ...brisk);
  const { from, rtt } = await asker.line(({ event }) => event === 'answer');
  expect(from).toBe(peer);
  expect(rtt).toBe(asker.values('rtt')[0]);
});

describe('it ends', () => {
  test('by itself after --seconds', async () => {
    const service = new Service('ping', '--listen', '127.0.0.1:0', '--seconds', '0.2');
    expect(await service.ended).toEqual({ status: 0, signal: null });
    expect(service.lines.map(({ event }) => event)).toEqual(['listening', 'stopped']);
  });

  test('quietly when nobody reads its output any more', async () => {
    const service = new Service('ping', '--listen', '127.0.0.1:0', '--join', '127.0.0.1:9', ...brisk);
    await service.address();
    service.process.stdout!.destroy();
    expect(await service.ended).toEqual({ status: 0, signal: null });
    expect(service.complaint).toBe('');
  });

  test('with status 1 where the port is in use', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
    const service = new Service('ping', '--listen', `127.0.0.1:${socket.address().port}`);
    expect(await service.ended).toEqual({ status: 1, signal: null });
    expect(service.complaint).toMatch(/^petri-service: --listen: the port is in use: .*EADDRINUSE/);
    socket.close();
  });
});

test.each([
  ['chord --answers', '--answers: chord has none, only ping'],
  [
    'pong',
    `Given: "pong", Choices: ${Object.keys(catalogue)
      .map(name => `"${name}"`)
      .join(', ')}`,
  ],
  ['chord --option successors=256', "successors: found '256', expected at most 255"],
  ['ping --option bytes=1MB', "bytes: found '1MB', expected at most 65507"],
])('%s ends with status 2 and says why', async (argv, message) => {
  const service = new Service(...argv.split(' '), '--listen', '127.0.0.1:0');
  expect(await service.ended).toEqual({ status: 2, signal: null });
  expect(service.complaint).toMatch(/^petri-service: /);
  expect(service.complaint).toContain(message);
  expect(service.lines).toEqual([]);
});
