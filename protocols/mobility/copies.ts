// Copies that the network makes of a packet: each host on its way lets the first of them pass.
import type { Packet } from './messages.ts';

/** Packets that are remembered, those that came last: copies come soon after one another. */
const REMEMBERED = 1024;

/**
 * A packet that a host sees again after others have passed it on has had more hops, and is no copy. Since each host lets a
 * packet with so many hops pass once, and sends it to one host, it arrives once in all.
 */
export class Copies {
  private readonly passed = new Set<string>();

  /** @returns whether it is the first of its kind */
  pass({ origin, number, hops }: Packet): boolean {
    const key = `${origin}/${number}/${hops}`;
    if (this.passed.has(key)) return false;
    this.passed.add(key);
    if (this.passed.size > REMEMBERED) this.passed.delete(this.passed.values().next().value!);
    return true;
  }
}
