// One iterative lookup: asks node after node, each closer to the key, and goes around those that do not answer.
import type { Address, Nanoseconds } from '../port.ts';
import type { Rpc } from '../rpc.ts';
import type { ChordReply, ChordRequest, NodeRef } from './messages.ts';
import { between, distance } from './ring.ts';
import type { Routing } from './routing.ts';

/** Nodes kept in reserve for the case that better ones are dead. */
const RESERVE = 16;

/** A lookup that has ended, in whichever style. */
export interface LookedUp {
  readonly key: number;
  readonly started: Nanoseconds;
  /** The key's successor; undefined where the lookup failed. */
  readonly owner: NodeRef | undefined;
  /** Who named the owner; undefined where this node knew it by itself. */
  readonly namedBy: NodeRef | undefined;
  /** Nodes that answered, up to and including the key's predecessor: the paper's path length. */
  readonly hops: number;
  /** Nodes that did not answer to this one. */
  timeouts: number;
  /** Whether the time limit is over. */
  readonly overdue: boolean;
}

/** What a lookup needs of the node that makes it. */
export interface Seeker {
  readonly routing: Routing;
  readonly rpc: Rpc<ChordRequest, ChordReply>;
  now(): Nanoseconds;
}

/**
 * A lookup under way, and afterwards what it found. It ends at the key's predecessor, who vouches for the owner: the
 * owner itself is not asked.
 */
export class Lookup implements LookedUp {
  readonly key: number;
  readonly started: Nanoseconds;
  owner: NodeRef | undefined;
  namedBy: NodeRef | undefined;
  hops = 0;
  timeouts = 0;
  /** Nodes that answered that they are part of no ring. */
  refusals = 0;

  private readonly seeker: Seeker;
  private readonly limit: Nanoseconds;
  private readonly done: (lookup: Lookup) => void;
  /** To be asked, the closest to the key first. */
  private waiting: NodeRef[] = [];
  private readonly asked: NodeRef[] = [];
  /** Of the nodes that answered, this one's too, the closest before the key; it was asked for its successors if `bypassed`. */
  private nearest: NodeRef | undefined;
  private bypassed = false;
  private readonly onReply = (reply: ChordReply | undefined): void => this.answered(reply);

  /**
   * @param limit nanoseconds after which the lookup gives up; it does so when the request then under way ends
   * @param done runs once, within `run` where no request is needed
   */
  constructor(seeker: Seeker, key: number, limit: Nanoseconds, done: (lookup: Lookup) => void) {
    this.seeker = seeker;
    this.key = key;
    this.limit = limit;
    this.done = done;
    this.started = seeker.now();
  }

  get overdue(): boolean {
    return this.seeker.now() - this.started > this.limit;
  }

  /** Starts from this node's own routing state; it must have joined. */
  run(): void {
    const { routing } = this.seeker;
    this.owner = routing.ownerOf(this.key);
    if (this.owner) {
      this.done(this);
      return;
    }
    this.nearest = routing.self;
    this.waiting = routing.candidates(this.key);
    this.step();
  }

  /** Starts from a member of the ring whose place on it is not known. */
  runFrom(contact: Address): void {
    this.waiting = [{ id: this.key, address: contact }];
    this.step();
  }

  private step(): void {
    if (this.overdue) {
      this.done(this);
      return;
    }
    if (this.nearest && !this.bypassed && !this.nearing(this.nearest)) {
      this.bypass(this.nearest);
      return;
    }
    const next = this.waiting.shift();
    if (!next) {
      this.done(this);
      return;
    }
    this.asked.push(next);
    const { rpc } = this.seeker;
    rpc.call(next.address, { type: 'find', rpc: rpc.number(), key: this.key }, this.onReply);
  }

  private answered(reply: ChordReply | undefined): void {
    const peer = this.asked[this.asked.length - 1];
    if (reply?.type === 'found') {
      this.hops++;
      this.end(reply.owner, peer);
      return;
    }
    if (reply?.type === 'next') {
      this.hops++;
      this.approach(peer);
      for (const node of reply.candidates) this.consider(node);
    } else {
      if (reply) this.refusals++;
      else this.timeouts++;
      this.seeker.routing.forget(peer.address);
    }
    this.step();
  }

  private end(owner: NodeRef | undefined, namedBy: NodeRef | undefined): void {
    if (!this.overdue) {
      this.owner = owner;
      this.namedBy = namedBy;
    }
    this.done(this);
  }

  private approach(peer: NodeRef): void {
    const { nearest, key } = this;
    if (peer.id === key) return;
    if (nearest && distance(peer.id, key) >= distance(nearest.id, key)) return;
    this.nearest = peer;
    this.bypassed = false;
  }

  private consider(node: NodeRef): void {
    const { waiting, key } = this;
    if (node.address === this.seeker.routing.self.address || this.wasAsked(node)) return;
    for (const known of waiting) if (known.address === node.address) return;
    const left = distance(node.id, key);
    let place = waiting.length;
    while (place > 0 && distance(waiting[place - 1].id, key) > left) place--;
    waiting.push(node);
    for (let i = waiting.length - 1; i > place; i--) waiting[i] = waiting[i - 1];
    waiting[place] = node;
    if (waiting.length > RESERVE) waiting.pop();
  }

  private wasAsked(node: NodeRef): boolean {
    for (const known of this.asked) if (known.address === node.address) return true;
    return false;
  }

  /** Whether the next to be asked is nearer the key than `peer`. */
  private nearing(peer: NodeRef): boolean {
    const [next] = this.waiting;
    return next !== undefined && distance(next.id, this.key) < distance(peer.id, this.key);
  }

  /** Everyone nearer the key than the nearest that answered is dead: its successor list may reach past them. */
  private bypass(nearest: NodeRef): void {
    const { rpc, routing } = this.seeker;
    this.bypassed = true;
    if (nearest === routing.self) {
      this.follow(nearest, routing.successors);
      return;
    }
    rpc.call(nearest.address, { type: 'neighbours', rpc: rpc.number() }, reply => {
      this.follow(nearest, reply?.type === 'neighbours-are' ? reply.successors : []);
    });
  }

  private follow(nearest: NodeRef, successors: readonly NodeRef[]): void {
    const living = successors.filter(node => !this.wasAsked(node));
    for (const node of living) if (between(node.id, nearest.id, this.key)) this.consider(node);
    const heir = living.find(node => !between(node.id, nearest.id, this.key));
    if (!heir || this.nearing(nearest)) this.step();
    else this.end(heir, nearest === this.seeker.routing.self ? undefined : nearest);
  }
}
