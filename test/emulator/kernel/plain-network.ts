// A worker thread with a switch in it, between hosts a constant delay apart: what the lead of a run does, in small.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Moment } from '../../../emulator/kernel/clock.ts';
import { Switch } from '../../../emulator/kernel/switch.ts';
import { Fabric } from '../../../models/network/fabric.ts';
import { Hosts } from '../../../models/network/hosts.ts';
import { Network } from '../../../models/network/network.ts';
import type { NetworkSpec } from '../../../models/network/spec.ts';
import { capsOf } from '../../../models/network/token-buckets.ts';
import { MatrixPaths } from '../../../models/topology/paths.ts';
import { Simulation } from '../../../sim/simulation.ts';

/** What a switch is to be made with. Each host is a node at a site of its own. */
export interface PlainNetwork {
  readonly start: Moment;
  readonly bell: number;
  readonly tunDescriptors: readonly number[];
  readonly offload: boolean;
  /** One-way delay between any two hosts, in nanoseconds. */
  readonly delay: number;
  readonly network: NetworkSpec;
  readonly seed: string;
  readonly slots?: number;
}

/** What it may be told, and answers. */
export type Request =
  | { readonly kind: 'report' | 'stop' }
  | { readonly kind: 'capture' | 'crash' | 'boot'; readonly host: number };

const data = workerData as PlainNetwork;
const port = parentPort!;
const count = data.tunDescriptors.length;
const names = data.tunDescriptors.map((_, index) => `host-${index}`);
const nodes = names.map((_, index) => index);
const delays = Float64Array.from({ length: count * count }, (_, cell) =>
  Math.floor(cell / count) === cell % count ? 0 : data.delay,
);

const sim = new Simulation();
const hosts = new Hosts<number>(nodes);
const paths = new MatrixPaths(count, delays);
const network = new Network(
  { siteOf: Int32Array.from(nodes), senders: names },
  paths,
  data.network,
  data.seed,
);
const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 0, queue: 0 })));
const counts: Record<string, number> = {};
const meter = {
  counter: (name: string) => ({
    add: (by = 1) => {
      counts[name] = (counts[name] ?? 0) + by;
    },
  }),
  distribution: () => ({ record: () => {} }),
};
const packetSwitch: Switch = new Switch({
  sim,
  start: data.start,
  hosts,
  tunDescriptors: data.tunDescriptors,
  offload: data.offload,
  routes: network,
  makeFabric: cargo => new Fabric(sim, { network, caps, hosts, cargo }, meter),
  bell: data.bell,
  serve,
  onPacket: (host, direction, time, bytes) =>
    port.postMessage({ host, direction, time, bytes: Uint8Array.from(bytes) }),
  ...(data.slots === undefined ? {} : { slots: data.slots }),
});

function serve(): void {
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    const request = next.message as Request;
    if (request.kind === 'capture') packetSwitch.capture(request.host, true);
    else if (request.kind === 'crash') hosts.crash(request.host);
    else if (request.kind === 'boot') hosts.boot(request.host, packetSwitch.endpoint(request.host));
    else answer(request.kind);
  }
}

function answer(kind: 'report' | 'stop'): void {
  if (kind === 'stop') packetSwitch.stop();
  port.postMessage({ report: packetSwitch.report(), counts, inFlight: packetSwitch.inFlight });
}

for (const host of nodes) hosts.boot(host, packetSwitch.endpoint(host));
port.postMessage({ ready: true });
packetSwitch.run();
