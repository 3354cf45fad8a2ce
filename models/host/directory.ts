// The directory of a slice: which slivers have ever started. It lists the dead as well as the living, as real ones do.
import type { Address, Directory } from '../../protocols/port.ts';

/** A slice's members, in the order in which they first started. */
export class SliceDirectory {
  private readonly members: number[] = [];
  private readonly positions = new Map<number, number>();

  /** Lists a member; without effect where it is listed. */
  list(address: number): void {
    if (this.positions.has(address)) return;
    this.positions.set(address, this.members.length);
    this.members.push(address);
  }

  /** The directory as one member sees it: all but itself. */
  seenBy(address: number): Directory {
    return new View(this.members, () => this.positions.get(address) ?? Infinity);
  }
}

class View implements Directory {
  private readonly members: readonly number[];
  private readonly own: () => number;

  constructor(members: readonly number[], own: () => number) {
    this.members = members;
    this.own = own;
  }

  get size(): number {
    return this.own() === Infinity ? this.members.length : this.members.length - 1;
  }

  at(index: number): Address {
    return this.members[index < this.own() ? index : index + 1];
  }
}
