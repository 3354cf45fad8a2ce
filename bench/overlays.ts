// Overlays: hash tables of many nodes that look up keys and keep their tables, over 10 Mbit/s access links and 200 sites.
// As a program of its own: `overlays.js PROTOCOL HOSTS SECONDS`, which prints what it came to as JSON.
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { furnish, SimulatedHost } from '../models/host/simulated-host.ts';
import { Hosts } from '../models/network/hosts.ts';
import { Network } from '../models/network/network.ts';
import type { NetworkSpec } from '../models/network/spec.ts';
import { capsOf } from '../models/network/token-buckets.ts';
import { MatrixPaths } from '../models/topology/paths.ts';
import { Chord } from '../protocols/chord/chord.ts';
import { chordCodec } from '../protocols/chord/codec.ts';
import type { ChordMessage } from '../protocols/chord/messages.ts';
import { chordOptions } from '../protocols/chord/options.ts';
import { inRingOrder, stableState } from '../protocols/chord/stable.ts';
import { idOf } from '../protocols/identifier.ts';
import { kademliaCodec } from '../protocols/kademlia/codec.ts';
import { Kademlia } from '../protocols/kademlia/kademlia.ts';
import type { KademliaMessage } from '../protocols/kademlia/messages.ts';
import { kademliaOptions } from '../protocols/kademlia/options.ts';
import { inIdOrder, stableBuckets } from '../protocols/kademlia/stable.ts';
import type { NodeRef } from '../protocols/node-ref.ts';
import { withDefaults } from '../protocols/options.ts';
import type { Codec, Counter, Directory, Distribution, Host, Meter, Protocol } from '../protocols/port.ts';
import { stream } from '../sim/random.ts';
import { Simulation } from '../sim/simulation.ts';
import { MILLISECOND, SECOND } from '../sim/time.ts';

export const OVERLAYS = ['chord', 'chord-published', 'kademlia'] as const;

/** M. Quinson, C. Rosa, C. Thiery, "Parallel Simulation of Peer-to-Peer Systems", CCGrid 2012. */
const PUBLISHED = { stabilize: 20 * SECOND, fixFingers: 120 * SECOND };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const SITES = 200;
const network: NetworkSpec = {
  grain: 'message',
  access: { up: 10e6, down: 10e6, queue: 100 * MILLISECOND },
  jitter: 0,
  loss: { rate: 0, burst: 1 },
};

/** What one run came to. */
export interface OverlayRate {
  readonly protocol: string;
  readonly hosts: number;
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  /** Seconds of processor time: on a machine that others use too, what wall time would be without them. */
  readonly cpuSeconds: number;
  readonly messages: number;
  readonly lookups: number;
  readonly succeeded: number;
  /** Mean of the lookups that succeeded. */
  readonly hops: number;
  readonly residentBytes: number;
  /** What the run holds at its end, garbage aside, by host. */
  readonly bytesPerHost: number;
  /** Equal for runs in which the same happened. */
  readonly digest: string;
}

/** A settled overlay: how each of its nodes is made. */
interface Overlay<M> {
  readonly codec: Codec<M>;
  make(host: Host<M>, directory: Directory, meter: Meter): Protocol<M>;
}

function chordOverlay(nodes: readonly NodeRef[], given: object): Overlay<ChordMessage> {
  const ring = inRingOrder(nodes);
  const places = new Map(ring.map((node, index) => [node.address, index]));
  const options = withDefaults(chordOptions, given);
  return {
    codec: chordCodec,
    make: (host, directory, meter) => {
      const node = new Chord(host, options, directory, meter);
      node.adopt(stableState(ring, places.get(host.address)!, options.successors));
      return node;
    },
  };
}

function kademliaOverlay(nodes: readonly NodeRef[]): Overlay<KademliaMessage> {
  const ordered = inIdOrder(nodes);
  const places = new Map(ordered.map((node, index) => [node.address, index]));
  const options = withDefaults(kademliaOptions);
  const random = stream('buckets');
  return {
    codec: kademliaCodec,
    make: (host, directory, meter) => {
      const node = new Kademlia(host, options, directory, meter);
      node.adopt(stableBuckets(ordered, places.get(host.address)!, options.k, () => random.uniform()));
      return node;
    },
  };
}

