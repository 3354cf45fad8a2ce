// A replica's cache: objects up to so many bytes, and which of them goes when there is no room.

export type Eviction = 'lru' | 'lfu' | 'fifo';

/** The order in which objects are given up. */
interface Order {
  added(object: number): void;
  used(object: number): void;
  removed(object: number): void;
  /** The one to go. Asked only where there is one. */
  victim(): number;
}

export class Cache {
  private readonly capacity: number;
  private readonly onEviction: () => void;
  private readonly sizes = new Map<number, number>();
  private readonly order: Order;
  private held = 0;

  /** @param capacity bytes, >= 0 @param onEviction called for each object that is given up */
  constructor(capacity: number, eviction: Eviction, onEviction: () => void = () => undefined) {
    this.capacity = capacity;
    this.onEviction = onEviction;
    this.order = eviction === 'lfu' ? new ByFrequency() : new ByTime(eviction === 'lru');
  }

  /** Bytes held: never more than the capacity. */
  get bytes(): number {
    return this.held;
  }

  has(object: number): boolean {
    return this.sizes.has(object);
  }

  /** An object was asked for. @returns whether it is held */
  use(object: number): boolean {
    const held = this.sizes.has(object);
    if (held) this.order.used(object);
    return held;
  }

  /** Takes an object in, and gives others up for it. @returns whether it is held: not where it is larger than the cache */
  put(object: number, bytes: number): boolean {
    if (this.sizes.has(object)) return true;
    if (bytes > this.capacity) return false;
    while (this.held + bytes > this.capacity) this.evict(this.order.victim());
    this.sizes.set(object, bytes);
    this.held += bytes;
    this.order.added(object);
    return true;
  }

  private evict(object: number): void {
    this.held -= this.sizes.get(object)!;
    this.sizes.delete(object);
    this.order.removed(object);
    this.onEviction();
  }
}

/** The one that came first goes, or, where use renews, the one whose last use is the longest ago. */
class ByTime implements Order {
  private readonly useRenews: boolean;
  private readonly objects = new Set<number>();

  constructor(useRenews: boolean) {
    this.useRenews = useRenews;
  }

  added(object: number): void {
    this.objects.add(object);
  }

  used(object: number): void {
    if (!this.useRenews) return;
    this.objects.delete(object);
    this.objects.add(object);
  }

  removed(object: number): void {
    this.objects.delete(object);
  }

  victim(): number {
    return this.objects.values().next().value!;
  }
}

/** The one with the fewest uses since it came goes; of several, the one that has had so many for the longest. */
class ByFrequency implements Order {
  private readonly uses = new Map<number, number>();
  /** By number of uses, in the order in which they reached it. */
  private readonly groups = new Map<number, Set<number>>();

  added(object: number): void {
    this.enter(object, 1);
  }

  used(object: number): void {
    const uses = this.uses.get(object)!;
    this.removed(object);
    this.enter(object, uses + 1);
  }

  removed(object: number): void {
    const uses = this.uses.get(object)!;
    const group = this.groups.get(uses)!;
    group.delete(object);
    if (group.size === 0) this.groups.delete(uses);
    this.uses.delete(object);
  }

  victim(): number {
    let fewest = Infinity;
    for (const uses of this.groups.keys()) if (uses < fewest) fewest = uses;
    return this.groups.get(fewest)!.values().next().value!;
  }

  private enter(object: number, uses: number): void {
    this.uses.set(object, uses);
    const group = this.groups.get(uses);
    if (group) group.add(object);
    else this.groups.set(uses, new Set([object]));
  }
}
