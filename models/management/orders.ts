// Orders: what the authority has to tell a node, in the order in which it came to know of it.
import type { Change } from './changes.ts';

export type Order =
  /** Something about slivers that takes the time of one creation. */
  | { readonly kind: 'change'; readonly change: Change }
  /** A sliver is to be there, or is not to be any more: as is wanted when its turn comes. */
  | { readonly kind: 'sliver'; readonly host: number }
  /** The node is to have another image. */
  | { readonly kind: 'image' };

/** By node, what it has not been told yet. */
export class Orders {
  private readonly waiting: Order[][];

  constructor(nodes: number) {
    this.waiting = Array.from({ length: nodes }, () => []);
  }

  add(node: number, order: Order): void {
    this.waiting[node].push(order);
  }

  has(node: number): boolean {
    return this.waiting[node].length > 0;
  }

  take(node: number): Order[] {
    const taken = this.waiting[node];
    this.waiting[node] = [];
    return taken;
  }
}
