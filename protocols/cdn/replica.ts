// A replica: serves objects out of its cache, and fetches those it lacks, each once however many ask.
import type { Address, Counter, Directory, Distribution, Host, Meter, Nanoseconds } from '../port.ts';
import { Cache } from './cache.ts';
import { Downloads } from './download.ts';
import type { CdnMessage, Message } from './messages.ts';
import type { Objects } from './objects.ts';
import type { CdnOptions } from './options.ts';
import { Passage } from './passage.ts';
import { type Role, Sender } from './serving.ts';

/** An object that does not fit into the cache is forgotten when nobody has asked for a block of it for so long. */
const LINGER: Nanoseconds = 10e9;

/**
 * Measures the distribution `hit` (ratio: 1 where the object was in the cache when a fetch began, else 0) and the counters
 * `coalesced` (misses that found the object on its way already), `evictions` and `replica.bytes` (of blocks sent).
 */
export class Replica implements Role {
  private readonly host: Host<CdnMessage>;
  private readonly sender: Sender;
  private readonly cache: Cache;
  private readonly downloads: Downloads;
  /** Objects on their way here, and those that passed through and do not fit into the cache. */
  private readonly passages = new Map<number, Passage>();
  private readonly hit: Distribution;
  private readonly coalesced: Counter;

  constructor(
    host: Host<CdnMessage>,
    objects: Objects,
    options: CdnOptions,
    directory: Directory,
    meter: Meter,
  ) {
    this.host = host;
    this.sender = new Sender(host, objects, meter.counter('replica.bytes'));
    const evictions = meter.counter('evictions');
    this.cache = new Cache(options.cache, options.eviction, () => evictions.add());
    this.downloads = new Downloads(host, objects, options, directory, meter);
    this.hit = meter.distribution('hit', 'ratio');
    this.coalesced = meter.counter('coalesced');
  }

  start(): void {
    this.downloads.start();
  }

  stop(): void {
    this.downloads.stop();
  }

  receive(from: Address, message: CdnMessage): void {
    if (message.type === 'probe') this.sender.say(from, 'probed', message.rpc);
    else if (message.type !== 'get') this.downloads.receive(from, message);
    else if (this.sender.knows(message)) this.serve(from, message);
    else this.sender.say(from, 'refused', message.rpc);
  }

  private serve(from: Address, message: Message<'get'>): void {
    const { object, first } = message;
    if (first) this.note(object);
    if (this.cache.has(object)) {
      this.sender.block(from, message);
      return;
    }
    const passage = this.passages.get(object);
    if (passage) passage.serve(from, message);
    else this.fetch(from, message);
  }

  /** A fetch has begun here. */
  private note(object: number): void {
    const hit = this.cache.use(object);
    this.hit.record(hit ? 1 : 0);
    if (!hit && this.passages.has(object)) this.coalesced.add();
  }

  private fetch(from: Address, message: Message<'get'>): void {
    const { object } = message;
    const passage: Passage = new Passage(this.downloads, this.sender, object, complete => {
      if (!complete || this.cache.put(object, this.sender.objects.sizeOf(object)))
        this.passages.delete(object);
      else this.linger(object, passage);
    });
    this.passages.set(object, passage);
    passage.serve(from, message);
    passage.start();
  }

  /** Keeps an object that the cache has no room for while somebody still reads it. */
  private linger(object: number, passage: Passage): void {
    this.host.after(LINGER, () => {
      if (passage.wasAsked()) this.linger(object, passage);
      else this.passages.delete(object);
    });
  }
}
