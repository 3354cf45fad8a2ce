// Consistent hashing: who of a changing set of members is responsible for a key.
import { hash32 } from './hash32.ts';
import { idOf } from './identifier.ts';
import type { Address } from './port.ts';

/** Members that fit into the low bits of a double beside a position of 32. */
const MOST_MEMBERS = 2 ** 20;

/**
 * The circle of D. Karger, E. Lehman, T. Leighton, R. Panigrahy, M. Levine, D. Lewin, "Consistent Hashing and Random Trees",
 * STOC 1997: each member stands at so many points, and a key belongs to the first point at or after its own. When a member
 * goes, only its keys move; those who know different sets of members still name few different ones for a key.
 *
 * With m points each of n members, the share of the keys that one has varies with (n - 1) / (n m + 1) as the square of its
 * coefficient of variation: about 1 / sqrt(m).
 */
export class HashRing {
  private readonly points: number;
  private readonly members: Address[] = [];
  /** Positions and the indices of their members in one number each, ascending. Undefined since the members changed. */
  private circle: Float64Array | undefined;

  /** @param points of each member, >= 1: more make the shares more alike and a change dearer */
  constructor(points: number) {
    this.points = points;
  }

  get size(): number {
    return this.members.length;
  }

  has(member: Address): boolean {
    return this.members.includes(member);
  }

  /** Without effect for a member. @throws {RangeError} for more than 2^20 */
  add(member: Address): void {
    if (this.has(member)) return;
    if (this.size === MOST_MEMBERS) throw new RangeError(`more than ${MOST_MEMBERS} members on a ring`);
    this.members.push(member);
    this.circle = undefined;
  }

  /** Without effect for one that is no member. */
  remove(member: Address): void {
    const index = this.members.indexOf(member);
    if (index < 0) return;
    this.members.splice(index, 1);
    this.circle = undefined;
  }

  /** Makes `members` the members. */
  become(members: readonly Address[]): void {
    for (const member of [...this.members]) if (!members.includes(member)) this.remove(member);
    for (const member of members) this.add(member);
  }

  /**
   * The member responsible for a key, or the next on the circle that is acceptable. Undefined where none is.
   * @param key an integer, 0 .. 2^53 - 1
   */
  owner(key: number, acceptable: (member: Address) => boolean = () => true): Address | undefined {
    this.circle ??= this.draw();
    const { circle } = this;
    const refused = new Set<number>();
    const start = firstFrom(circle, hash32(key) * MOST_MEMBERS);
    for (let step = 0; step < circle.length && refused.size < this.size; step++) {
      const index = circle[(start + step) % circle.length] % MOST_MEMBERS;
      if (refused.has(index)) continue;
      if (acceptable(this.members[index])) return this.members[index];
      refused.add(index);
    }
    return undefined;
  }

  private draw(): Float64Array {
    const circle = new Float64Array(this.size * this.points);
    for (const [index, member] of this.members.entries()) {
      const id = idOf(member);
      for (let point = 0; point < this.points; point++)
        circle[index * this.points + point] = hash32(id, point) * MOST_MEMBERS + index;
    }
    return circle.sort();
  }
}

/** The index of the first value of an ascending array that is at least `value`; the array's length where none is. */
function firstFrom(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
