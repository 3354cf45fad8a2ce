// The way of one object to this host: from one server, and where that fails the rest of it from the next.
import type { BlockFetch, BlockReader, FetchEnd } from '../block-fetch.ts';
import { BlockFetcher } from '../block-fetcher.ts';
import { initialWindow } from '../congestion-window.ts';
import type { Address, Directory, Host, Meter } from '../port.ts';
import type { CdnMessage, Message } from './messages.ts';
import type { Objects } from './objects.ts';
import type { CdnOptions } from './options.ts';
import { Servers } from './servers.ts';

type Block = Message<'block'>;

/** Servers that are tried one after the other before an object is given up. */
const TRIES = 4;

/** Told of a download. */
export interface Downloading {
  /** A block is here. */
  arrived(block: number): void;
  /** The last that is heard of a run. @param complete whether the object is here; else no server that was tried had it */
  ended(complete: boolean): void;
}

/** A host's downloads. */
export class Downloads {
  readonly objects: Objects;
  readonly servers: Servers;
  readonly fetcher: BlockFetcher<Block>;
  private readonly host: Host<CdnMessage>;

  constructor(
    host: Host<CdnMessage>,
    objects: Objects,
    options: CdnOptions,
    directory: Directory,
    meter: Meter,
  ) {
    this.host = host;
    this.objects = objects;
    this.servers = new Servers(host, options, directory, meter);
    this.fetcher = new BlockFetcher<Block>(host, options.fetch);
  }

  start(): void {
    this.servers.start();
  }

  stop(): void {
    this.servers.stop();
    this.fetcher.clear();
  }

  /** Takes what servers answer. */
  receive(from: Address, message: Message<'block' | 'wait' | 'refused' | 'probed'>): void {
    switch (message.type) {
      case 'block':
        this.fetcher.settle(from, message);
        return;
      case 'wait':
        this.fetcher.defer(from, message);
        return;
      case 'refused':
        this.fetcher.refuse(from, message);
        return;
      case 'probed':
        this.servers.probed(from, message);
    }
  }

  get(server: Address, object: number, block: number, rpc: number, first: boolean): void {
    this.host.send(server, { type: 'get', rpc, object, block, first });
  }
}

/** One object's. What has come stays when a run fails, and the next run fetches the rest. */
export class Download implements BlockReader<Block> {
  private readonly downloads: Downloads;
  private readonly object: number;
  private readonly told: Downloading;
  private readonly missing = new Set<number>();
  private tried = new Set<Address>();
  private fetch: BlockFetch<Block> | undefined;

  constructor(downloads: Downloads, object: number, told: Downloading) {
    this.downloads = downloads;
    this.object = object;
    this.told = told;
    const blocks = downloads.objects.blocksOf(object);
    for (let block = 0; block < blocks; block++) this.missing.add(block);
  }

  has(block: number): boolean {
    return !this.missing.has(block);
  }

  /** Fetches what is missing, from servers not tried in this run. To be called when no run is under way. */
  run(): void {
    this.tried = new Set();
    this.next();
  }

  /** Stops without a word. */
  cancel(): void {
    this.fetch?.cancel();
  }

  ask(server: Address, block: number, rpc: number, first: boolean): void {
    this.downloads.get(server, this.object, block, rpc, first);
  }

  arrived(block: number, { bytes }: Block): boolean {
    if (bytes !== this.downloads.objects.blockBytes(this.object, block)) return false;
    this.missing.delete(block);
    this.told.arrived(block);
    return true;
  }

  ended(end: FetchEnd): void {
    const { server } = this.fetch!;
    if (end === 'complete') {
      this.told.ended(true);
      return;
    }
    this.downloads.servers.failed(server, end === 'silence');
    this.next();
  }

  private next(): void {
    const { servers, fetcher, objects } = this.downloads;
    const server = this.tried.size < TRIES ? servers.choose(this.object, this.tried) : undefined;
    if (server === undefined) {
      this.told.ended(false);
      return;
    }
    this.tried.add(server);
    this.fetch = fetcher.fetch(server, [...this.missing], initialWindow(objects.block), this);
  }
}
