// A real store: five processes on the loopback interface, over UDP.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Service, stopAll } from './service.ts';

const brisk = [
  'keys=4',
  'value=20KB',
  'put.every=200ms',
  'get.every=100ms',
  'timeout=3s',
  'sync.every=500ms',
  'repair.after=500ms',
  'membership.period=200ms',
  'membership.timeout=80ms',
  'membership.suspicionPeriods=2',
  'rpc.timeout=200ms',
].flatMap(option => ['--option', option]);

const host = (...flags: string[]) => new Service('store', '--listen', '127.0.0.1:0', ...brisk, ...flags);

afterEach(stopAll);

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]) => total(values) / values.length;

test('five hosts keep every object through the deaths of two, one after the other', async () => {
  const first = host();
  const address = await first.address();
  const others = Array.from({ length: 4 }, () => host('--join', address));
  let living = [first, ...others];
  const all = (metric: string, since: number) => living.flatMap(service => service.values(metric, since));
  await Promise.all(living.map(service => service.line(() => total(service.values('created')) === 4)));

  for (const dead of [others[0], others[2]]) {
    await dead.end('SIGKILL');
    living = living.filter(service => service !== dead);
    // Until all have heard of it, and replicas have been made anew.
    await sleep(5000);
  }
  const since = Date.now();
  await sleep(2000);
  expect(all('repairs', 0).length).toBeGreaterThan(0);
  expect(all('read.success', since).length).toBeGreaterThan(20);
  expect(mean(all('durability', 0))).toBe(1);
  expect(mean(all('read.success', since))).toBeGreaterThanOrEqual(0.99);
  expect(mean(all('write.success', since))).toBeGreaterThanOrEqual(0.99);
  expect(Math.max(...all('staleness', 0))).toBe(0);

  const ends = await Promise.all(living.map(service => service.end('SIGTERM')));
  expect(ends).toEqual(living.map(() => ({ status: 0, signal: null })));
  expect(living.map(service => service.complaint).join('')).toBe('');
});
