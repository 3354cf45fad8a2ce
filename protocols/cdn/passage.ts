// An object on its way through a replica: each block goes on to those who wait for it as soon as it is here.
import type { Address } from '../port.ts';
import { Download, type Downloading, type Downloads } from './download.ts';
import type { Message } from './messages.ts';
import type { Sender } from './serving.ts';

/** Requests that may wait for one block; more are not answered. */
const MOST_WAITING = 1000;

interface Waiting {
  readonly to: Address;
  readonly request: Message<'get'>;
}

export class Passage implements Downloading {
  private readonly sender: Sender;
  private readonly download: Download;
  private readonly onEnd: (complete: boolean) => void;
  /** By block. */
  private readonly waiting = new Map<number, Waiting[]>();
  private asked = false;

  /** @param onEnd called once, when the whole object is here or cannot be had */
  constructor(downloads: Downloads, sender: Sender, object: number, onEnd: (complete: boolean) => void) {
    this.sender = sender;
    this.download = new Download(downloads, object, this);
    this.onEnd = onEnd;
  }

  /** Begins to fetch. */
  start(): void {
    this.download.run();
  }

  /** Sends a block that is here, or else lets the asker wait for it. */
  serve(to: Address, request: Message<'get'>): void {
    this.asked = true;
    if (this.download.has(request.block)) this.sender.block(to, request);
    else if (this.admit(to, request)) this.sender.say(to, 'wait', request.rpc);
  }

  arrived(block: number): void {
    const waiting = this.waiting.get(block);
    this.waiting.delete(block);
    for (const { to, request } of waiting ?? []) this.sender.block(to, request);
  }

  ended(complete: boolean): void {
    for (const waiting of this.waiting.values())
      for (const { to, request } of waiting) this.sender.say(to, 'refused', request.rpc);
    this.waiting.clear();
    this.onEnd(complete);
  }

  /** Whether a block was asked for since this was last called. */
  wasAsked(): boolean {
    const { asked } = this;
    this.asked = false;
    return asked;
  }

  /** Takes note of one who waits, once. @returns whether the request waits */
  private admit(to: Address, request: Message<'get'>): boolean {
    const waiting = this.waiting.get(request.block) ?? [];
    if (waiting.some(other => other.request.rpc === request.rpc && other.to === to)) return true;
    if (waiting.length === MOST_WAITING) return false;
    waiting.push({ to, request });
    this.waiting.set(request.block, waiting);
    return true;
  }
}
