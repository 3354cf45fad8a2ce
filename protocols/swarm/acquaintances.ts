// Members that a member has heard of: where it finds neighbours, and what it tells those who ask for members.
import type { Address } from '../port.ts';

/** Members that are remembered. */
const MOST = 10_000;

/** Members that are told of at once: what Cohen's tracker answers. */
const TOLD = 50;

export class Acquaintances {
  private readonly self: Address;
  private readonly random: () => number;
  private readonly known: Address[] = [];
  private readonly places = new Map<Address, number>();

  /** @param self is never among them @param random uniform in [0, 1) */
  constructor(self: Address, random: () => number) {
    this.self = self;
    this.random = random;
  }

  get size(): number {
    return this.known.length;
  }

  /** Where there is no room, one at random gives way. */
  add(member: Address): void {
    if (member === this.self || this.places.has(member)) return;
    if (this.known.length >= MOST) this.forget(this.known[Math.floor(this.random() * MOST)]);
    this.places.set(member, this.known.length);
    this.known.push(member);
  }

  forget(member: Address): void {
    const place = this.places.get(member);
    if (place === undefined) return;
    const last = this.known.pop()!;
    this.places.delete(member);
    if (last === member) return;
    this.known[place] = last;
    this.places.set(last, place);
  }

  /** Up to 50 at random, other than `asker`. */
  sample(asker: Address): Address[] {
    const drawn: Address[] = [];
    this.draw(TOLD, member => {
      if (member === asker) return false;
      drawn.push(member);
      return true;
    });
    return drawn;
  }

  /** Offers members at random, each once, until `count` of them were taken. */
  draw(count: number, take: (member: Address) => boolean): void {
    const { known } = this;
    for (let first = 0; first < known.length && count > 0; first++) {
      this.swap(first, first + Math.floor(this.random() * (known.length - first)));
      if (take(known[first])) count--;
    }
  }

  private swap(a: number, b: number): void {
    const { known, places } = this;
    [known[a], known[b]] = [known[b], known[a]];
    places.set(known[a], a);
    places.set(known[b], b);
  }
}
