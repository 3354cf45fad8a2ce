// Shared uplinks: each node's link out, divided among its slivers by guarantees first and shares of the rest.
import { type EventKind, NO_HOST, type Simulation } from '../../sim/simulation.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { type Links, nanosecondsPerByte } from './links.ts';

/** What a sliver, or whoever else sends from a node, has of the uplink. */
export interface Claim {
  /** Weight among those that have something to send, > 0. */
  readonly share: number;
  /** bit/s, >= 0 */
  readonly reserve: number;
}

/** What becomes of those who wait. */
export interface Uplinked<P> {
  /** Asked of the first in each queue before one is chosen: whether it still goes. One that does not takes no time. */
  goes(parcel: P, waited: Nanoseconds): boolean;
  /** A parcel's last byte will stand at the link's other end at `sent`; it has waited so long for its first. */
  went(parcel: P, sent: Nanoseconds, waited: Nanoseconds): void;
}

interface Waiting<P> {
  readonly parcel: P;
  readonly bytes: number;
  readonly since: Nanoseconds;
  next: Waiting<P> | undefined;
}

/** What one sender has waiting, in order, and how far it has got. */
interface Queue<P> {
  readonly share: number;
  /** Nanoseconds of its reserve that a byte takes; Infinity where it has none. */
  readonly perByte: number;
  head: Waiting<P> | undefined;
  tail: Waiting<P> | undefined;
  /** When the reserve lets the next parcel go. */
  due: Nanoseconds;
  /** The virtual time at which the next parcel starts, in bytes a share. */
  start: number;
}

/** A node's uplink: the queues that are not empty, and its virtual time. */
interface Uplink<P> {
  readonly backlogged: Queue<P>[];
  virtual: number;
  busy: boolean;
}

/**
 * Packet by packet. A queue whose reserve is due goes first, of several the one with the earliest deadline; else the
 * one with the least start tag (start-time fair queueing: Goyal, Vin and Cheng, IEEE/ACM Trans. Networking 5(5),
 * 1997), so what no reserve takes is divided by the shares of those who have something to send, as the hierarchical
 * token bucket does it. The link never rests while anything waits. A choice costs one look at each queue that waits.
 */
export class SharedUplinks<P> {
  private readonly sim: Simulation;
  private readonly links: Links;
  private readonly users: Uplinked<P>;
  private readonly claimOf: (sender: number) => Claim;
  private readonly uplinks: Uplink<P>[] = [];
  private readonly queues: (Queue<P> | undefined)[] = [];
  private readonly freed: EventKind<undefined>;

  constructor(sim: Simulation, links: Links, claimOf: (sender: number) => Claim, users: Uplinked<P>) {
    this.sim = sim;
    this.links = links;
    this.claimOf = claimOf;
    this.users = users;
    this.freed = sim.kind('uplink', (_host, _nothing, node) => this.goOn(node));
  }

  /** @param sender has a queue of its own; always from the same node */
  offer(node: number, sender: number, bytes: number, parcel: P): void {
    this.uplinks[node] ??= { backlogged: [], virtual: 0, busy: false };
    this.queues[sender] ??= queueFor<P>(this.claimOf(sender));
    const uplink = this.uplinks[node];
    const queue = this.queues[sender];
    const { now } = this.sim;
    const waiting = { parcel, bytes, since: now, next: undefined };
    if (queue.tail === undefined) {
      queue.head = queue.tail = waiting;
      queue.due = Math.max(queue.due, now);
      queue.start = Math.max(queue.start, uplink.virtual);
      uplink.backlogged.push(queue);
    } else {
      queue.tail.next = waiting;
      queue.tail = waiting;
    }
    if (!uplink.busy) this.goOn(node);
  }

  private goOn(node: number): void {
    const uplink = this.uplinks[node];
    const { now } = this.sim;
    this.weedOut(uplink, now);
    uplink.busy = uplink.backlogged.length > 0;
    if (!uplink.busy) return;
    const claiming = earliestDue(uplink.backlogged, now);
    const queue = claiming ?? leastStart(uplink.backlogged);
    const { bytes, parcel, since } = queue.head!;
    if (claiming) queue.due += bytes * queue.perByte;
    else {
      uplink.virtual = queue.start;
      queue.start += bytes / queue.share;
    }
    advance(uplink, queue);
    const sent = this.links.serve(node, bytes, now);
    this.sim.post(this.links.freeAt(node), this.freed, NO_HOST, undefined, node);
    this.users.went(parcel, sent, now - since);
  }

  /** Takes what does not go any more off the heads of queues. */
  private weedOut(uplink: Uplink<P>, now: Nanoseconds): void {
    for (let index = uplink.backlogged.length - 1; index >= 0; index--) {
      const queue = uplink.backlogged[index];
      while (queue.head && !this.users.goes(queue.head.parcel, now - queue.head.since))
        advance(uplink, queue);
    }
  }
}

function queueFor<P>({ share, reserve }: Claim): Queue<P> {
  const perByte = nanosecondsPerByte(reserve);
  return { share, perByte, head: undefined, tail: undefined, due: 0, start: 0 };
}

function advance<P>(uplink: Uplink<P>, queue: Queue<P>): void {
  queue.head = queue.head!.next;
  if (queue.head !== undefined) return;
  queue.tail = undefined;
  uplink.backlogged.splice(uplink.backlogged.indexOf(queue), 1);
}

/** Of the queues whose reserve lets them go, that whose next parcel must be gone first. */
function earliestDue<P>(queues: readonly Queue<P>[], now: Nanoseconds): Queue<P> | undefined {
  let found: Queue<P> | undefined;
  let least = Infinity;
  for (const queue of queues) {
    if (queue.due > now) continue;
    const deadline = queue.due + queue.head!.bytes * queue.perByte;
    if (deadline < least) [found, least] = [queue, deadline];
  }
  return found;
}

function leastStart<P>(queues: readonly Queue<P>[]): Queue<P> {
  let found = queues[0];
  for (const queue of queues) if (queue.start < found.start) found = queue;
  return found;
}
