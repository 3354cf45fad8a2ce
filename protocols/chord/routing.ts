// What one node knows of the ring: predecessor, successor list and fingers, and whom they make the next hop.
import type { Address } from '../port.ts';
import type { NodeRef } from './messages.ts';
import { BITS, between, betweenOrAt, distance, fingerStart } from './ring.ts';

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

/** The state of a node; it sends nothing. Section IV of the paper has the names. */
export class Routing {
  readonly self: NodeRef;
  predecessor: NodeRef | null = null;
  /** Empty while the node is part of no ring; the node itself where it is alone. */
  successors: readonly NodeRef[] = [];
  /** Length r of the successor list. */
  private readonly length: number;
  /**
   * Entry k is finger 47 - k. A finger that starts before the successor would be the successor, so about log2 N
   * entries are kept and not 48.
   */
  readonly fingers: (NodeRef | undefined)[] = [];

  constructor(self: NodeRef, length: number) {
    this.self = self;
    this.length = length;
  }

  get joined(): boolean {
    return this.successors.length > 0;
  }

  get alone(): boolean {
    return this.successors[0] === this.self;
  }

  adopt(state: ChordState): void {
    this.predecessor = state.predecessor;
    this.setSuccessors(state.successors);
    this.fingers.length = 0;
    this.fingers.push(...state.fingers);
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
    const successor = this.successors[0];
    return betweenOrAt(key, this.self.id, successor.id) ? successor : undefined;
  }

  /** Known nodes between this one and the key, the closest to the key first: closest_preceding_node() and its runners-up. */
  candidates(key: number): NodeRef[] {
    const best: NodeRef[] = [];
    for (const node of this.fingers) if (node) this.consider(node, key, best);
    for (const node of this.successors) this.consider(node, key, best);
    return best;
  }

  private consider(node: NodeRef, key: number, best: NodeRef[]): void {
    const { id } = this.self;
    if (!between(node.id, id, key)) return;
    const reach = distance(id, node.id);
    let place = best.length;
    while (place > 0 && distance(id, best[place - 1].id) <= reach) place--;
    if (place === CANDIDATES || best[place]?.address === node.address) return;
    if (best.length === CANDIDATES) best.pop();
    best.splice(place, 0, node);
  }

  /** The finger to fix after `index`: the next lower one, or the highest where that starts before the successor. */
  fingerAfter(index: number): number {
    const next = index - 1;
    if (next >= 0 && !this.ownerOf(fingerStart(this.self.id, next))) return next;
    this.fingers.length = Math.min(this.fingers.length, BITS - index);
    return BITS - 1;
  }

  setFinger(index: number, node: NodeRef): void {
    this.fingers[BITS - 1 - index] = node.address === this.self.address ? undefined : node;
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
      if (this.fingers[k]?.address === address) this.fingers[k] = undefined;
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
