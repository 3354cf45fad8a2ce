// Anti-entropy: replicas compare what they share, a pair at a time, and give each other what is newer.
import type { Address } from '../port.ts';
import { storeCodec } from './codec.ts';
import type { Held } from './disk.ts';
import {
  type Configuration,
  type Entry,
  hasMember,
  isNewer,
  type Member,
  type StoreReply,
  type StoreRequest,
  sameVersion,
} from './messages.ts';
import type { Parts } from './parts.ts';
import { rangeOf, Summary } from './summary.ts';

/** Entries in one message: as many as an unfragmented datagram holds, and values sent at once for them. */
const PAGE = 40;

type SyncRequest = Extract<StoreRequest, { type: 'sync' }>;
type EntriesRequest = Extract<StoreRequest, { type: 'entries' }>;

export class AntiEntropy {
  private readonly parts: Parts;
  /** In which life each host was when it last said so. */
  private readonly lives = new Map<Address, number>();
  /** Told when a host turns out to be in another life than it was. */
  onNewLife: () => void = () => undefined;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** A host has come, or come back: in which life? */
  meet(address: Address): void {
    this.parts.link.call(address, { type: 'greet' }, reply => {
      if (reply?.type === 'life') this.learn(address, reply.life);
    });
  }

  /** Whether a member's host is known to be in another life. */
  isGone({ address, life }: Member): boolean {
    const known = address === this.parts.link.self ? this.parts.disk.life : this.lives.get(address);
    return known !== undefined && known !== life;
  }

  /** Compares with every member of every configuration that this host is in. */
  run(): void {
    const peers = new Map<string, Member>();
    for (const { config } of this.parts.disk.held.values()) {
      for (const member of config.members) {
        if (member.address === this.parts.link.self || this.isGone(member)) continue;
        peers.set(`${member.address} ${member.life}`, member);
      }
    }
    for (const peer of peers.values()) this.compare(peer);
  }

  /** A host asks for a comparison. */
  answer(from: Address, { rpc, life, sums }: SyncRequest): StoreReply {
    this.learn(from, life);
    const summary = summarize(this.shared({ address: from, life }));
    return { type: 'differ', rpc, life: this.parts.disk.life, ranges: summary.differing(sums) };
  }

  /** A host lists entries: what is newer there is asked for, what is newer here sent. */
  take(from: Address, { rpc, entries }: EntriesRequest): StoreReply {
    const needed = entries.filter(entry => this.needs(from, entry));
    return { type: 'needs', rpc, keys: needed.map(({ key }) => key) };
  }

  private learn(address: Address, life: number): void {
    const known = this.lives.get(address);
    this.lives.set(address, life);
    if (known !== life) this.onNewLife();
  }

  private compare(peer: Member): void {
    const { link, disk } = this.parts;
    const { sums } = summarize(this.shared(peer));
    link.call(peer.address, { type: 'sync', life: disk.life, sums }, reply => {
      if (reply?.type !== 'differ') return;
      this.learn(peer.address, reply.life);
      if (reply.life !== peer.life || reply.ranges === 0) return;
      this.list(
        peer.address,
        this.shared(peer).filter(({ key }) => (reply.ranges >> rangeOf(key)) & 1),
      );
    });
  }

  /** A page at a time, each when what the one before made necessary has arrived. */
  private list(to: Address, entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const page = entries.slice(0, PAGE);
    this.parts.link.call(to, { type: 'entries', entries: page }, reply => {
      if (reply?.type !== 'needs') return;
      let left = reply.keys.length;
      const next = (): void => {
        if (left-- === 0) this.list(to, entries.slice(PAGE));
      };
      next();
      for (const key of reply.keys) this.give(to, key, next);
    });
  }

  private needs(from: Address, { key, epoch, version }: Entry): boolean {
    const { disk, link } = this.parts;
    const held = disk.held.get(key);
    const config = disk.config(key);
    if (!config || config.epoch < epoch) return true;
    if (config.epoch > epoch) {
      if (held && this.isIn(config, from)) this.give(from, key);
      else link.tell(from, { type: 'news', key, config, settled: held === undefined });
      return false;
    }
    if (!held || sameVersion(held.version, version)) return false;
    if (isNewer(version, held.version)) return true;
    this.give(from, key);
    return false;
  }

  private isIn(config: Configuration, address: Address): boolean {
    const life = this.lives.get(address);
    return life !== undefined && hasMember(config, { address, life });
  }

  private give(to: Address, key: number, done: () => void = () => undefined): void {
    const { disk, link, repairBytes } = this.parts;
    const held = disk.held.get(key);
    if (!held) {
      done();
      return;
    }
    const { config, version, value } = held;
    const request = { type: 'install', key, config, version, value } as const;
    repairBytes.add(storeCodec.sizeOf({ ...request, rpc: 0 }));
    link.call(to, request, done);
  }

  /** The entries of the keys that this host and a member both have to hold. */
  private shared(member: Member): Entry[] {
    const shared: Entry[] = [];
    for (const [key, held] of this.parts.disk.held) {
      if (hasMember(held.config, member)) shared.push(entryOf(key, held));
    }
    return shared;
  }
}

const entryOf = (key: number, { config, version }: Held): Entry => ({ key, epoch: config.epoch, version });

function summarize(entries: readonly Entry[]): Summary {
  const summary = new Summary();
  for (const entry of entries) summary.add(entry);
  return summary;
}
