// Hosts of a store on a network in memory, and an onlooker who knows which writes have been acknowledged.
import { type OptionValues, withDefaults } from '../../protocols/options.ts';
import type { Address } from '../../protocols/port.ts';
import { Disk } from '../../protocols/store/disk.ts';
import {
  type Configuration,
  isNewer,
  type StoreMessage,
  type Version,
} from '../../protocols/store/messages.ts';
import { storeOptions } from '../../protocols/store/options.ts';
import type { End } from '../../protocols/store/pursuit.ts';
import { Store } from '../../protocols/store/store.ts';
import { MILLISECOND, SECOND } from '../../sim/time.ts';
import { type Conditions, TestNetwork } from './harness.ts';

/** Brisk, and with a workload that does nothing. */
export const brisk = {
  keys: 0,
  get: { every: 1e15 },
  timeout: 5 * SECOND,
  sync: { every: 2 * SECOND },
  repair: { after: 4 * SECOND },
  membership: { period: SECOND, suspicionPeriods: 2 },
  rpc: { timeout: 500 * MILLISECOND },
};

/** Also sends some datagrams twice. */
class RepeatingNetwork extends TestNetwork<StoreMessage> {
  repeats = 0;

  override send(from: Address, to: Address, message: StoreMessage): void {
    super.send(from, to, message);
    if (this.repeats > 0 && this.random() < this.repeats) super.send(from, to, message);
  }
}

export class StoreGroup {
  readonly network: RepeatingNetwork;
  readonly nodes = new Map<Address, Store>();
  readonly disks = new Map<Address, Disk>();
  /** Whether each member believes, each time that it looks, in another order of the ring. */
  restless = false;
  private readonly options: OptionValues<typeof storeOptions>;

  constructor(seed: string, conditions: Conditions, given: object = {}) {
    this.network = new RepeatingNetwork(seed, conditions);
    this.options = withDefaults(storeOptions, { ...brisk, ...given });
  }

  /** Starts a host, or a crashed one anew. @param kept whether it finds its disk as it left it */
  add(address: Address, listed: readonly Address[], kept = false): Store {
    const { network } = this;
    const old = this.disks.get(address);
    const disk = kept && old ? old : new Disk(Math.floor(network.random() * 2 ** 48));
    this.disks.set(address, disk);
    const role = typeof address === 'string' && address.startsWith('client') ? 'client' : 'member';
    const node = network.add(
      address,
      (host, directory, meter) => new Store(host, { ...this.options, role }, directory, meter, { disk }),
      listed,
    );
    if (this.restless && node.membership) {
      node.membership.successors = (_, count) => this.shuffled(listed).slice(0, count);
    }
    this.nodes.set(address, node);
    return node;
  }

  private shuffled(items: readonly Address[]): Address[] {
    const order = items.map(item => ({ item, at: this.network.random() }));
    return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }

  crash(address: Address): void {
    this.network.crash(address);
    this.nodes.delete(address);
  }

  /** Starts members 0 .. size - 1 and lets them meet. */
  assemble(size: number): Address[] {
    const all = Array.from({ length: size }, (_, address) => address);
    for (const address of all) this.add(address, all);
    this.network.run(20 * SECOND);
    return all;
  }

  /** Has a host create objects until one is acknowledged. */
  create(creator: Address): { key: number; version: Version } {
    let created: { key: number; version: Version } | undefined;
    while (!created) {
      this.nodes.get(creator)!.operations.create(new Uint8Array(2), object => {
        created = object;
      });
      this.network.run(5 * SECOND);
    }
    return created;
  }

  /** The configuration in force, and the living members in whose records it is. */
  inForce(key: number): { config: Configuration | undefined; holders: Address[] } {
    let config: Configuration | undefined;
    for (const address of this.nodes.keys()) {
      const held = this.disks.get(address)!.held.get(key);
      if (held && held.config.epoch > (config?.epoch ?? 0)) config = held.config;
    }
    const holders = [...this.nodes.keys()].filter(
      address => this.disks.get(address)!.held.get(key)?.config.epoch === config?.epoch,
    );
    return { config, holders };
  }
}

/** Writers and readers of one key. Each writer makes one write after the other. */
export class History {
  /** The newest version that was acknowledged. */
  acknowledged: Version;
  writes = 0;
  reads = 0;
  readonly ends: Record<End, number> = { succeeded: 0, failed: 0, lost: 0 };
  /** Reads that returned less than had been acknowledged when they began, and writes older than their writer's last one. */
  readonly flaws: string[] = [];
  private readonly group: StoreGroup;
  private readonly key: number;
  private readonly busy = new Set<Address>();
  private readonly last = new Map<Address, Version>();

  constructor(group: StoreGroup, { key, version }: { key: number; version: Version }) {
    this.group = group;
    this.key = key;
    this.acknowledged = version;
  }

  write(writer: Address): void {
    const node = this.group.nodes.get(writer);
    if (!node || this.busy.has(writer)) return;
    this.busy.add(writer);
    node.operations.put(this.key, new Uint8Array(2), ({ end, version }) => {
      this.busy.delete(writer);
      if (!version) return;
      const last = this.last.get(writer);
      if (last && !isNewer(version, last))
        this.flaws.push(`${writer} wrote ${text(version)} after ${text(last)}`);
      this.last.set(writer, version);
      if (end !== 'succeeded') return;
      this.writes++;
      if (isNewer(version, this.acknowledged)) this.acknowledged = version;
    });
  }

  read(reader: Address): void {
    const { acknowledged } = this;
    const { clock } = this.group.network;
    const began = clock.now / SECOND;
    this.group.nodes.get(reader)?.operations.get(this.key, ({ end, found }) => {
      this.ends[end]++;
      if (!found) return;
      this.reads++;
      if (!isNewer(acknowledged, found.version)) return;
      this.flaws.push(
        `${reader} began at ${began} s, when ${text(acknowledged)} was acknowledged, and read ${text(found.version)}`,
      );
    });
  }
}

const text = ({ counter, tag }: Version): string => `${counter}.${tag}`;
