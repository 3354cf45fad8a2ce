// Fragments: datagrams that are larger than the path's MTU, cut at the sender and put together at the receiver.
//
// Each fragment is a packet of its own for the network. So it waits, is delayed, lost (in bursts, too) and counted as on a
// real path, a datagram of n fragments is lost n times as often, and a capture shows what would be on the wire.
import { type Nanoseconds, SECOND } from '../../../sim/time.ts';
import { isIpv6 } from './addresses.ts';
import { type Datagram, FRAGMENT_HEADER, Fragment, ipHeader, UDP_HEADER } from './packet.ts';

/** How long the first fragment of a datagram waits for the others, and how much may wait: as on Linux (ipfrag_time, ipfrag_high_thresh). */
const PATIENCE: Nanoseconds = 30 * SECOND;
const ROOM = 4 * 2 ** 20;

/** Cuts a datagram for links of an MTU. The offsets are multiples of 8 (RFC 791, 8200). */
export function* fragments(datagram: Datagram, identification: number, mtu: number): Iterable<Fragment> {
  const { destination } = datagram;
  const room = mtu - ipHeader(destination) - (isIpv6(destination) ? FRAGMENT_HEADER : 0);
  const step = room - (room % 8);
  const end = UDP_HEADER + datagram.payload.length;
  for (let from = 0; from < end; from += step) {
    yield new Fragment(datagram, identification, from, Math.min(from + step, end));
  }
}

interface Incomplete {
  readonly since: Nanoseconds;
  /** Where the fragments that have come begin: each may come twice. */
  readonly seen: Set<number>;
  bytes: number;
}

/** Puts datagrams together. It sets no timers: what is too old goes when another fragment comes. */
export class Reassembly {
  /** In the order in which their first fragments came. */
  private readonly waiting = new Map<Datagram, Incomplete>();
  private bytes = 0;

  /**
   * @param onLoss called for each datagram that is given up
   * @returns the datagram that the fragment completes
   */
  receive(fragment: Fragment, now: Nanoseconds, onLoss: () => void): Datagram | undefined {
    const { whole, from, to } = fragment;
    this.giveUp(now, onLoss);
    let incomplete = this.waiting.get(whole);
    if (!incomplete) {
      incomplete = { since: now, seen: new Set(), bytes: 0 };
      this.waiting.set(whole, incomplete);
    }
    if (incomplete.seen.has(from)) return undefined;
    incomplete.seen.add(from);
    incomplete.bytes += to - from;
    this.bytes += to - from;
    if (incomplete.bytes < UDP_HEADER + whole.payload.length) return undefined;
    this.forget(whole, incomplete);
    return whole;
  }

  private giveUp(now: Nanoseconds, onLoss: () => void): void {
    for (const [whole, incomplete] of this.waiting) {
      if (now - incomplete.since < PATIENCE && this.bytes < ROOM) return;
      this.forget(whole, incomplete);
      onLoss();
    }
  }

  private forget(whole: Datagram, { bytes }: Incomplete): void {
    this.waiting.delete(whole);
    this.bytes -= bytes;
  }
}