/** Counts what the network delivers, and sums up the lookups. */
class Tally implements Meter {
  messages = 0;
  lookups = 0;
  succeeded = 0;
  hops = 0;

  addHops(hops: number): void {
    this.hops += hops;
  }

  counter(name: string): Counter {
    return { add: name === 'delivered' ? () => void this.messages++ : () => undefined };
  }

  distribution(name: string): Distribution {
    if (name === 'lookup.hops') return { record: value => this.addHops(value) };
    if (name !== 'lookup.success') return { record: () => undefined };
    return {
      record: value => {
        this.lookups++;
        this.succeeded += value;
      },
    };
  }
}

/** Random one-way delays of 1 to 150 ms. */
function paths(): MatrixPaths {
  const random = stream('paths');
  const delays = Float64Array.from({ length: SITES * SITES }, () => (1 + random.integer(150)) * MILLISECOND);
  return new MatrixPaths(SITES, delays);
}

type Course = Pick<OverlayRate, 'wallSeconds' | 'cpuSeconds' | 'bytesPerHost' | 'digest'>;

/** Boots a settled overlay and runs it for a span of virtual time. */
function run<M>(overlay: Overlay<M>, count: number, seconds: number, tally: Tally): Course {
  const empty = heldBytes();
  const started = performance.now();
  const before = process.cpuUsage();
  const sim = new Simulation();
  const names = Array.from({ length: count }, (_, index) => `host-${index}`);
  const siteOf = Int32Array.from(names, (_, index) => index % SITES);
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 0, queue: 0 })));
  const net = new Network({ senders: names, siteOf }, paths(), network, '1');
  const room = furnish(sim, new Hosts([...names.keys()]), net, caps, tally, '1');
  const directory: Directory = { size: count, at: index => index };
  for (const [address, name] of names.entries()) {
    const host = new SimulatedHost<M>(room, address, name, overlay.codec);
    host.boot(overlay.make(host as Host<M>, directory, tally));
  }
  sim.run(seconds * SECOND);
  const { user, system } = process.cpuUsage(before);
  const wallSeconds = (performance.now() - started) / 1000;
  const bytesPerHost = (heldBytes() - empty) / count;
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, bytesPerHost, digest: sim.digest.toString() };
}

/** Bytes on the heap and in array buffers, without garbage. */
function heldBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Runs one of the overlays, all of whose nodes look up a key each 10 s and keep their tables by the defaults;
 * `chord-published` by the periods of SimGrid's published experiment.
 */
export function measureOverlay(
  protocol: (typeof OVERLAYS)[number],
  hosts: number,
  virtualSeconds: number,
): OverlayRate {
  const nodes = Array.from({ length: hosts }, (_, address) => ({ id: idOf(address), address }));
  const tally = new Tally();
  const course =
    protocol === 'kademlia'
      ? run(kademliaOverlay(nodes), hosts, virtualSeconds, tally)
      : run(chordOverlay(nodes, protocol === 'chord' ? {} : PUBLISHED), hosts, virtualSeconds, tally);
  return {
    protocol,
    hosts,
    virtualSeconds,
    ...course,
    messages: tally.messages,
    lookups: tally.lookups,
    succeeded: tally.succeeded,
    hops: tally.hops / tally.succeeded,
    residentBytes: process.memoryUsage().rss,
  };
}

const [, self, asked, hosts, seconds] = process.argv;
if (self === fileURLToPath(import.meta.url)) {
  const protocol = OVERLAYS.find(name => name === asked);
  if (!protocol) throw new RangeError(`found ${asked}, expected one of ${OVERLAYS.join(', ')}`);
  console.log(JSON.stringify(measureOverlay(protocol, Number(hosts), Number(seconds))));
}
