// What a Kademlia node is there for: lookups, of random keys or of values that members publish, and how they went.
import { idOf, randomId } from '../identifier.ts';
import { LookupMeter } from '../lookup-meter.ts';
import type { NodeRef } from '../node-ref.ts';
import { afterExponential } from '../pause.ts';
import type { Address, Directory, Host, Meter } from '../port.ts';
import type { Lookup } from './lookup.ts';
import type { KademliaMessage } from './messages.ts';
import type { KademliaOptions } from './options.ts';

/** What the workload asks of its node. */
export interface LookupService {
  lookup(key: number, done: (lookup: Lookup) => void): void;
  find(key: number, done: (lookup: Lookup, value: Uint8Array | undefined) => void): void;
  publish(key: number, value: Uint8Array): void;
}

/** Told of each lookup of a random key that succeeded, with the k closest nodes, the closest first. */
export type LookupObserver = (key: number, closest: readonly NodeRef[], hops: number) => void;

/** The key of a member's value number `index`: whoever knows the member knows it. */
export const keyOf = (publisher: Address, index: number): number => idOf(`${publisher} ${index}`);

/**
 * Publishes its values, if any, when its node has joined, and again each `republish`; looks up at exponential intervals
 * from then on.
 *
 * Measures the distributions `lookup.success` (1 where the k closest were found, or the value, within the timeout, else 0),
 * `lookup.latency` (ns) and `lookup.hops` (nodes that answered one after the other on the way to the closest, or to the
 * value) of those that succeeded, and the counter `lookup.timeouts` (nodes that were asked and did not answer).
 */
export class Workload {
  private readonly service: LookupService;
  private readonly host: Host<KademliaMessage>;
  private readonly options: KademliaOptions;
  private readonly directory: Directory;
  private readonly onLookup: LookupObserver | undefined;
  private readonly lookups: LookupMeter;
  private readonly random = (): number => this.host.random();
  private readonly lookUpLater = (): void => this.lookUp();
  private readonly publishLater = (): void => this.publish();

  constructor(
    service: LookupService,
    host: Host<KademliaMessage>,
    options: KademliaOptions,
    directory: Directory,
    meter: Meter,
    onLookup: LookupObserver | undefined,
  ) {
    this.service = service;
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onLookup = onLookup;
    this.lookups = new LookupMeter(meter);
  }

  start(): void {
    if (this.options.publish.values > 0) this.publish();
    this.pause();
  }

  private pause(): void {
    afterExponential(this.host, this.options.lookup.every, this.lookUpLater);
  }

  private publish(): void {
    const { values, bytes } = this.options.publish;
    for (let index = 0; index < values; index++) {
      this.service.publish(keyOf(this.host.address, index), new Uint8Array(bytes));
    }
    this.host.after(this.options.republish, this.publishLater);
  }

  private lookUp(): void {
    this.pause();
    const { values } = this.options.publish;
    if (values === 0) {
      this.service.lookup(randomId(this.random), lookup => this.record(lookup, lookup.complete));
      return;
    }
    const index = Math.floor(this.host.random() * (this.directory.size + 1));
    const publisher = index < this.directory.size ? this.directory.at(index) : this.host.address;
    const key = keyOf(publisher, Math.floor(this.host.random() * values));
    this.service.find(key, (lookup, value) => this.record(lookup, value !== undefined));
  }

  private record(lookup: Lookup, succeeded: boolean): void {
    if (!succeeded) {
      this.lookups.failed(lookup.timeouts);
      return;
    }
    this.lookups.succeeded(lookup, this.host.now() - lookup.started);
    if (this.options.publish.values === 0) this.onLookup?.(lookup.key, lookup.closest, lookup.hops);
  }
}
