// Real traffic: processes on the loopback interface, over UDP.
import { afterEach, expect, test } from 'vitest';
import { Service, stopAll } from './service.ts';

afterEach(stopAll);

const host = (...options: string[]) =>
  new Service('traffic', '--listen', '127.0.0.1:0', ...options.flatMap(option => ['--option', option]));

test('pages, transfers, requests and datagrams reach a server and are counted', async () => {
  const server = host('pattern=none');
  const address = await server.address();
  const client = (...options: string[]) =>
    new Service(
      ...['traffic', '--listen', '127.0.0.1:0', '--join', address],
      ...options.flatMap(option => ['--option', option]),
    );
  const clients = [
    client('pattern=web', 'web.think=10ms', 'web.pause=1ms', 'web.largest=200KB'),
    client('pattern=bulk', 'bulk.bytes=100KB', 'bulk.pause=100ms'),
    client('every=10ms', 'exchange=request', 'response.bytes=5KB'),
    client('every=10ms', 'pattern=on-off', 'onOff.on=100ms', 'onOff.off=100ms'),
  ];
  const [web, bulk, asking, sending] = clients;
  await web.line(() => web.values('page.latency').length >= 5);
  await bulk.line(() => bulk.values('transfer.rate').length >= 3);
  await asking.line(() => asking.values('response.latency').length >= 50);
  await sending.line(() => sending.values('sent').length >= 50);
  expect(Math.min(...asking.values('response.answered'))).toBe(1);
  expect(Math.max(...web.values('page.bytes'))).toBeGreaterThan(0);
  expect(server.values('received').length).toBeGreaterThan(150);
  const ends = await Promise.all(clients.map(each => each.end('SIGTERM')));
  expect(ends).toEqual(clients.map(() => ({ status: 0, signal: null })));
  expect([server, ...clients].map(service => service.complaint).join('')).toBe('');
});
