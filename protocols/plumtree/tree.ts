// Plumtree: messages go down the branches of a tree at once, and are announced on all other links, which mend the tree.
import type { Address, Counter, Host, Nanoseconds, Timer } from '../port.ts';
import type { PlumtreeMessage, TreeMessage } from './messages.ts';
import type { PlumtreeOptions } from './options.ts';

/** A message: who published it, what it says, and how many hops it has come. */
export type Broadcast = Extract<TreeMessage, { type: 'gossip' }>;

interface Received {
  readonly message: Broadcast;
  readonly at: Nanoseconds;
}

const MILLISECOND: Nanoseconds = 1e6;

/** The largest number of hops that a message can tell. */
const MOST_HOPS = 65_535;

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
 * other now and then what they received last, since a datagram may be lost on a branch that no lazy link goes round; and a
 * message bears its age, since one that is told longer than others remember it would come to them again and again.
 */
export class Tree {
  private readonly host: Host<PlumtreeMessage>;
  private readonly options: PlumtreeOptions;
  private readonly counters: TreeCounters;
  private readonly deliver: (message: Broadcast) => void;
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
    deliver: (message: Broadcast) => void,
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
    const message: Broadcast = { type: 'gossip', id, publisher: this.host.address, round: 0, age: 0, body };
    this.keep(message);
    this.pass(message, undefined);
  }

  up(neighbour: Address): void {
    this.eager.set(neighbour, true);
  }

  down(neighbour: Address): void {
    this.eager.delete(neighbour);
  }

  recent(): number[] {
    const ids = [...this.received.keys()].slice(-RECENT);
    return ids.filter(id => this.fresh(this.received.get(id)!));
  }

  told(neighbour: Address, ids: readonly number[]): void {
    for (const id of ids) this.announced(neighbour, id, 0);
  }

  receive(from: Address, message: TreeMessage): void {
    switch (message.type) {
      case 'gossip':
        this.gossip(from, message);
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

  private gossip(from: Address, message: Broadcast): void {
    const { id, round } = message;
    if (this.received.has(id)) {
      this.counters.duplicates.add();
      this.prune(from);
      return;
    }
    if (message.age * MILLISECOND > this.options.keep) return;
    const missing = this.missing.get(id);
    missing?.timer.cancel();
    this.missing.delete(id);
    this.keep(message);
    this.deliver(message);
    this.pass(farther(message), from);
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

  private pass(message: Broadcast, from: Address | undefined): void {
    const { id, round } = message;
    for (const [neighbour, eager] of this.eager) {
      if (neighbour !== from) this.host.send(neighbour, eager ? message : { type: 'ihave', id, round });
    }
  }

  private keep(message: Broadcast): void {
    const now = this.host.now();
    this.received.set(message.id, { message, at: now });
    for (const [old, { at }] of this.received) {
      if (now - at <= 2 * this.options.keep) break;
      this.received.delete(old);
    }
  }

  /** How long ago a message was published, but for the time that it was under way. */
  private ageOf({ message, at }: Received): Nanoseconds {
    return this.host.now() - at + message.age * MILLISECOND;
  }

  /** Whether others may still be told: whoever had it can not have forgotten it. */
  private fresh(received: Received): boolean {
    return this.ageOf(received) <= this.options.keep;
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
    if (!received || !this.fresh(received)) return;
    const age = Math.ceil(this.ageOf(received) / MILLISECOND);
    this.host.send(from, { ...farther(received.message), age });
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

/** The message as it goes on: a hop farther. */
const farther = (message: Broadcast): Broadcast => ({
  ...message,
  round: Math.min(message.round + 1, MOST_HOPS),
});
