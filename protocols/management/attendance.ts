// The nodes that an authority attends to: when each was last heard of, what it knows, and what is pushed to it.
import type { Address, Counter, Host, Meter, Nanoseconds } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { Database } from './database.ts';
import type { ManagementMessage, PushReply, PushRequest, Version } from './messages.ts';
import type { ManagementOptions } from './options.ts';

interface Attendant {
  readonly push: boolean;
  heard: Nanoseconds;
  /** The last entry that it knows; undefined where it has not said so yet. */
  known: number | undefined;
  pushing: boolean;
}

/**
 * One push to a node is under way at a time, with all that it lacks as far as a datagram holds it; the next follows its
 * acknowledgement. A node that acknowledges none is pushed to again when it is heard of.
 *
 * Counts `authority.pushes` (pushes begun; each may be sent several times).
 */
export class Attendance {
  private readonly attendants = new Map<Address, Attendant>();
  private readonly host: Host<ManagementMessage>;
  private readonly database: Database;
  private readonly options: ManagementOptions;
  private readonly rpc: Rpc<PushRequest, PushReply>;
  private readonly pushes: Counter;

  constructor(host: Host<ManagementMessage>, database: Database, options: ManagementOptions, meter: Meter) {
    this.host = host;
    this.database = database;
    this.options = options;
    this.rpc = new Rpc<PushRequest, PushReply>(host as Host<PushRequest | PushReply>, {
      ...options.rpc,
      attempts: options.push.attempts,
    });
    this.pushes = meter.counter('authority.pushes');
  }

  /** A node registers, also one that has before. @param push whether it wants pushes */
  admit(node: Address, push: boolean): void {
    const pushing = this.attendants.get(node)?.pushing ?? false;
    this.attendants.set(node, { push, heard: this.host.now(), known: undefined, pushing });
  }

  /** A node has been heard of. @returns whether it is attended to at all */
  heard(node: Address, known: Version): boolean {
    const attendant = this.attendants.get(node);
    if (!attendant) return false;
    attendant.heard = this.host.now();
    this.learn(attendant, known);
    return true;
  }

  /** The node has been sent all up to an entry. Where that is lost, it says so in answer to the next push. */
  sent(node: Address, seq: number): void {
    const attendant = this.attendants.get(node);
    if (attendant) attendant.known = seq;
  }

  has(node: Address): boolean {
    return this.attendants.has(node);
  }

  /** Pushes to a node what it lacks, if it wants pushes. */
  push(node: Address): void {
    const attendant = this.attendants.get(node);
    if (!attendant?.push || attendant.pushing || attendant.known === undefined) return;
    if (attendant.known >= this.database.latestOf(node)) return;
    // It will poll, and is told everything then.
    if (this.database.forgets(node, attendant.known)) return;
    attendant.pushing = true;
    this.pushes.add();
    const known = { authority: this.database.id, seq: attendant.known };
    const page = this.database.page(node, known, 'news', this.options.page, this.host.now());
    this.rpc.call(node, { type: 'push', rpc: this.rpc.number(), ...page }, reply => this.pushed(node, reply));
  }

  settle(from: Address, reply: PushReply): boolean {
    return this.rpc.settle(from, reply);
  }

  /** Forgets those that have been silent for too long. @param gone told of each */
  sweep(gone: (node: Address) => void): void {
    const since = this.host.now() - this.options.silence;
    for (const [node, { heard }] of this.attendants) {
      if (heard >= since) continue;
      this.attendants.delete(node);
      gone(node);
    }
  }

  stop(): void {
    this.rpc.clear();
  }

  private pushed(node: Address, reply: PushReply | undefined): void {
    const attendant = this.attendants.get(node);
    if (!attendant) return;
    attendant.pushing = false;
    if (!reply) return;
    if (reply.type === 'unknown') {
      // Another authority's by now; it is missed as one that has fallen silent.
      this.attendants.set(node, { ...attendant, push: false });
      return;
    }
    attendant.heard = this.host.now();
    this.learn(attendant, reply.known);
    this.push(node);
  }

  private learn(attendant: Attendant, known: Version): void {
    attendant.known = known.authority === this.database.id ? known.seq : undefined;
  }
}
