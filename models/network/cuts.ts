// Cuts: the partitions in force, each a grouping of nodes between whose groups nothing passes.

/** A partition: a group's number for each node, -1 for a node that is cut from none. */
export type Grouping = Int16Array;

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

  separate(a: number, b: number): boolean {
    for (const grouping of this.groupings) {
      if (grouping[a] !== grouping[b] && grouping[a] >= 0 && grouping[b] >= 0) return true;
    }
    return false;
  }
}
