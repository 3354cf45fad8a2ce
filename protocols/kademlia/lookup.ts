// One lookup: alpha requests at a time to nodes ever closer to the key, until the k closest have all answered.
import type { NodeRef } from '../node-ref.ts';
import type { Address, Nanoseconds } from '../port.ts';
import type { Rpc } from '../rpc.ts';
import type { KademliaReply, KademliaRequest } from './messages.ts';
import type { Table } from './table.ts';
import { distance } from './xor.ts';

/** What a lookup needs of the node that makes it. */
export interface Seeker {
  readonly table: Table;
  readonly rpc: Rpc<KademliaRequest, KademliaReply>;
  readonly options: { readonly k: number; readonly alpha: number; readonly lookup: { timeout: Nanoseconds } };
  now(): Nanoseconds;
}

/** A node that a lookup has heard of. */
interface Candidate {
  readonly node: NodeRef;
  /** Nodes that answered on the way to it, itself included. */
  readonly depth: number;
  state: 'fresh' | 'asked' | 'answered';
}

export interface FoundValue {
  readonly value: Uint8Array;
  /** Milliseconds that are left to it. */
  readonly ttl: number;
}

/** A lookup under way, and afterwards what it found (section 2.3). */
export class Lookup {
  readonly key: number;
  readonly started: Nanoseconds;
  /** Whether it ended in time, with the k closest known or the value; not so where all that were asked are dead. */
  complete = false;
  /** The value; undefined where none was asked for or none found. */
  found: FoundValue | undefined;
  /** Nodes that answered one after the other on the way to the closest node, or to the value. */
  hops = 0;
  /** Nodes that did not answer. */
  timeouts = 0;

  private readonly seeker: Seeker;
  private readonly type: 'find-node' | 'find-value';
  private readonly done: (lookup: Lookup) => void;
  /** The closest to the key first; those that did not answer are taken out. At most twice k. */
  private readonly candidates: Candidate[] = [];
  /** Their distances from the key, side by side: they are looked through for each node that is named. */
  private readonly distances: number[] = [];
  private failed: Set<number> | undefined;
  private flying = 0;
  private answers = 0;
  /** Answers since the last that named a node closer than all before. */
  private barren = 0;
  private ended = false;

  /**
   * @param type find-value ends as soon as a node has the value
   * @param done runs once, within `run` where nobody has to be asked
   */
  constructor(seeker: Seeker, key: number, type: 'find-node' | 'find-value', done: (lookup: Lookup) => void) {
    this.seeker = seeker;
    this.key = key;
    this.type = type;
    this.done = done;
    this.started = seeker.now();
  }

  /** The closest nodes that answered, this one included, the closest first; k where there are so many. */
  get closest(): NodeRef[] {
    const answered = this.candidates.filter(({ state }) => state === 'answered');
    return answered.slice(0, this.seeker.options.k).map(({ node }) => node);
  }

  /** Starts from this node's own contacts. */
  run(): void {
    const { table, options } = this.seeker;
    this.consider(table.self, 0, 'answered');
    for (const node of table.closest(this.key, options.k)) this.consider(node, 1, 'fresh');
    this.step();
  }

  /** Starts from what another host names too. Where it does not answer, as `run` does. */
  runFrom(contact: Address): void {
    const { rpc, table } = this.seeker;
    const request = { type: 'find-node', rpc: rpc.number(), id: table.self.id, key: this.key } as const;
    rpc.call(contact, request, reply => {
      // First of all itself, whom others name too.
      this.consider(table.self, 0, 'answered');
      if (reply?.type === 'nodes') for (const node of reply.nodes) this.consider(node, 2, 'fresh');
      this.run();
    });
  }

  /** @returns whether it is closer than all before */
  private consider(node: NodeRef, depth: number, state: 'fresh' | 'answered'): boolean {
    const { candidates, distances } = this;
    const limit = 2 * this.seeker.options.k;
    const d = distance(node.id, this.key);
    const count = candidates.length;
    if (count === limit && d >= distances[limit - 1]) return false;
    const place = placeOf(d, distances);
    if (place > 0 && distances[place - 1] === d) return false;
    if (this.failed?.has(node.id)) return false;
    let last = count < limit ? count : limit - 1;
    for (; last > place; last--) {
      candidates[last] = candidates[last - 1];
      distances[last] = distances[last - 1];
    }
    candidates[place] = { node, depth, state };
    distances[place] = d;
    return place === 0;
  }

  private step(): void {
    const { k, alpha } = this.seeker.options;
    const { candidates } = this;
    // Where a round named nobody closer, all of the k closest are asked at once.
    const parallel = this.barren >= alpha ? k : alpha;
    const among = Math.min(k, candidates.length);
    let settled = true;
    for (let i = 0; i < among; i++) {
      const candidate = candidates[i];
      if (candidate.state === 'answered') continue;
      settled = false;
      if (candidate.state === 'fresh' && this.flying < parallel) this.ask(candidate);
    }
    if (settled) this.end(true);
  }

  private ask(candidate: Candidate): void {
    const { rpc, table } = this.seeker;
    candidate.state = 'asked';
    this.flying++;
    const request = { type: this.type, rpc: rpc.number(), id: table.self.id, key: this.key };
    rpc.call(candidate.node.address, request, reply => this.answered(candidate, reply));
  }

  private answered(candidate: Candidate, reply: KademliaReply | undefined): void {
    if (this.ended) {
      if (!reply) this.seeker.table.failed(candidate.node.id);
      return;
    }
    this.flying--;
    if (reply?.type === 'value') {
      this.found = { value: reply.value, ttl: reply.ttl };
      this.hops = candidate.depth;
      this.answers++;
      this.end(true);
      return;
    }
    if (reply?.type === 'nodes') this.learn(candidate, reply.nodes);
    else this.drop(candidate);
    if (this.seeker.now() - this.started > this.seeker.options.lookup.timeout) this.end(false);
    else this.step();
  }

  private learn(candidate: Candidate, nodes: readonly NodeRef[]): void {
    candidate.state = 'answered';
    this.answers++;
    let closer = false;
    for (const node of nodes) {
      if (this.consider(node, candidate.depth + 1, 'fresh')) closer = true;
    }
    this.barren = closer ? 0 : this.barren + 1;
  }

  private drop(candidate: Candidate): void {
    this.timeouts++;
    this.seeker.table.failed(candidate.node.id);
    this.failed ??= new Set();
    this.failed.add(candidate.node.id);
    const at = this.candidates.indexOf(candidate);
    if (at < 0) return;
    this.candidates.splice(at, 1);
    this.distances.splice(at, 1);
  }

  private end(complete: boolean): void {
    this.ended = true;
    this.complete = complete && (this.answers > 0 || this.timeouts === 0);
    if (!this.found) this.hops = this.candidates[0].depth;
    this.done(this);
  }
}

/** Where a distance belongs among rising ones: behind those that it equals. */
function placeOf(distance: number, distances: readonly number[]): number {
  let low = 0;
  let high = distances.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (distances[middle] > distance) high = middle;
    else low = middle + 1;
  }
  return low;
}
