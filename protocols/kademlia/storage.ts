// Storage: values on the k nodes closest to their keys, and what keeps them there (sections 2.3 and 2.5).
import type { NodeRef } from '../node-ref.ts';
import type { Host, Nanoseconds } from '../port.ts';
import { type FoundValue, Lookup, type Seeker } from './lookup.ts';
import type { KademliaMessage } from './messages.ts';
import type { KademliaOptions } from './options.ts';
import { type Held, Values } from './values.ts';
import { distance } from './xor.ts';

const MILLISECOND = 1e6;

export class Storage {
  readonly values = new Values();
  private readonly seeker: Seeker;
  private readonly host: Host<KademliaMessage>;
  private readonly options: KademliaOptions;
  private readonly tick = (): void => this.replicate();

  constructor(seeker: Seeker, host: Host<KademliaMessage>, options: KademliaOptions) {
    this.seeker = seeker;
    this.host = host;
    this.options = options;
  }

  begin(): void {
    this.host.after(Math.floor(this.host.random() * this.options.replicate), this.tick);
  }

  /**
   * Stores a value at the k nodes closest to its key.
   * @param expires on this host's clock
   * @param done with the number of nodes that took it, this one included
   */
  store(key: number, value: Uint8Array, expires: Nanoseconds, done?: (nodes: number) => void): void {
    new Lookup(this.seeker, key, 'find-node', ({ closest }) => {
      let left = closest.length;
      let taken = 0;
      const end = (took: boolean) => {
        if (took) taken++;
        if (--left === 0) done?.(taken);
      };
      for (const node of closest) this.storeAt(node, key, value, expires, end);
    }).run();
  }

  /** The value under a key, held here or found at others; then also kept at the closest node that did not have it. */
  find(key: number, done: (lookup: Lookup, found: FoundValue | undefined) => void): void {
    const now = this.host.now();
    const lookup = new Lookup(this.seeker, key, 'find-value', ended => {
      const { found } = ended;
      if (found) this.cache(ended, found);
      done(ended, found);
    });
    const held = this.values.get(key, now);
    if (held) done(lookup, { value: held.value, ttl: ttlOf(held, now) });
    else lookup.run();
  }

  /** A contact is new in the table: it gets the values that are its to hold, from the closest who hold them. */
  welcome(newcomer: NodeRef): void {
    if (this.values.size === 0) return;
    const now = this.host.now();
    const { table, options } = this.seeker;
    for (const [key, held] of this.values.living(now)) {
      const own = distance(table.self.id, key);
      const neighbours = table.closest(key, options.k);
      const others = neighbours.filter(({ id }) => id !== newcomer.id);
      if (others.length === neighbours.length) continue;
      if (others.every(({ id }) => distance(id, key) > own)) {
        this.storeAt(newcomer, key, held.value, held.expires);
      }
    }
  }

  private storeAt(
    node: NodeRef,
    key: number,
    value: Uint8Array,
    expires: Nanoseconds,
    done?: (took: boolean) => void,
  ): void {
    const { rpc, table } = this.seeker;
    const now = this.host.now();
    if (node.id === table.self.id) {
      this.values.store(key, value, expires, now);
      done?.(true);
      return;
    }
    const ttl = Math.max(0, Math.floor((expires - now) / MILLISECOND));
    const request = { type: 'store', rpc: rpc.number(), id: table.self.id, key, ttl, value } as const;
    rpc.call(node.address, request, reply => {
      if (!reply) table.failed(node.id);
      done?.(reply?.type === 'ok');
    });
  }

  /** The farther from the key, the shorter: halved for each node that is known to be closer. */
  private cache({ key, closest }: Lookup, { value, ttl }: FoundValue): void {
    const [node] = closest;
    if (!node) return;
    const { table, options } = this.seeker;
    const between = table
      .closest(key, options.k)
      .filter(({ id }) => distance(id, key) < distance(node.id, key));
    this.storeAt(node, key, value, this.host.now() + (ttl * MILLISECOND) / 2 ** between.length);
  }

  private replicate(): void {
    const { options, host } = this;
    host.after(options.replicate, this.tick);
    const now = host.now();
    for (const [key, held] of this.values.living(now)) {
      if (now - held.stored < options.replicate) continue;
      held.stored = now;
      this.store(key, held.value, held.expires);
    }
  }
}

/** Whole milliseconds that are left to a value. */
export function ttlOf({ expires }: Held, now: Nanoseconds): number {
  return Math.floor((expires - now) / MILLISECOND);
}
