// Cuts: the partitions in force, each a grouping of nodes between whose groups nothing passes.

/**
 * A partition: the group's number for each node, once as a sender and once as a receiver, -1 for a node that is cut from
 * none. What the sender's and the receiver's number tell apart does not pass.
 */
export interface Grouping {
  readonly from: Int16Array;
  readonly to: Int16Array;
}

/** Nothing passes between nodes of different groups. */
export function apart(groups: Int16Array): Grouping {
  return { from: groups, to: groups };
}

/** Nothing passes from nodes of group 0 to nodes of group 1; the other way all does. */
export function oneWay(groups: Int16Array): Grouping {
  return { from: groups.map(own => (own === 0 ? 0 : -1)), to: groups.map(own => (own === 1 ? 1 : -1)) };
}

/** The partitions in force. With none, as is usual, a look costs one comparison. */
export class Cuts {
  private readonly groupings: Grouping[] = [];

  add(grouping: Grouping): void {
    this.groupings.push(grouping);
  }

  remove(grouping: Grouping): void {
    const index = this.groupings.indexOf(grouping);
    if (index >= 0) this.groupings.splice(index, 1);
  }

  /** Whether a message from `a` does not reach `b`. */
  separate(a: number, b: number): boolean {
    for (const { from, to } of this.groupings) {
      if (from[a] !== to[b] && from[a] >= 0 && to[b] >= 0) return true;
    }
    return false;
  }
}
