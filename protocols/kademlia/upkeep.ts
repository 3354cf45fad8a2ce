// Upkeep: joining, pinging whom a newcomer would replace, and refreshing k-buckets in which nothing was looked up.
import { BITS } from '../identifier.ts';
import { sampleOther } from '../members.ts';
import type { NodeRef } from '../node-ref.ts';
import type { Address, Directory, Host } from '../port.ts';
import { Lookup, type Seeker } from './lookup.ts';
import type { KademliaMessage } from './messages.ts';
import type { KademliaOptions } from './options.ts';
import { bucketOf, distance, randomIn } from './xor.ts';

/** Pauses between attempts to join double from rpc.timeout / 8 up to rpc.timeout * 16, each with +-50 % of chance. */
const FIRST_PAUSE = 1 / 8;
const DOUBLINGS = 7;

export class Upkeep {
  private readonly seeker: Seeker;
  private readonly host: Host<KademliaMessage>;
  private readonly options: KademliaOptions;
  private readonly directory: Directory;
  private readonly onJoined: () => void;

  private doublings = 0;
  /** Buckets in which something was looked up since the last refresh. */
  private readonly visited = new Set<number>();
  private readonly random = (): number => this.host.random();
  private readonly tick = (): void => this.refreshStale();

  /** @param onJoined a member answered, or there is none: runs once for each joining */
  constructor(
    seeker: Seeker,
    host: Host<KademliaMessage>,
    options: KademliaOptions,
    directory: Directory,
    onJoined: () => void,
  ) {
    this.seeker = seeker;
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onJoined = onJoined;
  }

  begin(): void {
    this.host.after(Math.floor(this.host.random() * this.options.refresh), this.tick);
  }

  /** Section 2.3: learns of a node, looks itself up, and refreshes the buckets farther away than its closest neighbour. */
  join(): void {
    const member = sampleOther(this.directory, this.host.address, this.random);
    if (member === undefined) {
      this.onJoined();
      return;
    }
    this.ping(member, answered => {
      if (answered) this.lookUpSelf();
      else this.retry();
    });
  }

  /** Something is looked up: its bucket needs no refresh. */
  visit(key: number): void {
    const d = distance(this.seeker.table.self.id, key);
    if (d > 0) this.visited.add(bucketOf(d));
  }

  /**
   * A node was heard whose bucket is full: where the least recently seen there does not answer, the newcomer gets its
   * place (section 2.2). Nearly every message in a large network comes from such a node, so a bucket asks only so often.
   */
  contend(id: number, address: Address): void {
    const { table } = this.seeker;
    const bucket = table.bucketOf(id)!;
    const now = this.host.now();
    if (now - bucket.probed < this.options.probe) return;
    bucket.probed = now;
    const [oldest] = bucket.contacts;
    this.ping(oldest.address, answered => {
      if (answered) return;
      table.failed(oldest.id);
      table.heard(id, address);
    });
  }

  private ping(to: Address, done: (answered: boolean) => void): void {
    const { rpc, table } = this.seeker;
    rpc.call(to, { type: 'ping', rpc: rpc.number(), id: table.self.id }, reply => done(reply !== undefined));
  }

  private retry(): void {
    const pause = this.options.rpc.timeout * FIRST_PAUSE * 2 ** this.doublings * (0.5 + this.host.random());
    this.doublings = Math.min(this.doublings + 1, DOUBLINGS);
    this.host.after(Math.round(pause), () => this.join());
  }

  private lookUpSelf(): void {
    const { table } = this.seeker;
    this.doublings = 0;
    new Lookup(this.seeker, table.self.id, 'find-node', () => {
      const farther: number[] = [];
      for (let index = table.nearest + 1; index < BITS; index++) farther.push(index);
      this.refresh(farther);
      this.onJoined();
    }).run();
  }

  private refreshStale(): void {
    this.host.after(this.options.refresh, this.tick);
    const { table } = this.seeker;
    if (table.size === 0) {
      this.join();
      return;
    }
    for (const contact of this.staleContacts()) this.ping(contact.address, () => undefined);
    const due: number[] = [];
    for (let index = table.nearest; index < BITS; index++) if (!this.visited.has(index)) due.push(index);
    this.visited.clear();
    // Whoever joined nearby at the same time may not have found this node, nor this one it: a random member leads there.
    const lookup = new Lookup(this.seeker, table.self.id, 'find-node', () => this.refresh(due));
    const member = sampleOther(this.directory, this.host.address, this.random);
    if (member === undefined) lookup.run();
    else lookup.runFrom(member);
  }

  /** One of each bucket: they may be back, or have been behind a partition. */
  private staleContacts(): NodeRef[] {
    const { table } = this.seeker;
    const contacts = table.buckets.map(bucket => bucket?.contacts.find(contact => table.isStale(contact)));
    return contacts.filter(contact => contact !== undefined);
  }

  /** Looks up a random identifier in each of the buckets, one after the other. */
  private refresh(buckets: number[]): void {
    const index = buckets.pop();
    if (index === undefined) return;
    const key = randomIn(this.seeker.table.self.id, index, this.random);
    new Lookup(this.seeker, key, 'find-node', () => this.refresh(buckets)).run();
  }
}
