// Transfers as flows: how long they take, by hand and by theory, and what becomes of them when an end goes down.
import { describe, expect, test } from 'vitest';
import { Flows, type TransferObserver } from '../../models/network/flow/flows.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import type { NetworkSpec } from '../../models/network/spec.ts';
import { stream } from '../../sim/random.ts';
import { Simulation } from '../../sim/simulation.ts';
import { HOUR, MILLISECOND, SECOND } from '../../sim/time.ts';
import { interval99 } from '../statistics.ts';

const PATH = 30 * MILLISECOND;

interface Setting {
  readonly network?: Partial<NetworkSpec>;
  /** bit/s, of each host's cap. */
  readonly uplink?: number;
}

/** Nodes 0 and 1 at the first site, 2 and 3 at the second, a host on each; 8 Mbit/s up and down where not said. */
function room({ network: change, uplink = Infinity }: Setting = {}) {
  const sim = new Simulation();
  const hosts = new Hosts<unknown>([0, 1, 2, 3]);
  const spec: NetworkSpec = {
    grain: 'flow',
    access: { up: 8e6, down: 8e6, queue: 0 },
    jitter: 0,
    loss: { rate: 0, burst: 1 },
    ...change,
  };
  const attachment = { senders: ['a', 'b', 'c', 'd'], siteOf: Int32Array.of(0, 0, 1, 1) };
  const network = new Network(attachment, { delay: () => PATH }, spec, 'seed');
  const caps = [0, 1, 2, 3].map(() => ({ uplink, burst: 0, queue: 0 }));
  const flows = new Flows(sim, network, hosts, caps);
  for (const host of [0, 1, 2, 3]) hosts.boot(host, { receive: () => undefined });
  const times: Record<string, number> = {};
  const failed: string[] = [];
  const observer = (name: string): TransferObserver => ({
    completed: (_bytes, time) => {
      times[name] = time;
    },
    failed: () => void failed.push(name),
  });
  const start = (name: string, from: number, to: number, bytes: number) =>
    flows.start(from, to, bytes, observer(name));
  return { sim, hosts, flows, start, times, failed };
}

describe('a transfer', () => {
  test('alone takes its bytes over the slowest link, and the path', () => {
    const { sim, start, times } = room();
    start('one', 0, 2, 1e6);
    sim.run();
    expect(times.one).toBe(SECOND + PATH);
  });

  test("is held to its sender's cap", () => {
    const { sim, start, times } = room({ uplink: 2e6 });
    start('one', 0, 2, 1e6);
    sim.run();
    expect(times.one).toBe(4 * SECOND + PATH);
  });

  test('shares with who comes, and has all again when that one is done', () => {
    const { sim, start, times } = room();
    start('long', 0, 2, 3e6);
    sim.at(SECOND, () => start('short', 0, 3, 0.5e6));
    sim.run();
    // Of 3 MB one is gone after a second; each has .5 MB/s for a second, then the long one goes on with 1.5 MB left.
    expect(times.short).toBe(SECOND + PATH);
    expect(times.long).toBe(3.5 * SECOND + PATH);
  });

  test('between two nodes of one site passes no site link, and on one node no link at all', () => {
    const site = { up: 1e6, down: 1e6, queue: 0, own: { up: 0, down: 0, packet: 1000 } };
    const { sim, start, times } = room({ network: { site } });
    start('out', 0, 2, 1e6);
    start('in the house', 1, 0, 1e6);
    start('in the node', 3, 3, 1e9);
    sim.run();
    expect(times.out).toBe(8 * SECOND + PATH);
    expect(times['in the house']).toBe(SECOND + PATH);
    expect(times['in the node']).toBeLessThan(MILLISECOND);
  });

  test("has what the site's own traffic leaves of its link", () => {
    const site = { up: 4e6, down: Infinity, queue: 0, own: { up: 3e6, down: 0, packet: 1000 } };
    const { sim, start, times } = room({ network: { site } });
    start('one', 0, 2, 1e6);
    sim.run();
    expect(times.one).toBe(8 * SECOND + PATH);
  });

  test('fails when an end goes down, and frees what it had', () => {
    const { sim, hosts, flows, start, times, failed } = room();
    start('dies', 0, 2, 8e6);
    start('lives', 1, 2, 1e6);
    sim.at(SECOND, () => {
      hosts.crash(0);
      flows.hostDown(0);
    });
    sim.at(SECOND + 1, () => start('stillborn', 3, 0, 1));
    sim.run();
    expect(failed).toEqual(['dies', 'stillborn']);
    expect(times).toEqual({ lives: 1.5 * SECOND + PATH });
    expect(flows.active).toBe(0);
  });
});

describe('many transfers', () => {
  test('that come at random to one link are in progress as in a queue that shares its server: rho / (1 - rho)', () => {
    // M/G/1 with processor sharing: the number is geometric whatever the sizes (Kleinrock, Queueing Systems II, 1976,
    // section 4.4). Sizes are exponential here, 1 s of the link at the mean; the link is busy for .6 of the time.
    const seen = Array.from({ length: 20 }, (_, run) => {
      const { sim, flows, start } = room();
      const random = stream(`${run}`);
      const numbers: number[] = [];
      const next = () => {
        if (sim.now > SECOND * 500) numbers.push(flows.active);
        start('one', 0, 2, Math.ceil(random.exponential(1e6)));
        sim.after(random.exponential(SECOND / 0.6), next);
      };
      next();
      sim.run(HOUR);
      return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    });
    const { low, high } = interval99(seen);
    expect(low).toBeLessThan(1.5);
    expect(high).toBeGreaterThan(1.5);
    expect(high - low).toBeLessThan(0.3);
  });

  test('all end, and carry no more than the links do', () => {
    const { sim, start, times } = room();
    const random = stream('many');
    let bytes = 0;
    for (let name = 0; name < 300; name++) {
      const size = 1 + random.integer(1e6);
      bytes += size;
      sim.at(random.integer(10 * SECOND), () =>
        start(`${name}`, random.integer(2), 2 + random.integer(2), size),
      );
    }
    sim.run();
    expect(Object.keys(times)).toHaveLength(300);
    // Two links of 1 MB/s.
    expect(sim.now).toBeGreaterThanOrEqual((bytes / 2e6) * SECOND);
  });
});
