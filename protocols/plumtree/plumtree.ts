// A broadcast tree that mends itself: Plumtree on the active views of HyParView.
import { HearingMeter } from '../hearing-meter.ts';
import { randomId } from '../identifier.ts';
import { afterExponential } from '../pause.ts';
import type { Address, Counter, Directory, Distribution, Host, Meter, Protocol } from '../port.ts';
import { HyParView } from './hyparview.ts';
import type { PlumtreeMessage } from './messages.ts';
import type { PlumtreeOptions } from './options.ts';
import { type Broadcast, Tree } from './tree.ts';

/** Told of each message that a host has for the first time, its own too. One function may serve all hosts. */
export type DeliveryObserver = (self: Address, id: number, hops: number) => void;

/**
 * Broadcasts messages to all members, at exponential intervals.
 *
 * Measures the distribution `hops` (of each delivery) and the counters `published`, `delivered` (to others than the
 * publisher), `duplicates` (received again), `grafts` and `prunes` (links that became or ceased to be branches); with
 * receipts, `delay` and `reach` as `HearingMeter` does.
 */
export class Plumtree implements Protocol<PlumtreeMessage> {
  readonly overlay: HyParView;
  readonly tree: Tree;
  private readonly host: Host<PlumtreeMessage>;
  private readonly options: PlumtreeOptions;
  private readonly onDelivery: DeliveryObserver | undefined;
  private readonly hops: Distribution;
  private readonly published: Counter;
  private readonly delivered: Counter;
  private readonly hearing: HearingMeter;
  private readonly random = (): number => this.host.random();
  private readonly publishLater = (): void => {
    this.publish(new Uint8Array(this.options.publish.bytes));
    this.pause();
  };

  constructor(
    host: Host<PlumtreeMessage>,
    options: PlumtreeOptions,
    directory: Directory,
    meter: Meter,
    onDelivery?: DeliveryObserver,
  ) {
    this.host = host;
    this.options = options;
    this.onDelivery = onDelivery;
    this.hops = meter.distribution('hops', 'hops');
    this.published = meter.counter('published');
    this.delivered = meter.counter('delivered');
    this.hearing = new HearingMeter(host, options.publish.receipts, options.keep, meter);
    const counters = {
      duplicates: meter.counter('duplicates'),
      grafts: meter.counter('grafts'),
      prunes: meter.counter('prunes'),
    };
    this.tree = new Tree(host, options, counters, message => this.arrived(message));
    this.overlay = new HyParView(host, options, directory, this.tree);
  }

  start(): void {
    this.overlay.start();
    this.pause();
  }

  stop(): void {
    this.overlay.stop();
  }

  /** Sends a message to all. @returns its id */
  publish(body: Uint8Array): number {
    const id = randomId(this.random);
    this.published.add();
    this.hearing.publish(id);
    this.onDelivery?.(this.host.address, id, 0);
    this.tree.broadcast(id, body);
    return id;
  }

  receive(from: Address, message: PlumtreeMessage): void {
    switch (message.type) {
      case 'gossip':
      case 'ihave':
      case 'graft':
      case 'prune':
        this.tree.receive(from, message);
        return;
      case 'heard':
        this.hearing.heard(message.id);
        return;
      default:
        this.overlay.receive(from, message);
    }
  }

  private arrived({ id, publisher, round }: Broadcast): void {
    const hops = round + 1;
    this.delivered.add();
    this.hops.record(hops);
    if (this.hearing.drawn()) this.host.send(publisher, { type: 'heard', id });
    this.onDelivery?.(this.host.address, id, hops);
  }

  private pause(): void {
    afterExponential(this.host, this.options.publish.every, this.publishLater);
  }
}
