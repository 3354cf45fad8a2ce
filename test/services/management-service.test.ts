// A real management plane: authorities and node daemons as processes on the loopback interface, over UDP.
import { afterEach, describe, expect, test } from 'vitest';
import { Service, stopAll } from './service.ts';

const start = (role: 'authority' | 'node', join: readonly string[], ...options: readonly string[]) =>
  new Service(
    'management',
    '--listen',
    '127.0.0.1:0',
    ...join.flatMap(address => ['--join', address]),
    ...[`role=${role}`, 'rpc.timeout=200ms', ...options].flatMap(option => ['--option', option]),
  );

const authority = (...join: readonly string[]) =>
  start('authority', join, 'changes.every=300ms', 'changes.slices=5', 'sync=200ms');

afterEach(stopAll);

describe.each([
  ['poll', ['poll.every=200ms', 'poll.spread=100ms', 'fetch=full']],
  ['push', ['mode=push', 'push.heartbeat=500ms', 'fetch=delta']],
])('an authority and three node daemons, by %s', (_, options) => {
  test('carry out changes, say so, and leave in good order', async () => {
    const central = authority();
    const address = await central.address();
    const nodes = [1, 2, 3].map(() => start('node', [address], 'create=20ms', 'report=300ms', ...options));
    for (const node of nodes) await node.line(({ metric }) => metric === 'registered');
    const reached = () => central.values('change.spread100').length;
    await central.line(() => reached() >= 5 && central.values('change.delay').length >= 15);
    await central.line(({ metric, value }) => metric === 'slivers.running' && value! > 0);
    const all = [...nodes, central];
    for (const service of all) expect(service.values('datagrams.malformed')).toEqual([]);
    expect(await Promise.all(all.map(service => service.end('SIGTERM')))).toEqual(
      all.map(() => ({ status: 0, signal: null })),
    );
    expect(all.map(service => service.complaint).join('')).toBe('');
    expect(central.values('changes.acknowledged').length).toBe(central.values('changes').length);
  });
});

test('daemons whose authority is killed turn to the other one', async () => {
  const first = authority();
  const firstAddress = await first.address();
  const second = authority(firstAddress);
  const secondAddress = await second.address();
  const nodes = [1, 2, 3].map(() =>
    start('node', [firstAddress, secondAddress], 'create=1ms', 'poll.every=200ms', 'poll.spread=0s'),
  );
  for (const node of nodes) await node.line(({ metric }) => metric === 'registered');
  await first.end('SIGKILL');
  const killed = Date.now();
  const reached = () => second.values('change.spread100', killed).length;
  await second.line(() => second.values('authority.fetches', killed).length > 0 && reached() >= 3);
  const turned = nodes.flatMap(node => node.values('failovers')).length;
  // Each has registered once, and once more each time that it turned to another.
  expect(nodes.flatMap(node => node.values('registered')).length).toBe(3 + turned);
});
