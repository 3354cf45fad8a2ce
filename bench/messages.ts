// Messages a second: each host sends 100 bytes to a random host, exponential 1 s apart, over 10 Mbit/s access links.

import { furnish, SimulatedHost } from '../models/host/simulated-host.ts';
import { Hosts } from '../models/network/hosts.ts';
import { Network } from '../models/network/network.ts';
import type { NetworkSpec } from '../models/network/spec.ts';
import { capsOf } from '../models/network/token-buckets.ts';
import { MatrixPaths } from '../models/topology/paths.ts';
import type { Host, Meter, Protocol } from '../protocols/port.ts';
import { stream } from '../sim/random.ts';
import { Simulation } from '../sim/simulation.ts';
import { MILLISECOND, SECOND } from '../sim/time.ts';

const PAYLOAD = 100;
const SITES = 200;
const network: NetworkSpec = {
  grain: 'message',
  access: { up: 10e6, down: 10e6, queue: 100 * MILLISECOND },
  jitter: 0,
  loss: { rate: 0, burst: 1 },
};

const sizer = { sizeOf: () => PAYLOAD };

class RandomSender implements Protocol<null> {
  private readonly host: Host<null>;
  private readonly population: number;
  private readonly tick = () => this.sendOne();

  constructor(host: Host<null>, population: number) {
    this.host = host;
    this.population = population;
  }

  start(): void {
    this.host.after(this.gap(), this.tick);
  }

  receive(): void {}

  stop(): void {}

  private sendOne(): void {
    this.host.send(Math.floor(this.host.random() * this.population), null);
    this.host.after(this.gap(), this.tick);
  }

  private gap(): number {
    return -SECOND * Math.log(1 - this.host.random());
  }
}

/** What one population came to. */
export interface MessageRate {
  readonly hosts: number;
  readonly messages: number;
  readonly wallSeconds: number;
  readonly residentBytes: number;
}

/** Runs a population until it has delivered about `messages`, after a second of virtual time to warm up. */
export function measureMessages(hosts: number, messages: number): MessageRate {
  const counts = { delivered: 0 };
  const sim = population(hosts, counts);
  sim.run(SECOND);
  const before = counts.delivered;
  const started = performance.now();
  sim.run(SECOND + Math.round((messages / hosts) * SECOND));
  const wallSeconds = (performance.now() - started) / 1000;
  return {
    hosts,
    messages: counts.delivered - before,
    wallSeconds,
    residentBytes: process.memoryUsage().rss,
  };
}

function population(count: number, counts: { delivered: number }): Simulation {
  const sim = new Simulation();
  const names = Array.from({ length: count }, (_, index) => `host-${index}`);
  const siteOf = Int32Array.from(names, (_, index) => index % SITES);
  const caps = capsOf(names.map(() => ({ uplink: Infinity, burst: 0, queue: 0 })));
  const net = new Network({ senders: names, siteOf }, paths(), network, '1');
  const room = furnish(sim, new Hosts([...names.keys()]), net, caps, meter(counts), '1');
  for (const [address, name] of names.entries()) {
    const host = new SimulatedHost<null>(room, address, name, sizer);
    host.boot(new RandomSender(host, count));
  }
  return sim;
}

/** Random one-way delays of 1 to 150 ms. */
function paths(): MatrixPaths {
  const random = stream('paths');
  return new MatrixPaths(
    SITES,
    Float64Array.from({ length: SITES * SITES }, () => (1 + random.integer(150)) * MILLISECOND),
  );
}

function meter(counts: { delivered: number }): Meter {
  return {
    counter: name => ({
      add: name === 'delivered' ? () => void counts.delivered++ : () => {},
    }),
    distribution: () => ({ record: () => {} }),
  };
}
