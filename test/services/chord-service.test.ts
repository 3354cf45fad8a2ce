// A real ring: eight processes on the loopback interface, over UDP.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { chordCodec } from '../../protocols/chord/codec.ts';
import { Onlooker } from './onlooker.ts';
import { Service, stopAll } from './service.ts';

const brisk = [
  'stabilize=200ms',
  'fixFingers=100ms',
  'lookup.every=100ms',
  'rpc.timeout=300ms',
  'lookup.timeout=5s',
].flatMap(option => ['--option', option]);

const node = (...flags: string[]) => new Service('chord', '--listen', '127.0.0.1:0', ...brisk, ...flags);

const onlookers: Onlooker[] = [];
const onlooker = (): Onlooker => {
  const made = new Onlooker();
  onlookers.push(made);
  return made;
};

afterEach(async () => {
  for (const made of onlookers.splice(0)) made.close();
  await stopAll();
});

async function ringOfEight(): Promise<{ services: Service[]; addresses: string[] }> {
  const first = node();
  const address = await first.address();
  const services = [first, ...Array.from({ length: 7 }, () => node('--join', address))];
  return { services, addresses: await Promise.all(services.map(service => service.address())) };
}

/** An address that was free a moment ago. */
async function freeAddress(): Promise<string> {
  const socket = createSocket('udp4');
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>(resolve => socket.close(resolve));
  return `127.0.0.1:${port}`;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('eight nodes', () => {
  test('form one ring, look up, close over two that are killed, and leave in good order', async () => {
    const { services, addresses } = await ringOfEight();
    const network = onlooker();
    expect(await network.seesRing(addresses, 20)).toBe(true);

    const formed = Date.now();
    await sleep(1500);
    const successes = services.flatMap(service => service.values('lookup.success', formed));
    expect(successes.length).toBeGreaterThan(50);
    expect(mean(successes)).toBe(1);
    const hops = services.flatMap(service => service.values('lookup.hops', formed));
    expect(mean(hops)).toBeLessThan(3);
    expect(Math.max(...hops)).toBeGreaterThan(0);
    const latencies = services.flatMap(service => service.values('lookup.latency', formed));
    expect(Math.max(...latencies)).toBeLessThan(5e9);

    const killed = [2, 5];
    await Promise.all(killed.map(index => services[index].end('SIGKILL')));
    const left = addresses.filter((_, index) => !killed.includes(index));
    expect(await network.seesRing(left, 20)).toBe(true);
    const healed = Date.now();
    await sleep(1500);
    const living = services.filter((_, index) => !killed.includes(index));
    const after = living.flatMap(service => service.values('lookup.success', healed));
    expect(after.length).toBeGreaterThan(40);
    expect(mean(after)).toBeGreaterThanOrEqual(0.99);

    const ends = await Promise.all(living.map(service => service.end('SIGTERM')));
    expect(ends).toEqual(living.map(() => ({ status: 0, signal: null })));
    expect(living.map(service => service.complaint).join('')).toBe('');
  });

  test('that name each other and no first one agree on who begins', async () => {
    const addresses = await Promise.all([1, 2, 3].map(freeAddress));
    const join = addresses.flatMap(address => ['--join', address]);
    for (const address of addresses) new Service('chord', '--listen', address, ...brisk, ...join);
    expect(await onlooker().seesRing(addresses, 20)).toBe(true);
  });
});

test('datagrams that are no messages are counted, and do no harm', async () => {
  const service = node();
  const address = await service.address();
  const network = onlooker();
  await service.line(({ metric }) => metric === 'joined');
  const whole = chordCodec.encode({ type: 'notify', rpc: 1, node: { id: 7, address: '127.0.0.1:9' } });
  const hostile = [
    new Uint8Array(0),
    new Uint8Array(60_000).fill(0xff),
    ...Array.from(whole, (_, length) => whole.subarray(0, length)),
  ];
  for (const bytes of hostile) await network.send(address, bytes);
  expect((await network.ask(address, 'alive'))?.type).toBe('ok');
  await service.line(() => service.values('datagrams.malformed').length >= hostile.length);
  expect(service.values('datagrams.malformed').length).toBe(hostile.length);
  // True to form, but nobody is there: a node that never answers.
  await network.send(address, whole);
  expect((await network.ask(address, 'alive'))?.type).toBe('ok');
  expect(await service.end('SIGTERM')).toEqual({ status: 0, signal: null });
});
