// The routing table: k-buckets of contacts, each ordered by when they were last heard, the least recently seen first.
import { BITS } from '../identifier.ts';
import type { NodeRef } from '../node-ref.ts';
import type { Address } from '../port.ts';
import { bucketOf, distance, hasBit } from './xor.ts';

/** What became of a contact that was heard. */
export type Heard = 'known' | 'added' | 'full' | 'self';

/** Of the nodes that `closest` has chosen in the bucket it is at: their distances, in rising order. */
const chosen = new Float64Array(256);

export class Table {
  readonly self: NodeRef;
  readonly k: number;
  /** Bucket i holds contacts at distances in [2^i, 2^(i+1)). */
  readonly buckets: (NodeRef[] | undefined)[] = new Array(BITS).fill(undefined);
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
    for (const bucket of this.buckets) if (bucket) size += bucket.length;
    return size - (this.stale?.size ?? 0);
  }

  /** The lowest bucket with a contact, hence the one of the closest neighbour; 48 where there is none. */
  get nearest(): number {
    for (let i = this.lowest; i < BITS; i++) if (this.buckets[i]?.length) return i;
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
    for (let at = bucket.length - 1; at >= 0; at--) {
      const contact = bucket[at];
      if (contact.id !== id) continue;
      // Another node that claims a known identifier does not get its place.
      if (contact.address !== address) return 'known';
      move(bucket, at, bucket.length - 1);
      this.stale?.delete(contact);
      return 'known';
    }
    if (bucket.length >= this.k && !this.dropStale(bucket)) return 'full';
    bucket.push({ id, address });
    return 'added';
  }

  /** The contact of an identifier that has been heard. Undefined where it has no place in the table. */
  find(id: number): NodeRef | undefined {
    const d = distance(this.self.id, id);
    return d === 0 ? undefined : this.buckets[bucketOf(d)]?.find(contact => contact.id === id);
  }

  /** A node did not answer. It becomes the least recently seen of its bucket. */
  failed(id: number): void {
    const contact = this.find(id);
    if (!contact) return;
    const bucket = this.bucket(bucketOf(distance(this.self.id, id)));
    move(bucket, bucket.indexOf(contact), 0);
    this.stale ??= new Set();
    this.stale.add(contact);
  }

  /** Takes over contacts as they are. Each belongs into its bucket, of which none must exceed k. */
  adopt(buckets: readonly (readonly NodeRef[])[]): void {
    for (const [index, contacts] of buckets.entries()) {
      if (contacts.length > 0) this.bucket(index).push(...contacts);
    }
  }

  /** The contacts closest to a key, at most `count` (<= 255), in no order. Stale ones only where there are no others. */
  closest(key: number, count: number): NodeRef[] {
    const d = distance(this.self.id, key);
    const first = d === 0 ? undefined : this.buckets[bucketOf(d)];
    // As most often: all of one bucket.
    if (first?.length === count && !this.stale?.size) return first.slice();
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

  private gather(bucket: NodeRef[] | undefined, key: number, count: number, found: NodeRef[]): void {
    if (!bucket) return;
    const { stale } = this;
    const before = found.length;
    const room = count - before;
    const sorted = bucket.length > room;
    for (const contact of bucket) {
      if (stale?.has(contact)) continue;
      if (!sorted) {
        found.push(contact);
        continue;
      }
      const d = distance(contact.id, key);
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
      found[before + place] = contact;
    }
  }

  private bucket(index: number): NodeRef[] {
    let bucket = this.buckets[index];
    if (!bucket) {
      bucket = [];
      this.buckets[index] = bucket;
      if (index < this.lowest) this.lowest = index;
    }
    return bucket;
  }

  private dropStale(bucket: NodeRef[]): boolean {
    if (!this.stale || this.stale.size === 0) return false;
    const at = bucket.findIndex(contact => this.stale!.has(contact));
    if (at < 0) return false;
    this.stale.delete(bucket[at]);
    bucket.splice(at, 1);
    return true;
  }
}

/** Moves an entry to another place; those between make room. */
function move<T>(list: T[], from: number, to: number): void {
  const entry = list[from];
  for (let i = from; i < to; i++) list[i] = list[i + 1];
  for (let i = from; i > to; i--) list[i] = list[i - 1];
  list[to] = entry;
}
