// The routing table: k-buckets of contacts, each ordered by when they were last heard, the least recently seen first.
import { BITS } from '../identifier.ts';
import type { NodeRef } from '../node-ref.ts';
import type { Address, Nanoseconds } from '../port.ts';
import { bucketOf, distance, hasBit } from './xor.ts';

/** What became of a contact that was heard. */
export type Heard = 'known' | 'added' | 'full' | 'self';

/** Of the nodes that `closest` has chosen in the bucket it is at: their distances, in rising order. */
const chosen = new Float64Array(256);

/** Contacts, the least recently seen first. */
export class Bucket {
  readonly contacts: NodeRef[] = [];
  /** Their identifiers, side by side: whoever looks for one need not look at contacts all over the memory. */
  readonly ids: number[] = [];
  /** When the least recently seen of them was last pinged for a newcomer. */
  probed: Nanoseconds = -Infinity;

  /** The place of an identifier; -1 where it has none. */
  indexOf(id: number): number {
    let at = this.contacts.length - 1;
    while (at >= 0 && this.ids[at] !== id) at--;
    return at;
  }

  push(contact: NodeRef): void {
    this.contacts.push(contact);
    this.ids.push(contact.id);
  }

  /** Moves a contact to another place; those between make room. */
  move(from: number, to: number): void {
    if (from === to) return;
    const { contacts, ids } = this;
    const contact = contacts[from];
    const step = from < to ? 1 : -1;
    for (let at = from; at !== to; at += step) {
      contacts[at] = contacts[at + step];
      ids[at] = ids[at + step];
    }
    contacts[to] = contact;
    ids[to] = contact.id;
  }

  remove(at: number): void {
    this.move(at, this.contacts.length - 1);
    this.contacts.pop();
    this.ids.pop();
  }
}

export class Table {
  readonly self: NodeRef;
  readonly k: number;
  /** Bucket i holds contacts at distances in [2^i, 2^(i+1)). */
  readonly buckets: (Bucket | undefined)[] = new Array(BITS).fill(undefined);
  /** The lowest bucket that has ever held a contact: below it there is nothing. */
  private lowest = BITS;
  /**
   * Contacts that did not answer when last asked. They are told to nobody, and give way to any newcomer; but where the
   * network was at fault and not they, they are what leads back (section 4.1). Most nodes need none most of the time.
   */
  private stale: Set<NodeRef> | undefined;

  constructor(self: NodeRef, k: number) {
    this.self = self;
    this.k = k;
  }

  /** Contacts that are not stale. */
  get size(): number {
    let size = 0;
    for (const bucket of this.buckets) if (bucket) size += bucket.contacts.length;
    return size - (this.stale?.size ?? 0);
  }

  /** The lowest bucket with a contact, hence the one of the closest neighbour; 48 where there is none. */
  get nearest(): number {
    for (let i = this.lowest; i < BITS; i++) if (this.buckets[i]?.contacts.length) return i;
    return BITS;
  }

  isStale(contact: NodeRef): boolean {
    return this.stale?.has(contact) ?? false;
  }

  /** A node was heard: it is now the bucket's most recently seen, unless it is new and the bucket full of good ones. */
  heard(id: number, address: Address): Heard {
    const d = distance(this.self.id, id);
    if (d === 0) return 'self';
    const index = bucketOf(d);
    const bucket = this.bucket(index);
    const { contacts } = bucket;
    const at = bucket.indexOf(id);
    if (at >= 0) {
      const contact = contacts[at];
      // Another node that claims a known identifier does not get its place.
      if (contact.address !== address) return 'known';
      bucket.move(at, contacts.length - 1);
      this.stale?.delete(contact);
      return 'known';
    }
    if (contacts.length >= this.k && !this.dropStale(bucket)) return 'full';
    bucket.push({ id, address });
    return 'added';
  }

  /** The contact of an identifier that has been heard. Undefined where it has no place in the table. */
  find(id: number): NodeRef | undefined {
    const bucket = this.bucketOf(id);
    return bucket?.contacts[bucket.indexOf(id)];
  }

  /** A node did not answer. It becomes the least recently seen of its bucket. */
  failed(id: number): void {
    const bucket = this.bucketOf(id);
    const at = bucket ? bucket.indexOf(id) : -1;
    if (!bucket || at < 0) return;
    this.stale ??= new Set();
    this.stale.add(bucket.contacts[at]);
    bucket.move(at, 0);
  }

  /** Takes over contacts as they are. Each belongs into its bucket, of which none must exceed k. */
  adopt(buckets: readonly (readonly NodeRef[])[]): void {
    for (const [index, contacts] of buckets.entries()) {
      for (const contact of contacts) this.bucket(index).push(contact);
    }
  }

  /** The contacts closest to a key, at most `count` (<= 255), in no order. Stale ones only where there are no others. */
  closest(key: number, count: number): NodeRef[] {
    const d = distance(this.self.id, key);
    const first = d === 0 ? undefined : this.buckets[bucketOf(d)];
    // As most often: all of one bucket.
    if (first?.contacts.length === count && !this.stale?.size) return first.contacts.slice();
    const found: NodeRef[] = [];
    // A bucket whose bit of d is set lies nearer to the key than this node, and the higher the nearer; all others lie
    // farther, and the lower the nearer.
    for (let i = BITS - 1; i >= this.lowest && found.length < count; i--) {
      if (hasBit(d, i)) this.gather(this.buckets[i], key, count, found);
    }
    for (let i = this.lowest; i < BITS && found.length < count; i++) {
      if (!hasBit(d, i)) this.gather(this.buckets[i], key, count, found);
    }
    if (found.length === 0 && this.stale) return [...this.stale].slice(0, count);
    return found;
  }

  private gather(bucket: Bucket | undefined, key: number, count: number, found: NodeRef[]): void {
    if (!bucket) return;
    const { contacts, ids } = bucket;
    const stale = this.stale?.size ? this.stale : undefined;
    const before = found.length;
    const room = count - before;
    const sorted = contacts.length > room;
    for (let at = 0; at < contacts.length; at++) {
      if (stale?.has(contacts[at])) continue;
      if (!sorted) {
        found.push(contacts[at]);
        continue;
      }
      const d = distance(ids[at], key);
      let place = found.length - before;
      if (place === room) {
        if (d >= chosen[place - 1]) continue;
        place--;
      }
      for (; place > 0 && chosen[place - 1] > d; place--) {
        chosen[place] = chosen[place - 1];
        found[before + place] = found[before + place - 1];
      }
      chosen[place] = d;
      found[before + place] = contacts[at];
    }
  }

  /** The bucket of an identifier; undefined where it is this node's own, or has never held a contact. */
  bucketOf(id: number): Bucket | undefined {
    const d = distance(this.self.id, id);
    return d === 0 ? undefined : this.buckets[bucketOf(d)];
  }

  private bucket(index: number): Bucket {
    let bucket = this.buckets[index];
    if (!bucket) {
      bucket = new Bucket();
      this.buckets[index] = bucket;
      if (index < this.lowest) this.lowest = index;
    }
    return bucket;
  }

  private dropStale(bucket: Bucket): boolean {
    const { stale } = this;
    if (!stale?.size) return false;
    const at = bucket.contacts.findIndex(contact => stale.has(contact));
    if (at < 0) return false;
    stale.delete(bucket.contacts[at]);
    bucket.remove(at);
    return true;
  }
}
