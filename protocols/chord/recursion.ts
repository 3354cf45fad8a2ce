// Recursive lookups: each node passes the lookup on to the next, and the key's predecessor answers whoever asked.
import type { Host, Nanoseconds, Timer } from '../port.ts';
import type { LookedUp, Seeker } from './lookup.ts';
import type { ChordMessage, ChordRequest, ChordRouted, NodeRef } from './messages.ts';

type Route = Extract<ChordRequest, { type: 'route' }>;

/** A lookup that is out comes to nothing where a node crashes that has just taken it over; so it is sent so many times. */
const ATTEMPTS = 3;

/** Nodes that may pass on one lookup: more than any path takes, fewer than a message can count. */
const MOST_HOPS = 200;

class Pending implements LookedUp {
  readonly key: number;
  readonly started: Nanoseconds;
  owner: NodeRef | undefined;
  namedBy: NodeRef | undefined;
  hops = 0;
  timeouts = 0;
  timer: Timer | undefined;
  left = ATTEMPTS;
  readonly done: (lookup: LookedUp) => void;
  private readonly seeker: Seeker;
  private readonly limit: Nanoseconds;

  constructor(seeker: Seeker, key: number, limit: Nanoseconds, done: (lookup: LookedUp) => void) {
    this.seeker = seeker;
    this.key = key;
    this.limit = limit;
    this.done = done;
    this.started = seeker.now();
  }

  get overdue(): boolean {
    return this.seeker.now() - this.started > this.limit;
  }
}

/** The recursive style of the paper's section IV-E: this node's own lookups, and its part in those of others. */
export class Recursion {
  private readonly seeker: Seeker;
  private readonly host: Host<ChordMessage>;
  private readonly limit: Nanoseconds;
  private readonly pending = new Map<number, Pending>();

  /** @param limit nanoseconds after which a lookup has failed */
  constructor(seeker: Seeker, host: Host<ChordMessage>, limit: Nanoseconds) {
    this.seeker = seeker;
    this.host = host;
    this.limit = limit;
  }

  /** @param done runs once, at once where no other node is needed */
  lookup(key: number, done: (lookup: LookedUp) => void): void {
    const lookup = new Pending(this.seeker, key, this.limit, done);
    lookup.owner = this.seeker.routing.ownerOf(key);
    if (lookup.owner) done(lookup);
    else this.sendOut(this.seeker.rpc.number(), lookup);
  }

  /** Somebody's lookup has come this far. */
  passOn(route: Route): void {
    if (route.hops + 1 < MOST_HOPS) this.advance({ ...route, hops: route.hops + 1 }, undefined);
  }

  ended({ rpc, owner, by, hops }: ChordRouted): void {
    const lookup = this.pending.get(rpc);
    if (!lookup) return;
    lookup.owner = owner;
    lookup.namedBy = by;
    lookup.hops = hops;
    this.end(rpc, lookup);
  }

  /** Forgets this node's own lookups. */
  clear(): void {
    for (const { timer } of this.pending.values()) timer?.cancel();
    this.pending.clear();
  }

  private sendOut(number: number, lookup: Pending): void {
    const { routing } = this.seeker;
    this.pending.set(number, lookup);
    lookup.timer = this.host.after(Math.ceil(this.limit / ATTEMPTS), () => {
      if (--lookup.left > 0 && routing.joined) this.sendOut(number, lookup);
      else this.end(number, lookup);
    });
    const { address } = routing.self;
    this.advance(
      { type: 'route', rpc: 0, key: lookup.key, origin: address, lookup: number, hops: 0 },
      lookup,
    );
  }

  private end(number: number, lookup: Pending): void {
    if (!this.pending.delete(number)) return;
    lookup.timer?.cancel();
    lookup.done(lookup);
  }

  /** Answers where this node precedes the key, or else passes on. @param own the lookup, where it is this node's */
  private advance(route: Route, own: Pending | undefined): void {
    const { routing } = this.seeker;
    const owner = routing.ownerOf(route.key);
    if (!owner) {
      this.forward(route, routing.candidates(route.key), own);
    } else if (own) {
      own.owner = owner;
      this.end(route.lookup, own);
    } else {
      const { lookup: rpc, origin, hops } = route;
      this.host.send(origin, { type: 'routed', rpc, owner, by: routing.self, hops });
    }
  }

  /** To the first of the candidates that takes it over. Where all are dead, the successor list may reach past them. */
  private forward(route: Route, candidates: NodeRef[], own: Pending | undefined): void {
    const next = candidates.shift();
    if (!next) return;
    const { rpc, routing } = this.seeker;
    rpc.call(next.address, { ...route, rpc: rpc.number() }, reply => {
      if (reply?.type === 'ok') return;
      if (own && !reply) own.timeouts++;
      routing.forget(next.address);
      if (candidates.length > 0) this.forward(route, candidates, own);
      // The only successor is kept though it is dead, until there is another.
      else if (routing.joined && routing.successors[0].address !== next.address) this.advance(route, own);
    });
  }
}
