// Real hosts that an identity moves between: processes on the loopback interface, over UDP.
import { afterEach, expect, test } from 'vitest';
import { Service, stopAll } from './service.ts';

afterEach(stopAll);

const host = (role: string, ...flags: string[]) =>
  new Service('mobility', '--listen', '127.0.0.1:0', '--option', `role=${role}`, ...flags);

const options = (...assignments: string[]) => assignments.flatMap(option => ['--option', option]);

test('identities that move are reached wherever they are, through the rendezvous at first and then straight', async () => {
  const home = host('rendezvous');
  const join = ['--join', await home.address()];
  const stays = [
    'identities=1',
    'dwell=500ms',
    'refresh=1s',
    'rpc.timeout=200ms',
    'handover.style=make-before-break',
  ];
  const points = [1, 2, 3].map(() => host('attachment', ...join, ...options(...stays)));
  await Promise.all(points.map(point => point.line(({ metric }) => metric === 'registrations')));
  const sends = ['send.peers=3', 'send.every=20ms', 'send.timeout=1s', 'refresh=1s'];
  const caller = host('correspondent', ...join, ...options(...sends));

  const total = (services: readonly Service[], metric: string) =>
    services.flatMap(service => service.values(metric)).reduce((sum, value) => sum + value, 0);
  await caller.line(() => caller.values('handover.gap').length >= 10 && total(points, 'handovers') >= 10);
  const [delivered, straight] = [caller.values('delivered'), caller.values('optimised')];
  expect(total([caller], 'delivered') / delivered.length).toBeGreaterThan(0.95);
  expect(straight).toContain(0);
  expect(total([caller], 'optimised') / straight.length).toBeGreaterThan(0.5);
  expect(caller.values('stretch').length).toBeGreaterThan(10);
  expect(total([home], 'relayed')).toBeGreaterThan(0);

  // Whoever leaves hands over what is there, and says so to nobody who does not ask.
  const ends = await Promise.all([points[0], caller].map(service => service.end('SIGTERM')));
  expect(ends).toEqual([1, 2].map(() => ({ status: 0, signal: null })));
  expect([home, ...points, caller].map(service => service.complaint).join('')).toBe('');
});
