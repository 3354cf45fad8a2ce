// Membership: the ring of all hosts that are believed alive. SWIM keeps it, so every host knows all: lookups take no hop.
import { successorIndex } from '../chord/stable.ts';
import { idOf } from '../identifier.ts';
import { sampleOther } from '../members.ts';
import type { NodeRef } from '../node-ref.ts';
import type { Address, Directory, Host, Meter, Nanoseconds } from '../port.ts';
import type { SwimMessage } from '../swim/messages.ts';
import type { SwimOptions } from '../swim/options.ts';
import { Swim } from '../swim/swim.ts';
import type { StoreMessage } from './messages.ts';

/** SWIM periods between two looks for members that are listed and not known. */
const SEARCH_EVERY = 10;

/**
 * The metrics are SWIM's, behind `membership.`.
 *
 * Hosts that start at one moment join through each other, and may be several groups afterwards; SWIM would leave it at that.
 * So each asks now and then a random listed host that it does not believe alive for the members that this one knows.
 */
export class Membership {
  private readonly swim: Swim;
  private readonly port: Host<SwimMessage>;
  private readonly directory: Directory;
  /** Between two searches. */
  private readonly pause: Nanoseconds;
  /** The number of the last search, until it is answered. */
  private search: number | undefined;
  /** In order of the ring, this host among them. */
  private readonly ring: NodeRef[] = [];
  private readonly alive = new Set<Address>();
  /** Told when a host came or went, with its address. */
  onChange: (address: Address) => void = () => undefined;

  constructor(host: Host<StoreMessage>, options: SwimOptions, directory: Directory, meter: Meter) {
    this.directory = directory;
    this.pause = SEARCH_EVERY * options.period;
    this.port = {
      address: host.address,
      now: () => host.now(),
      random: () => host.random(),
      send: (to, message) => host.send(to, { type: 'membership', message }),
      after: (delay, run) => host.after(delay, run),
    };
    const prefixed: Meter = {
      counter: name => meter.counter(`membership.${name}`),
      distribution: (name, unit) => meter.distribution(`membership.${name}`, unit),
    };
    this.swim = new Swim(this.port, options, directory, prefixed, (_, member, status) => {
      const changed = status === 'dead' ? this.remove(member) : this.insert(member);
      if (changed) this.onChange(member);
    });
    this.insert(host.address);
  }

  start(): void {
    this.swim.start();
    this.port.after(Math.round(this.pause * this.port.random()), () => this.look());
  }

  stop(): void {
    this.swim.stop();
  }

  receive(from: Address, message: SwimMessage): void {
    if (message.type !== 'members' || message.rpc !== this.search) {
      this.swim.receive(from, message);
      return;
    }
    this.search = undefined;
    this.swim.receive(from, { type: 'ack', rpc: message.rpc, updates: message.updates });
  }

  isAlive(address: Address): boolean {
    return this.alive.has(address);
  }

  /** The first hosts at or past a key that are believed alive, at most so many. */
  successors(key: number, count: number): Address[] {
    const { ring } = this;
    const first = successorIndex(ring, key);
    const length = Math.min(count, ring.length);
    return Array.from({ length }, (_, i) => ring[(first + i) % ring.length].address);
  }

  private look(): void {
    const { port, directory } = this;
    port.after(this.pause, () => this.look());
    const listed = sampleOther(directory, port.address, () => port.random());
    if (listed === undefined || this.alive.has(listed)) return;
    this.search = Math.floor(port.random() * 2 ** 32);
    port.send(listed, { type: 'join', rpc: this.search, from: 0 });
  }

  private insert(address: Address): boolean {
    if (this.alive.has(address)) return false;
    this.alive.add(address);
    const id = idOf(address);
    const next = this.ring.findIndex(node => node.id > id);
    this.ring.splice(next < 0 ? this.ring.length : next, 0, { id, address });
    return true;
  }

  private remove(address: Address): boolean {
    if (!this.alive.delete(address)) return false;
    this.ring.splice(
      this.ring.findIndex(node => node.address === address),
      1,
    );
    return true;
  }
}
