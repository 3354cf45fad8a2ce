// The start-up test: says whether virtual time works on this Node.js, whose internals it stands on, before a run relies on it.
import './realm/install.ts';

import { Fabric } from '../../models/network/fabric.ts';
import { Hosts } from '../../models/network/hosts.ts';
import { Network } from '../../models/network/network.ts';
import { capsOf } from '../../models/network/token-buckets.ts';
import type { Meter } from '../../protocols/port.ts';
import { Simulation } from '../../sim/simulation.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { planHosts } from '../host-plan.ts';
import type { ServiceBundle } from '../service/bundle.ts';
import { RealmError } from './realm/internals.ts';
import { EXPECTED, PROGRAM } from './self-test-program.ts';
import type { Packet } from './transport/packet.ts';
import { VirtualRun } from './virtual-run.ts';

const PATH = 50 * MILLISECOND;

/** Nobody wants to know. */
const idle: Meter = {
  counter: () => ({ add: () => undefined }),
  distribution: () => ({ record: () => undefined }),
};

/** Two hosts, 50 ms apart, on unlimited links. */
function network(names: readonly string[]): Network {
  const access = { up: Infinity, down: Infinity, queue: 0 };
  const attachment = { senders: names, siteOf: Int32Array.from(names.keys()) };
  const spec = { grain: 'message', access, jitter: 0, loss: { rate: 0, burst: 1 } } as const;
  return new Network(attachment, { delay: () => PATH }, spec, 'self-test');
}

const service: ServiceBundle = {
  name: 'self-test.js',
  main: '/app/self-test.js',
  code: PROGRAM,
  map: JSON.stringify({ version: 3, sources: [], names: [], mappings: '' }),
  folders: [{ path: '/app', folder: '/nonexistent' }],
  warnings: [],
};

/**
 * Runs UDP, TCP, http, TLS, HTTP/2, timers and cryptography between two hosts and compares each answer and its time.
 * @throws {RealmError} in one line, where this Node.js does not do what is expected of it
 */
export async function selfTest(): Promise<void> {
  const names = ['self-test@server', 'self-test@client'];
  const sim = new Simulation();
  const hosts = new Hosts<Packet>([...names.keys()]);
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 1500, queue: 0 })));
  const cargo = { copy: (packet: Packet) => packet, corrupt: () => undefined, dropped: () => undefined };
  const fabric = new Fabric<Packet>(sim, { network: network(names), caps, hosts, cargo }, idle);
  const found = new Set<string>();
  const run = new VirtualRun({
    sim,
    fabric,
    hosts,
    meter: idle,
    seed: 'self-test',
    services: [service],
    plans: planHosts(names).map((plan, site) => ({
      plan,
      site,
      clock: { offset: 0, drift: 0 },
      service: 0,
      args: site === 0 ? [] : ['server'],
      env: {},
    })),
    watcher: { output: (_host, _stream, line) => found.add(line), exited: () => undefined },
  });
  for (const host of names.keys()) run.start(host);
  await run.advance(3 * SECOND);
  run.stop();
  const missing = EXPECTED.filter(line => !found.has(line));
  if (missing.length === 0) return;
  const said = [...found].filter(line => !EXPECTED.includes(line)).join('; ') || 'nothing else';
  throw new RealmError(
    `virtual time does not work on Node.js ${process.versions.node}: expected "${missing.join('", "')}", got ${said}`,
  );
}
