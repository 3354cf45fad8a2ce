// What authorities do to hold the same database: each feeds the others, and knows what each of them has taken over.
import type { Address, Directory, Host } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { Database } from './database.ts';
import type { FeedReply, FeedRequest, ManagementMessage } from './messages.ts';
import type { ManagementOptions } from './options.ts';

interface Peer {
  readonly address: Address;
  /** Its life, as last heard; 0: not heard of. */
  id: number;
  /** The last entry that it has taken over in this life. */
  has: number;
  up: boolean;
  feeding: boolean;
}

interface Unacknowledged {
  readonly seq: number;
  readonly done: () => void;
}

/**
 * Anti-entropy: each authority sends each other one what that has not taken over yet, at once where something is new and as a
 * sign of life each `sync`. An authority that begins without a memory is sent everything, and attends to no node until it has been, or
 * those that are listed do not answer.
 *
 * A change is acknowledged once every authority that answers holds it.
 */
export class Peers {
  private readonly host: Host<ManagementMessage>;
  private readonly database: Database;
  private readonly options: ManagementOptions;
  private readonly directory: Directory;
  private readonly rpc: Rpc<FeedRequest, FeedReply>;
  private readonly peers = new Map<Address, Peer>();
  /** Those that have not said yet that they have sent everything. */
  private readonly awaited = new Set<Address>();
  private unacknowledged: Unacknowledged[] = [];
  private readonly tick = (): void => this.sync();

  constructor(
    host: Host<ManagementMessage>,
    database: Database,
    options: ManagementOptions,
    directory: Directory,
  ) {
    this.host = host;
    this.database = database;
    this.options = options;
    this.directory = directory;
    this.rpc = new Rpc<FeedRequest, FeedReply>(host as Host<FeedRequest | FeedReply>, options.rpc);
  }

  /** Whether what the others hold is in the database, as far as they can be asked. */
  get ready(): boolean {
    return this.awaited.size === 0;
  }

  start(): void {
    this.meetListed();
    for (const address of this.peers.keys()) this.awaited.add(address);
    this.sync();
  }

  stop(): void {
    this.rpc.clear();
  }

  /** Tells the others of what is new. */
  spread(): void {
    for (const peer of this.peers.values()) this.feed(peer);
  }

  /** @param done runs once every authority that answers holds all entries up to `seq` */
  acknowledge(seq: number, done: () => void): void {
    this.unacknowledged.push({ seq, done });
    this.check();
  }

  settle(from: Address, reply: FeedReply): boolean {
    return this.rpc.settle(from, reply);
  }

  /** Another authority has sent something, which has been taken over. */
  fed(from: Address, { rpc, authority, to, more }: FeedRequest): void {
    this.host.send(from, { type: 'fed', rpc, authority: this.database.id });
    const peer = this.meet(from);
    if (to === this.database.id && !more) this.awaited.delete(from);
    if (this.hear(peer, authority)) this.feed(peer);
  }

  private sync(): void {
    this.host.after(this.options.sync, this.tick);
    this.meetListed();
    for (const peer of this.peers.values()) this.feed(peer);
  }

  private meetListed(): void {
    for (let index = 0; index < this.directory.size; index++) {
      const address = this.directory.at(index);
      if (address !== this.host.address) this.meet(address);
    }
  }

  private meet(address: Address): Peer {
    const known = this.peers.get(address);
    if (known) return known;
    const peer = { address, id: 0, has: 0, up: true, feeding: false };
    this.peers.set(address, peer);
    return peer;
  }

  private feed(peer: Peer): void {
    if (peer.feeding) return;
    peer.feeding = true;
    const { database, host, options } = this;
    const part = database.feed(peer.has, peer.id, options.page, host.now());
    const rpc = this.rpc.number();
    const request: FeedRequest = { type: 'feed', rpc, authority: database.id, to: peer.id, ...part };
    this.rpc.call(peer.address, request, reply => this.answered(peer, request, reply));
  }

  private answered(peer: Peer, { to, upto }: FeedRequest, reply: FeedReply | undefined): void {
    peer.feeding = false;
    peer.up = reply !== undefined;
    if (!reply) {
      this.awaited.delete(peer.address);
      this.check();
      return;
    }
    // Unless more has been heard of it meanwhile: a late reply may be that of an earlier life.
    if (peer.id === to) {
      if (reply.authority === to) peer.has = Math.max(peer.has, upto);
      else this.hear(peer, reply.authority);
    }
    this.check();
    if (peer.id !== to || peer.has < this.database.version) this.feed(peer);
  }

  /** @returns whether it is not the life that was known: it has lost what the other had taken over */
  private hear(peer: Peer, id: number): boolean {
    if (peer.id === id) return false;
    peer.id = id;
    peer.has = 0;
    return true;
  }

  private check(): void {
    let held = Infinity;
    for (const { up, has } of this.peers.values()) if (up && has < held) held = has;
    const due = this.unacknowledged.filter(({ seq }) => seq <= held);
    if (due.length === 0) return;
    this.unacknowledged = this.unacknowledged.filter(({ seq }) => seq > held);
    for (const { done } of due) done();
  }
}
