// Plumtree: messages go down the branches of a tree at once, and are announced on all other links, which mend the tree.
import type { Address, Counter, Host, Nanoseconds, Timer } from '../port.ts';
import type { PlumtreeMessage, TreeMessage } from './messages.ts';
import type { PlumtreeOptions } from './options.ts';

interface Received {
  readonly body: Uint8Array;
  readonly round: number;
  readonly at: Nanoseconds;
}

/** A message that others have and this host has not. */
interface Missing {
  readonly announced: { readonly from: Address; readonly round: number }[];
  timer: Timer;
}

/** Ids that a probe tells: the last received. */
const RECENT = 32;

export interface TreeCounters {
  readonly duplicates: Counter;
  readonly grafts: Counter;
  readonly prunes: Counter;
}

/**
 * Plumtree after J. Leitao, J. Pereira, L. Rodrigues, "Epidemic Broadcast Trees", SRDS 2007: eager and lazy links, prune,
 * ihave, graft, and the optimization of section 3.8. Announcements are not batched. Beyond the paper: neighbours tell each
 * other now and then what they received last, since a datagram may be lost on a branch that no lazy link goes round.
 */
export class Tree {
  private readonly host: Host<PlumtreeMessage>;
  private readonly options: PlumtreeOptions;
  private readonly counters: TreeCounters;
  private readonly deliver: (id: number, round: number, body: Uint8Array) => void;
  /** The neighbours: true where messages are pushed to them, false where announced. */
  private readonly eager = new Map<Address, boolean>();
  /** In the order in which they came. */
  private readonly received = new Map<number, Received>();
  private readonly missing = new Map<number, Missing>();

  /** @param deliver told of each message once, of the host's own not */
  constructor(
    host: Host<PlumtreeMessage>,
    options: PlumtreeOptions,
    counters: TreeCounters,
    deliver: (id: number, round: number, body: Uint8Array) => void,
  ) {
    this.host = host;
    this.options = options;
    this.counters = counters;
    this.deliver = deliver;
  }

  /** Neighbours to which messages are pushed. */
  get branches(): Address[] {
    return [...this.eager].filter(([, eager]) => eager).map(([neighbour]) => neighbour);
  }

  broadcast(id: number, body: Uint8Array): void {
    this.keep(id, 0, body);
    this.pass(id, 0, body, undefined);
  }

  up(neighbour: Address): void {
    this.eager.set(neighbour, true);
  }

  down(neighbour: Address): void {
    this.eager.delete(neighbour);
  }

  recent(): number[] {
    return [...this.received.keys()].slice(-RECENT);
  }

  told(neighbour: Address, ids: readonly number[]): void {
    for (const id of ids) this.announced(neighbour, id, 0);
  }

  receive(from: Address, message: TreeMessage): void {
    switch (message.type) {
      case 'gossip':
        this.gossip(from, message.id, message.round, message.body);
        return;
      case 'ihave':
        this.announced(from, message.id, message.round);
        return;
      case 'graft':
        this.graft(from, message.id);
        return;
      case 'prune':
        this.demote(from);
    }
  }

  private gossip(from: Address, id: number, round: number, body: Uint8Array): void {
    if (this.received.has(id)) {
      this.counters.duplicates.add();
      this.prune(from);
      return;
    }
    const missing = this.missing.get(id);
    missing?.timer.cancel();
    this.missing.delete(id);
    this.keep(id, round, body);
    this.deliver(id, round, body);
    this.pass(id, round + 1, body, from);
    this.promote(from);
    this.optimize(from, round, missing);
  }

  /** Section 3.8: whoever had it much earlier, and only announced it, makes a better branch. */
  private optimize(from: Address, round: number, missing: Missing | undefined): void {
    const better = missing?.announced.find(
      one => one.round > 0 && round - one.round >= this.options.threshold && this.eager.has(one.from),
    );
    if (!better || better.from === from) return;
    this.askFor(better.from, 0);
    this.prune(from);
  }

  private pass(id: number, round: number, body: Uint8Array, from: Address | undefined): void {
    const hops = Math.min(round, 65_535);
    for (const [neighbour, eager] of this.eager) {
      if (neighbour === from) continue;
      this.host.send(
        neighbour,
        eager ? { type: 'gossip', id, round: hops, body } : { type: 'ihave', id, round: hops },
      );
    }
  }

  private keep(id: number, round: number, body: Uint8Array): void {
    const now = this.host.now();
    this.received.set(id, { body, round, at: now });
    for (const [old, { at }] of this.received) {
      if (now - at <= this.options.keep) break;
      this.received.delete(old);
    }
  }

  private announced(from: Address, id: number, round: number): void {
    if (this.received.has(id)) return;
    const missing = this.missing.get(id);
    if (missing) missing.announced.push({ from, round });
    else this.missing.set(id, { announced: [{ from, round }], timer: this.await(id) });
  }

  private await(id: number): Timer {
    return this.host.after(this.options.graftTimeout, () => {
      const missing = this.missing.get(id)!;
      const next = missing.announced.shift();
      if (next) {
        missing.timer = this.await(id);
        this.askFor(next.from, id);
      } else {
        this.missing.delete(id);
      }
    });
  }

  private askFor(from: Address, id: number): void {
    this.counters.grafts.add();
    this.promote(from);
    this.host.send(from, { type: 'graft', id });
  }

  private graft(from: Address, id: number): void {
    this.promote(from);
    const received = this.received.get(id);
    if (received) {
      this.host.send(from, {
        type: 'gossip',
        id,
        round: Math.min(received.round + 1, 65_535),
        body: received.body,
      });
    }
  }

  private prune(from: Address): void {
    this.counters.prunes.add();
    this.demote(from);
    this.host.send(from, { type: 'prune' });
  }

  private promote(neighbour: Address): void {
    if (this.eager.has(neighbour)) this.eager.set(neighbour, true);
  }

  private demote(neighbour: Address): void {
    if (this.eager.has(neighbour)) this.eager.set(neighbour, false);
  }
}
