// Answering requests for blocks: what an origin and a replica have in common, and all that an origin does.
import type { Address, Counter, Host, Meter } from '../port.ts';
import type { CdnMessage, Message } from './messages.ts';
import type { Objects } from './objects.ts';

/** A role, as the host that plays it sees it. */
export interface Role {
  start(): void;
  stop(): void;
  receive(from: Address, message: CdnMessage): void;
}

/** Sends blocks, and counts their bytes. */
export class Sender {
  readonly objects: Objects;
  private readonly host: Host<CdnMessage>;
  private readonly bytes: Counter;

  /** @param bytes counts what blocks hold, each as often as it is sent */
  constructor(host: Host<CdnMessage>, objects: Objects, bytes: Counter) {
    this.host = host;
    this.objects = objects;
    this.bytes = bytes;
  }

  /** Whether there is such a block. */
  knows({ object, block }: Message<'get'>): boolean {
    return this.objects.has(object) && this.objects.blockBytes(object, block) > 0;
  }

  block(to: Address, { rpc, object, block }: Message<'get'>): void {
    const bytes = this.objects.blockBytes(object, block);
    this.bytes.add(bytes);
    this.host.send(to, { type: 'block', rpc, bytes });
  }

  say(to: Address, type: 'wait' | 'refused' | 'probed', rpc: number): void {
    this.host.send(to, { type, rpc });
  }
}

/** Has every object. Counts `origin.requests` (fetches that began here) and `origin.bytes` (of blocks sent). */
export class Origin implements Role {
  private readonly sender: Sender;
  private readonly requests: Counter;

  constructor(host: Host<CdnMessage>, objects: Objects, meter: Meter) {
    this.sender = new Sender(host, objects, meter.counter('origin.bytes'));
    this.requests = meter.counter('origin.requests');
  }

  start(): void {}
  stop(): void {}

  receive(from: Address, message: CdnMessage): void {
    if (message.type === 'probe') this.sender.say(from, 'probed', message.rpc);
    if (message.type !== 'get') return;
    if (!this.sender.knows(message)) {
      this.sender.say(from, 'refused', message.rpc);
      return;
    }
    if (message.first) this.requests.add();
    this.sender.block(from, message);
  }
}
