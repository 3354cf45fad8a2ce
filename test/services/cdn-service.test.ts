// Content distribution for real: an origin, a replica and a client, each a process, over UDP on the loopback interface.
import { afterEach, expect, test } from 'vitest';
import { Service, stopAll } from './service.ts';

afterEach(stopAll);

const COUNT = 20;
const BYTES = 50_000;
const shared = [
  `objects.count=${COUNT}`,
  `objects.mean=${BYTES}B`,
  'objects.tail=1',
  'redirection=hashing',
  'request.every=50ms',
  'request.timeout=10s',
].flatMap(option => ['--option', option]);

const start = (role: string, ...join: string[]) => {
  const joins = join.flatMap(address => ['--join', address]);
  return new Service('cdn', '--listen', '127.0.0.1:0', '--option', `role=${role}`, ...shared, ...joins);
};
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('a replica spares its origin, and where it is killed the client goes to the origin', async () => {
  const origin = start('origin');
  const replica = start('replica', await origin.address());
  const client = start('client', await replica.address());
  await client.line(() => client.values('fetch.success').length >= 40);
  expect(client.values('fetch.success')).not.toContain(0);
  expect(Math.max(...client.values('fetch.latency'))).toBeLessThan(10e9);
  expect(new Set(client.values('fetch.bytes'))).toEqual(new Set([BYTES]));
  // Each object once, whatever is asked for again.
  expect(sum(origin.values('origin.requests'))).toBeLessThanOrEqual(COUNT);
  const hits = replica.values('hit');
  expect(sum(hits)).toBeGreaterThanOrEqual(hits.length - COUNT - sum(replica.values('coalesced')));
  expect(sum(hits)).toBeGreaterThan(10);

  const spared = start('client', await replica.address(), await origin.address());
  await spared.line(() => spared.values('fetch.success').length >= 20);
  await replica.end('SIGKILL');
  const killed = Date.now();
  await spared.line(() => spared.values('servers.failed', killed).length > 0);
  const gone = Date.now();
  await spared.line(() => spared.values('fetch.success', gone).length >= 20);
  expect(spared.values('fetch.success')).not.toContain(0);
  expect(await client.end('SIGTERM')).toEqual({ status: 0, signal: null });
  for (const service of [origin, replica, client, spared]) {
    expect(service.complaint).toBe('');
    expect(service.values('datagrams.malformed')).toEqual([]);
  }
});
