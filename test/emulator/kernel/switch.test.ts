// The switch, as programs of the operating system meet it: their figures against those of the model.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../../models/network/spec.ts';
import { MILLISECOND } from '../../../sim/time.ts';
import { needs } from './ability.ts';
import { Emulation, type Plan, unlimited } from './emulation.ts';

let emulation: Emulation | undefined;

async function emulate(plan: Plan): Promise<Emulation> {
  emulation = await Emulation.start(plan);
  return emulation;
}

afterEach(async () => {
  await emulation?.end();
  emulation = undefined;
});

/** Runs a command in a host to its end. @returns what it printed */
function run(at: Emulation, host: number, command: string): Promise<string> {
  const child = at.hosts.inside(host, () => spawn('sh', ['-c', command], { timeout: 30_000 }));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise(resolve => child.once('close', () => resolve(output)));
}

/** Round trips in milliseconds, from what ping prints. */
async function ping(at: Emulation, host: number, options: string): Promise<number[]> {
  const output = await run(at, host, `ping -n ${options}`);
  return [...output.matchAll(/time=([\d.]+) ms/g)].map(match => Number(match[1]));
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Measures up to three times, until it is as expected: the machine may be busy with something else for a while. */
async function atBest<T>(measure: () => Promise<T>, expected: (measured: T) => boolean): Promise<T> {
  let measured = await measure();
  for (let again = 0; again < 2 && !expected(measured); again++) measured = await measure();
  return measured;
}

const linked = (rate: number): NetworkSpec => ({
  ...unlimited,
  access: { up: rate, down: rate, queue: 100 * MILLISECOND },
});

interface Iperf {
  readonly end: {
    readonly sum: { readonly lost_packets: number; readonly packets: number };
    readonly sum_received: { readonly bits_per_second: number };
  };
}

/** One flow from host 0 to host 1. */
async function iperf(at: Emulation, options: string): Promise<Iperf['end']> {
  const server = at.hosts.inside(1, () =>
    spawn('iperf3', ['-s', '-1', '--forceflush'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  await new Promise(resolve => server.stdout.once('data', resolve));
  const closed = new Promise(resolve => server.once('close', resolve));
  const output = await run(at, 0, `iperf3 -J -c node1 ${options}`);
  await closed;
  return (JSON.parse(output) as Iperf).end;
}

/** UDP datagrams that a host dropped because a program did not fetch them in time. */
function socketDrops(at: Emulation, host: number): number {
  const table = at.hosts.inside(host, () => readFileSync('/proc/thread-self/net/snmp', 'latin1'));
  const [names, values] = table
    .split('\n')
    .filter(line => line.startsWith('Udp:'))
    .map(line => line.split(' '));
  return Number(values[names.indexOf('RcvbufErrors')]);
}

/** Short enough for ping to print its round trips to the microsecond. */
describe('a path of 2 ms each way', () => {
  test.for(['-4', '-6'])('gives ping %s a round trip of 4 ms', async (version, ctx) => {
    needs(ctx, 'ping');
    const at = await emulate({ hosts: 2, delay: 2 * MILLISECOND });
    const trips = await atBest(
      () => ping(at, 0, `${version} -c 100 -i 0.01 node1`),
      trips => median(trips) < 4.3,
    );
    expect(trips).toHaveLength(100);
    expect(Math.min(...trips)).toBeGreaterThanOrEqual(4);
    expect(median(trips)).toBeLessThan(4.3);
  });
});

describe('a path of 10 ms each way', () => {
  const plan: Plan = { hosts: 3, delay: 10 * MILLISECOND };

  test.for(['-4', '-6'])(
    'shows its routers to traceroute %s, at their shares of the delay',
    async (version, ctx) => {
      needs(ctx, 'traceroute');
      const at = await emulate(plan);
      const output = await run(at, 0, `traceroute ${version} -n -q 3 node1`);
      const hops = output.trim().split('\n').slice(1);
      const best = hops.map(hop =>
        Math.min(...[...hop.matchAll(/([\d.]+) ms/g)].map(match => Number(match[1]))),
      );
      expect(hops.length).toBeGreaterThan(2);
      expect(hops.at(-1)).toMatch(version === '-4' ? '10.0.0.2' : 'fd70:6574:7269::2');
      expect(hops[0]).toMatch(version === '-4' ? '100.64.0.1' : 'fd70:6574:726a::1');
      for (let hop = 1; hop < best.length; hop++) expect(best[hop]).toBeGreaterThan(best[hop - 1]);
      expect(best.at(-1)).toBeGreaterThanOrEqual(20);
      expect(best[0]).toBeLessThan(20);
    },
  );

  test('ends at an address of no host, or of none of this network, with what a router says of it', async ctx => {
    needs(ctx, 'ping');
    const at = await emulate(plan);
    expect(await run(at, 0, 'ping -n -c 1 -W 2 10.9.9.9')).toMatch(
      /From 100\.64\.0\.1 .*Destination Host Unreachable/,
    );
    expect(await run(at, 0, 'ping -n -c 1 -W 2 8.8.8.8')).toMatch(/Destination Net Unreachable/);
    const old = await run(at, 0, 'ping -n -c 1 -W 2 fd70:6574:7269::9999');
    expect(old).toMatch(/From fd70:6574:726a::1 .*Destination unreachable: Address unreachable/);
    expect(await run(at, 0, 'ping -n -c 1 -W 2 2001:db8::1')).toMatch(/Destination unreachable: No route/);
  });

  test('ends at a host that is down, which its last router reports, and reaches it when it is up again', async ctx => {
    needs(ctx, 'ping');
    const at = await emulate(plan);
    at.tell({ kind: 'crash', host: 1 });
    expect(await run(at, 0, 'ping -n -c 1 -W 2 node1 -4')).toMatch(
      /From 100\.64\.0\.33 .*Destination Host Unreachable/,
    );
    at.tell({ kind: 'boot', host: 1 });
    expect(await ping(at, 0, '-c 1 -W 2 node1')).toHaveLength(1);
  });

  test('takes as many hops off the time to live as it has routers', async ctx => {
    needs(ctx, 'ping', 'traceroute');
    const at = await emulate(plan);
    const routers = (await run(at, 0, 'traceroute -n -q 1 node1')).trim().split('\n').length - 2;
    for (const version of ['-4', '-6']) {
      expect(await run(at, 0, `ping -n ${version} -c 1 node1`)).toContain(`ttl=${64 - routers}`);
    }
  });

  test('is captured at both ends, bit for bit but for what routers change', async ctx => {
    needs(ctx, 'ping');
    const at = await emulate(plan);
    for (const host of [0, 1]) at.tell({ kind: 'capture', host });
    await ping(at, 0, '-c 1 node1 -4');
    await at.report();
    const seen = at.captured.map(({ host, direction }) => `${host} ${direction}`);
    expect(seen).toEqual(['0 sent', '1 received', '1 sent', '0 received']);
    const [sent, received] = at.captured;
    expect(received.bytes.subarray(12)).toEqual(sent.bytes.subarray(12));
    expect(received.time - sent.time).toBe(10 * MILLISECOND);
  });
});

describe('an access link', () => {
  test.for([10e6, 100e6])('of %d bit/s carries as much of TCP and of UDP', async (rate, ctx) => {
    needs(ctx, 'iperf3');
    const at = await emulate({ hosts: 2, delay: MILLISECOND, network: linked(rate) });
    for (const options of ['-4 -P 2 -O 1 -t 2', `-t 2 -u -b ${1.2 * rate}`]) {
      const goodput = await atBest(
        async () => (await iperf(at, options)).sum_received.bits_per_second,
        goodput => goodput > 0.95 * rate,
      );
      expect(goodput).toBeGreaterThan(0.95 * rate);
      expect(goodput).toBeLessThan(rate);
    }
  });
});

describe('loss of 1 %', () => {
  test('is what iperf3 measures', async ctx => {
    needs(ctx, 'iperf3');
    const lossy: NetworkSpec = { ...unlimited, loss: { rate: 0.01, burst: 1 } };
    const at = await emulate({ hosts: 2, delay: MILLISECOND, network: lossy });
    // What iperf3 does not fetch from its socket in time is no loss of the network's.
    const { sum, missed } = await atBest(
      async () => {
        const before = socketDrops(at, 1);
        const { sum } = await iperf(at, '-4 -t 3 -u -b 8M -l 100');
        return { sum, missed: socketDrops(at, 1) - before };
      },
      ({ missed }) => missed === 0,
    );
    const { report } = await at.report();
    expect([missed, at.hosts.interfaceDrops(0), report.capacity]).toEqual([0, 0, { slab: 0, kernel: 0 }]);
    expect(sum.packets).toBeGreaterThan(20_000);
    // A 99 % interval of a binomial share must cover the model's.
    const bound = 2.576 * Math.sqrt((0.01 * 0.99) / sum.packets);
    expect(Math.abs(sum.lost_packets / sum.packets - 0.01)).toBeLessThan(bound);
  });
});

describe('segmentation offload', () => {
  test('carries large packets, each counted as what its segments have on the wire', async ctx => {
    needs(ctx, 'iperf3');
    const at = await emulate({ hosts: 2, delay: 100_000, offload: true });
    await iperf(at, '-n 200M');
    await wait(100);
    const { report, counts, inFlight } = await at.report();
    const payload = 200 * 2 ** 20;
    expect(report.packets).toBeLessThan(payload / 1448 / 2);
    expect(counts.bytes).toBeGreaterThan((payload * 1500) / 1448);
    expect(inFlight).toBe(0);
  });
});

describe('whatever happens', () => {
  test('each packet ends once, and its slot is free again', async ctx => {
    needs(ctx, 'ping');
    const rough: NetworkSpec = {
      ...linked(5e6),
      jitter: MILLISECOND,
      loss: { rate: 0.1, burst: 2 },
      duplicate: 0.2,
      corrupt: 0.2,
      reorder: { rate: 0.2, by: 5 * MILLISECOND },
    };
    const step = fc.tuple(fc.constantFrom('crash', 'boot'), fc.nat(3), fc.nat(30));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 10 }), async steps => {
        const at = await emulate({ hosts: 4, delay: 3 * MILLISECOND, network: rough, slots: 64 });
        const floods = [0, 1, 2, 3].map(host =>
          run(
            at,
            host,
            `timeout 0.8 ping -q -f -s 800 10.0.0.${((host + 1) % 4) + 1}; timeout 0.2 ping -q -f -t 1 node0`,
          ),
        );
        for (const [kind, host, pause] of steps) {
          await wait(pause);
          at.tell({ kind: kind as 'crash' | 'boot', host });
        }
        await Promise.all(floods);
        for (const host of [0, 1, 2, 3]) at.tell({ kind: 'crash', host });
        for (let left = 50; left > 0 && (await at.report()).inFlight > 0; left--) await wait(100);
        const { counts, inFlight } = await at.end();
        emulation = undefined;
        const dropped = Object.entries(counts).filter(([name]) => name.startsWith('dropped.'));
        const ended = counts.delivered + dropped.reduce((sum, [, count]) => sum + count, 0);
        expect(ended).toBe(counts.sent + counts.duplicated);
        expect(inFlight).toBe(0);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
