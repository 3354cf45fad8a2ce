// Unmodified packages and Node's own protocols between simulated hosts: what comes, and after how long, to the microsecond.
import { describe, expect, test } from 'vitest';
import { bundled, type Happened, linesOf, runWorld } from './world.ts';

/** A server and a client of one service, 50 ms apart; a DNS answer takes 1 ms. */
async function pair(file: string, until = 60e9): Promise<Happened> {
  const services = [await bundled(file)];
  const hosts = [
    { name: 'server', service: 0 },
    { name: 'client', service: 0, args: ['server'] },
  ];
  return runWorld({ services, hosts, until });
}

const client = (happened: Happened) => linesOf(happened, 'client');

describe('at a round trip of 100 ms', () => {
  test('http: a new connection takes 200 ms and the DNS answer, a keep-alive request 100', async () => {
    const happened = await pair('http.cjs');
    expect(client(happened)).toEqual([
      '/ 200 5 201.000 201.000',
      '/ 200 5 201.000 201.000',
      '/ 200 5 100.000 100.000',
      '/slow 200 4 350.000 350.000',
      // Slow start from ten segments: 1 MB is there after seven round trips.
      '/big 200 1000000 100.000 700.000',
      '/post 200 8 100.000 100.000',
      '/ 200 5 201.000 201.000',
      'ECONNREFUSED 2054.000',
      'ENOTFOUND 2055.000',
    ]);
    expect(happened.exits).toEqual([expect.objectContaining({ host: 'client', code: 0 })]);
  });

  test('TLS 1.3 adds one round trip, HTTP/2 in the clear and over TLS none to that', async () => {
    const said = client(await pair('secure.cjs'));
    expect(said.toSorted()).toEqual([
      'http2 h2 /z 301.000',
      'http2 h2c /z 201.000',
      'https secure 301.000',
      'tls TLSv1.3 201.000',
      'tls echo hello 301.000',
    ]);
  });

  test('express and axios', async () => {
    const said = client(await pair('express.mjs'));
    expect(said).toEqual(['200 {"you":{"a":1},"address":"::ffff:10.0.0.2"} 201.000']);
  });

  test('ws', async () => {
    const [open, echo, close] = client(await pair('ws.mjs'));
    expect([open, echo]).toEqual(['open 201.000', 'echo hello 301.000']);
    expect(close).toMatch(/^close 401\.00[01]$/);
  });

  test('fetch and undici; undici asks for its turn by setImmediate, which takes a microsecond', async () => {
    expect(client(await pair('fetch.mjs'))).toEqual([
      'fetch 200 hello /1 201.000',
      'fetch 200 hello /2 201.000',
      'undici 200 hello /1 100.001',
      'undici 200 hello /2 100.001',
      'own true function',
    ]);
  });

  test('a datagram and its answer', async () => {
    expect(client(await pair('echo.cjs'))).toEqual(['echo hello after 101 ms from 10.0.0.1:7']);
  });
});

describe.each(['http.cjs', 'secure.cjs', 'express.mjs', 'ws.mjs', 'fetch.mjs'])('%s', file => {
  test('runs the same way each time', async () => {
    const [first, second] = await Promise.all([pair(file), pair(file)]);
    expect(second.digest).toBe(first.digest);
    expect(second.lines).toEqual(first.lines);
  });
});

describe('bittorrent-dht, 100 nodes and 0.5 % loss', () => {
  const NODES = 100;

  async function run(seed: string): Promise<Happened> {
    const services = [await bundled('dht.mjs')];
    const hosts = Array.from({ length: NODES }, (_, index) => ({
      name: `n${index}`,
      service: 0,
      args: [String(index), String(NODES), index === 0 ? '' : 'n0', '10000'],
      startAt: index * 20e6,
    }));
    return runWorld({ services, hosts, until: 15e9, loss: 0.005, seed });
  }

  test('every lookup finds, and three runs are one', async () => {
    const [other, ...runs] = await Promise.all(['2', '1', '1', '1'].map(run));
    const found = runs[0].lines.filter(({ text }) => /^found [1-9]/.test(text));
    expect(found).toHaveLength(NODES);
    expect(new Set(runs.map(({ digest }) => digest)).size).toBe(1);
    expect(other.digest).not.toBe(runs[0].digest);
  });
});
