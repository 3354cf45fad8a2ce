// The block fetches that a host has under way, and which of them a reply is for.
import { BlockFetch, type BlockReader, type BlockRequest, type Fetches } from './block-fetch.ts';
import type { BlockFetchOptions } from './block-fetch-options.ts';
import type { Address, Host } from './port.ts';
import type { Numbered } from './rpc.ts';
import { AdaptiveRto } from './rto.ts';

/** The fetches that a host has under way. Every fetch ends exactly once, unless it is cancelled. */
export class BlockFetcher<R extends Numbered> {
  private readonly shared: Fetches<R>;
  private readonly fetches = new Set<BlockFetch<R>>();

  constructor(host: Pick<Host<never>, 'now' | 'after' | 'random'>, options: BlockFetchOptions) {
    // A restarted host must not take a reply to its former self for its own.
    let last = Math.floor(host.random() * 2 ** 32);
    const number = () => {
      last = (last + 1) >>> 0;
      return last;
    };
    this.shared = { host, options, rto: new AdaptiveRto(options.timeout), requests: new Map(), number };
  }

  /** Fetches under way. */
  get pending(): number {
    return this.fetches.size;
  }

  /**
   * Begins to fetch.
   * @param blocks at least one, each once: asked for in this order
   * @param initial blocks under way at first, >= 1 (see `initialWindow`)
   */
  fetch(server: Address, blocks: readonly number[], initial: number, reader: BlockReader<R>): BlockFetch<R> {
    const leave = () => this.fetches.delete(fetch);
    const fetch = new BlockFetch(this.shared, server, blocks, initial, reader, leave);
    this.fetches.add(fetch);
    fetch.fill();
    return fetch;
  }

  /** Hands a reply that bears a block to the fetch that awaits it. @returns whether one did */
  settle(from: Address, reply: R): boolean {
    const request = this.awaited(from, reply);
    request?.fetch.answered(request, reply);
    return request !== undefined;
  }

  /** The server has the request, and will send the block when it has that too. */
  defer(from: Address, reply: Numbered): void {
    const request = this.awaited(from, reply);
    request?.fetch.deferred(request);
  }

  /** The server does not have what was asked for, nor will it: the fetch fails. */
  refuse(from: Address, reply: Numbered): void {
    this.awaited(from, reply)?.fetch.end('refusal');
  }

  /** Cancels every fetch. */
  clear(): void {
    for (const fetch of this.fetches) fetch.cancel();
  }

  private awaited(from: Address, { rpc }: Numbered): BlockRequest<R> | undefined {
    const request = this.shared.requests.get(rpc);
    return request?.fetch.server === from ? request : undefined;
  }
}
