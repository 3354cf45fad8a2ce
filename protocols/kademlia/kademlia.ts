// A Kademlia node: answers the other nodes' requests, looks up nodes and values, publishes values.
import { idOf } from '../identifier.ts';
import type { NodeRef } from '../node-ref.ts';
import type { Address, Counter, Directory, Host, Meter, Nanoseconds, Protocol } from '../port.ts';
import { Rpc } from '../rpc.ts';
import { MAX_VALUE } from './codec.ts';
import { Lookup, type Seeker } from './lookup.ts';
import type { KademliaMessage, KademliaReply, KademliaRequest } from './messages.ts';
import type { KademliaOptions } from './options.ts';
import { Storage, ttlOf } from './storage.ts';
import { Table } from './table.ts';
import { Upkeep } from './upkeep.ts';
import { type LookupObserver, type LookupService, Workload } from './workload.ts';

export interface KademliaExtras {
  /** The node's identifier; the hash of its address where left out. */
  readonly id?: number;
  /** Told of each of the workload's lookups of random keys that succeeded. */
  readonly onLookup?: LookupObserver | undefined;
}

/**
 * Kademlia after P. Maymounkov, D. Mazieres, "Kademlia: A Peer-to-Peer Information System Based on the XOR Metric", IPTPS
 * 2002: sections 2.2 (k-buckets, least recently seen pinged before it is replaced), 2.3 (alpha-parallel iterative lookups,
 * caching, refresh, join), 2.5 (replication, republishing, expiry, values for a new closer node), 4.1 (contacts that do not
 * answer are kept until there are others). Where it goes beyond the paper: a k-bucket pings for a newcomer only so often,
 * stale contacts are pinged now and then, and a node looks itself up from a random listed member on at each refresh, by
 * which networks that were parted, or never met, become one.
 */
export class Kademlia implements Protocol<KademliaMessage>, Seeker, LookupService {
  readonly table: Table;
  readonly rpc: Rpc<KademliaRequest, KademliaReply>;
  readonly options: KademliaOptions;
  readonly storage: Storage;
  private readonly host: Host<KademliaMessage>;
  private readonly upkeep: Upkeep;
  private readonly workload: Workload;
  private readonly joined: Counter;
  private working = false;

  constructor(
    host: Host<KademliaMessage>,
    options: KademliaOptions,
    directory: Directory,
    meter: Meter,
    extras: KademliaExtras = {},
  ) {
    this.host = host;
    this.options = options;
    this.table = new Table({ id: extras.id ?? idOf(host.address), address: host.address }, options.k);
    this.rpc = new Rpc<KademliaRequest, KademliaReply>(host, options.rpc);
    this.storage = new Storage(this, host, options);
    this.upkeep = new Upkeep(this, host, options, directory, () => this.begin());
    this.workload = new Workload(this, host, options, directory, meter, extras.onLookup);
    this.joined = meter.counter('joined');
  }

  now(): Nanoseconds {
    return this.host.now();
  }

  /** Gives the node a routing table. Call it before `start`, which then does not join. */
  adopt(buckets: readonly (readonly NodeRef[])[]): void {
    this.table.adopt(buckets);
  }

  start(): void {
    if (this.table.size > 0) this.begin();
    else this.upkeep.join();
  }

  /** Falls silent; the others notice as they notice a failure. */
  stop(): void {
    this.rpc.clear();
  }

  /** Looks for the k nodes closest to a key. @param done runs once, at once where nobody is known */
  lookup(key: number, done: (lookup: Lookup) => void): void {
    this.upkeep.visit(key);
    new Lookup(this, key, 'find-node', done).run();
  }

  /** Looks for a value. @param done runs once, with undefined where it was not found */
  find(key: number, done: (lookup: Lookup, value: Uint8Array | undefined) => void): void {
    this.upkeep.visit(key);
    this.storage.find(key, (lookup, found) => done(lookup, found?.value));
  }

  /**
   * Stores a value for `expire` at the k nodes closest to its key; whoever wants it longer publishes it again.
   * @param done with the number of nodes that took it
   * @throws {RangeError} for a value that no datagram holds
   */
  publish(key: number, value: Uint8Array, done?: (nodes: number) => void): void {
    if (value.length > MAX_VALUE) {
      throw new RangeError(`a value of ${value.length} bytes; a datagram holds ${MAX_VALUE}`);
    }
    this.upkeep.visit(key);
    this.storage.store(key, value, this.host.now() + this.options.expire, done);
  }

  receive(from: Address, message: KademliaMessage): void {
    const heard = this.table.heard(message.id, from);
    if (heard === 'added') this.storage.welcome({ id: message.id, address: from });
    else if (heard === 'full') this.upkeep.contend(message.id, from);
    switch (message.type) {
      case 'ping':
      case 'find-node':
      case 'find-value':
      case 'store':
        this.host.send(from, this.reply(message));
        return;
      default:
        this.rpc.settle(from, message);
    }
  }

  private reply(request: KademliaRequest): KademliaReply {
    const { rpc } = request;
    const { id } = this.table.self;
    const now = this.host.now();
    switch (request.type) {
      case 'find-value': {
        const held = this.storage.values.get(request.key, now);
        if (held) return { type: 'value', rpc, id, ttl: ttlOf(held, now), value: held.value };
        return { type: 'nodes', rpc, id, nodes: this.table.closest(request.key, this.options.k) };
      }
      case 'find-node':
        return { type: 'nodes', rpc, id, nodes: this.table.closest(request.key, this.options.k) };
      case 'store':
        this.storage.values.store(
          request.key,
          request.value,
          now + Math.min(request.ttl * 1e6, this.options.expire),
          now,
        );
        return { type: 'ok', rpc, id };
      case 'ping':
        return { type: 'ok', rpc, id };
    }
  }

  private begin(): void {
    if (this.working) return;
    this.working = true;
    this.joined.add();
    this.upkeep.begin();
    this.storage.begin();
    this.workload.start();
  }
}
