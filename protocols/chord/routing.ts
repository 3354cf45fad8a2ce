// What one node knows of the ring: predecessor, successor list and fingers, and whom they make the next hop.
import type { Address } from '../port.ts';
import type { NodeRef } from './messages.ts';
import { BITS, between, distance, fingerStart, RING } from './ring.ts';

/** Next hops that a node names at most, so that the asker can route around dead ones. */
const CANDIDATES = 4;

/** A node's state as it is handed to it whole. */
export interface ChordState {
  readonly predecessor: NodeRef | null;
  /** In order of the ring; the node itself where it is alone. */
  readonly successors: readonly NodeRef[];
  /** Finger 47 first, down to the last one that starts past the successor. */
  readonly fingers: readonly NodeRef[];
}

/** The best candidates that `consider` has found so far and their distances from the asker, the farthest from it first. */
const best = new Array<NodeRef>(CANDIDATES);
const bestReaches = new Float64Array(CANDIDATES);

/**
 * Puts those nodes that precede the limit into their places among the best.
 * @param reaches their distances from the asker
 * @param count of the best so far
 * @returns that of the best now
 */
function consider(
  nodes: readonly (NodeRef | undefined)[],
  reaches: readonly number[],
  limit: number,
  count: number,
): number {
  let found = count;
  for (let k = 0; k < reaches.length; k++) {
    const reach = reaches[k];
    if (reach === 0 || reach >= limit) continue;
    let place = found;
    while (place > 0 && bestReaches[place - 1] < reach) place--;
    // Equally far is the same node.
    if (place === CANDIDATES || (place > 0 && bestReaches[place - 1] === reach)) continue;
    if (found < CANDIDATES) found++;
    for (let i = found - 1; i > place; i--) {
      best[i] = best[i - 1];
      bestReaches[i] = bestReaches[i - 1];
    }
    best[place] = nodes[k]!;
    bestReaches[place] = reach;
  }
  return found;
}

/** The state of a node; it sends nothing. Section IV of the paper has the names. */
export class Routing {
  readonly self: NodeRef;
  predecessor: NodeRef | null = null;
  private list: readonly NodeRef[] = [];
  /** How far each successor lies from this node: a next hop is chosen without looking at nodes all over the memory. */
  private listReaches: number[] = [];
  /** Length r of the successor list. */
  private readonly length: number;
  /**
   * Entry k is finger 47 - k. A finger that starts before the successor would be the successor, so about log2 N
   * entries are kept and not 48.
   */
  readonly fingers: (NodeRef | undefined)[] = [];
  /** How far each finger lies from this node; 0 where there is none. */
  private readonly reaches: number[] = [];

  constructor(self: NodeRef, length: number) {
    this.self = self;
    this.length = length;
  }

  /** Empty while the node is part of no ring; the node itself where it is alone. */
  get successors(): readonly NodeRef[] {
    return this.list;
  }

  private set successors(nodes: readonly NodeRef[]) {
    this.list = nodes;
    this.listReaches = nodes.map(node => distance(this.self.id, node.id));
  }

  get joined(): boolean {
    return this.list.length > 0;
  }

  get alone(): boolean {
    return this.successors[0] === this.self;
  }

  adopt(state: ChordState): void {
    this.predecessor = state.predecessor;
    this.setSuccessors(state.successors);
    this.fingers.length = 0;
    this.reaches.length = 0;
    for (const [k, finger] of state.fingers.entries()) this.place(k, finger);
  }

  /** Takes the first r of `nodes`, or those before this node comes round again. */
  setSuccessors(nodes: readonly NodeRef[]): void {
    const list: NodeRef[] = [];
    for (const node of nodes) {
      if (node.address === this.self.address || list.length === this.length) break;
      if (!list.some(known => known.address === node.address)) list.push(node);
    }
    if (list.length === 0) list.push(this.self);
    this.successors = list;
  }

  /** The paper's notify(): `node` believes that it is this node's predecessor. @returns whether it now is */
  notified(node: NodeRef): boolean {
    const { self, predecessor } = this;
    if (node.address === self.address) return false;
    if (this.alone) this.successors = [node];
    if (predecessor && predecessor.address !== node.address && !between(node.id, predecessor.id, self.id)) {
      return false;
    }
    this.predecessor = node;
    return true;
  }

  /** The owner of a key in (this node, its successor]; undefined for any other key. The node must have joined. */
  ownerOf(key: number): NodeRef | undefined {
    const reach = distance(this.self.id, key);
    const successor = this.listReaches[0];
    return successor === 0 || (reach > 0 && reach <= successor) ? this.list[0] : undefined;
  }

  /** Known nodes between this one and the key, the closest to the key first: closest_preceding_node() and its runners-up. */
  candidates(key: number): NodeRef[] {
    // Where the key is this node's own point, everyone precedes it.
    const limit = distance(this.self.id, key) || RING;
    const fingers = consider(this.fingers, this.reaches, limit, 0);
    return best.slice(0, consider(this.list, this.listReaches, limit, fingers));
  }

  /** The finger to fix after `index`: the next lower one, or the highest where that starts before the successor. */
  fingerAfter(index: number): number {
    const next = index - 1;
    if (next >= 0 && !this.ownerOf(fingerStart(this.self.id, next))) return next;
    const length = Math.min(this.fingers.length, BITS - index);
    this.fingers.length = length;
    this.reaches.length = length;
    return BITS - 1;
  }

  /** @param index 0 .. 47 */
  finger(index: number): NodeRef | undefined {
    return this.fingers[BITS - 1 - index];
  }

  setFinger(index: number, node: NodeRef): void {
    const k = BITS - 1 - index;
    // Entries below it that were never fixed.
    while (this.fingers.length < k) this.place(this.fingers.length, undefined);
    this.place(k, node.address === this.self.address ? undefined : node);
  }

  private place(k: number, node: NodeRef | undefined): void {
    this.fingers[k] = node;
    this.reaches[k] = node ? distance(this.self.id, node.id) : 0;
  }

  /** Every other node that is known, without repeats. */
  known(): NodeRef[] {
    const nodes = new Map<Address, NodeRef>();
    for (const node of [this.predecessor, ...this.successors, ...this.fingers]) {
      if (node && node !== this.self) nodes.set(node.address, node);
    }
    return [...nodes.values()];
  }

  /** Drops a node that does not answer from fingers and successors, though never the only successor. */
  forget(address: Address): void {
    for (let k = 0; k < this.fingers.length; k++) {
      if (this.fingers[k]?.address === address) this.place(k, undefined);
    }
    if (this.successors.length > 1)
      this.successors = this.successors.filter(node => node.address !== address);
  }

  /** The only successor is dead: the nearest others that are known take its place. @returns whether there are any */
  replaceSuccessor(dead: Address): boolean {
    const { id } = this.self;
    const others = this.known().filter(node => node.address !== dead);
    if (others.length === 0) return false;
    this.setSuccessors(others.sort((a, b) => distance(id, a.id) - distance(id, b.id)));
    return true;
  }

  /** Leaves the ring: no neighbours, but fingers stay as contacts. */
  detach(): void {
    this.predecessor = null;
    this.successors = [];
  }
}
