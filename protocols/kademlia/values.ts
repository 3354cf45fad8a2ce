// The values that a node holds, each until it expires (section 2.5).
import type { Nanoseconds } from '../port.ts';

export interface Held {
  readonly value: Uint8Array;
  readonly expires: Nanoseconds;
  /** When it was last stored here, or by this node at the closest. */
  stored: Nanoseconds;
}

export class Values {
  private readonly held = new Map<number, Held>();

  get size(): number {
    return this.held.size;
  }

  /** What would expire sooner than what is held is not taken. */
  store(key: number, value: Uint8Array, expires: Nanoseconds, now: Nanoseconds): void {
    const known = this.held.get(key);
    if (known && known.expires > expires) known.stored = now;
    else this.held.set(key, { value, expires, stored: now });
  }

  get(key: number, now: Nanoseconds): Held | undefined {
    const held = this.held.get(key);
    return held && held.expires > now ? held : undefined;
  }

  /** Forgets what has expired. @returns the rest, by key */
  living(now: Nanoseconds): IterableIterator<[number, Held]> {
    for (const [key, { expires }] of this.held) if (expires <= now) this.held.delete(key);
    return this.held.entries();
  }
}
