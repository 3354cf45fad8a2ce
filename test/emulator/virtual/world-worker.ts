// A small world of simulated hosts in a worker thread: builds it, runs it, and posts what its hosts did.
import '../../../emulator/virtual/realm/install.ts';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { planHosts } from '../../../emulator/host-plan.ts';
import type { Packet } from '../../../emulator/virtual/transport/packet.ts';
import { VirtualRun } from '../../../emulator/virtual/virtual-run.ts';
import { Fabric } from '../../../models/network/fabric.ts';
import { Hosts } from '../../../models/network/hosts.ts';
import { Network } from '../../../models/network/network.ts';
import { capsOf } from '../../../models/network/token-buckets.ts';
import { Simulation } from '../../../sim/simulation.ts';
import type { Act, Happened, World } from './world.ts';

const silent = {
  counter: () => ({ add: () => undefined }),
  sample: () => undefined,
  observe: () => undefined,
};

function networkOf(world: World, names: readonly string[]): Network {
  const access = { up: Infinity, down: Infinity, queue: 1e9, ...world.access };
  const spec = { grain: 'message', access, jitter: 0, loss: { rate: world.loss ?? 0, burst: 1 } } as const;
  const delay = world.delay ?? 50e6;
  const between = world.delays;
  const paths = { delay: (a: number, b: number) => between?.[a]?.[b] ?? delay };
  return new Network(
    { senders: names, siteOf: Int32Array.from(names.keys()) },
    paths,
    spec,
    world.seed ?? '1',
  );
}

async function run(world: World): Promise<Happened> {
  const sim = new Simulation();
  const names = world.hosts.map(({ name }) => `test@${name}`);
  const hosts = new Hosts<Packet>([...names.keys()]);
  const network = networkOf(world, names);
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 1500, queue: 0 })));
  const cargo = { copy: (packet: Packet) => packet, corrupt: () => undefined, dropped: () => undefined };
  const meter = silent as never;
  const fabric = new Fabric<Packet>(sim, { network, caps, hosts, cargo }, meter);
  const happened: Happened = {
    lines: [],
    exits: [],
    trace: [],
    digest: '',
    events: 0,
    wall: 0,
    heaps: [],
    error: undefined,
  };
  const virtual = new VirtualRun({
    sim,
    fabric,
    hosts,
    meter,
    seed: world.seed ?? '1',
    services: world.services,
    plans: planHosts(names).map((plan, index) => {
      const {
        service,
        args = [],
        env = {},
        clock = { offset: 0, drift: 0 },
        site = index,
      } = world.hosts[index];
      return { plan, site, clock, service, args, env };
    }),
    patience: world.patience,
    watcher: {
      output: (host, stream, text) =>
        happened.lines.push({ time: sim.now, host: world.hosts[host].name, stream, text }),
      exited: (host, ending) =>
        happened.exits.push({ time: sim.now, host: world.hosts[host].name, ...ending }),
    },
    tracer: record => happened.trace.push(record),
    traced: new Set(world.hosts.flatMap(({ traced }, host) => (traced ? [host] : []))),
  });
  for (const [host, { startAt = 0 }] of world.hosts.entries()) virtual.start(host, startAt);
  for (const act of world.acts ?? []) sim.at(act.at, () => perform(virtual, act));
  const started = process.hrtime.bigint();
  for (const until of [...(world.weighAt ?? []), world.until]) {
    while (!(await virtual.advance(until, world.limit ?? Infinity)));
    if (world.weighAt !== undefined) happened.heaps.push(heap());
  }
  happened.wall = Number(process.hrtime.bigint() - started) / 1e9;
  happened.digest = sim.digest.toString();
  happened.events = sim.events;
  return happened;
}

/** Bytes of what is not garbage. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function perform(virtual: VirtualRun, { host, what, by = 0 }: Act): void {
  if (what === 'jump') virtual.jumpClock(host, by);
  else if (what === 'term') virtual.signal(host, 'SIGTERM');
  else virtual[what](host);
}

run(workerData as World).then(
  happened => parentPort!.postMessage(happened),
  error => parentPort!.postMessage({ error: error instanceof Error ? error.stack : String(error) }),
);
