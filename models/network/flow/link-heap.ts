// A heap of links by their fair shares, in flat arrays: a filling puts in and takes out each link several times.

/** A binary heap of links, the least share first, and of equal ones the link with the least index. */
export class LinkHeap {
  size = 0;
  private readonly links: Int32Array;
  private readonly shares: Float64Array;

  /** @param capacity as many links as there are; each is in it once at most */
  constructor(capacity: number) {
    this.links = new Int32Array(capacity + 1);
    this.shares = new Float64Array(capacity + 1);
  }

  /** The least share; there must be one. */
  get least(): number {
    return this.shares[1];
  }

  push(link: number, share: number): void {
    let place = ++this.size;
    for (let parent = place >> 1; parent > 0 && this.precedes(link, share, parent); parent = place >> 1) {
      this.put(place, this.links[parent], this.shares[parent]);
      place = parent;
    }
    this.put(place, link, share);
  }

  /** Takes out the first link; there must be one. */
  pop(): number {
    const first = this.links[1];
    const link = this.links[this.size];
    const share = this.shares[this.size--];
    let place = 1;
    for (let child = 2; child <= this.size; child = 2 * place) {
      if (child < this.size && this.precedes(this.links[child + 1], this.shares[child + 1], child)) child++;
      if (this.precedes(link, share, child)) break;
      this.put(place, this.links[child], this.shares[child]);
      place = child;
    }
    this.put(place, link, share);
    return first;
  }

  private precedes(link: number, share: number, place: number): boolean {
    const other = this.shares[place];
    return share < other || (share === other && link < this.links[place]);
  }

  private put(place: number, link: number, share: number): void {
    this.links[place] = link;
    this.shares[place] = share;
  }
}
