// A partial view: a few members, without repeats, from which one can be drawn.
import type { Address } from '../port.ts';

export class View {
  readonly nodes: Address[] = [];
  private readonly size: number;
  private readonly random: () => number;

  /** @param random uniform in [0, 1) */
  constructor(size: number, random: () => number) {
    this.size = size;
    this.random = random;
  }

  get full(): boolean {
    return this.nodes.length >= this.size;
  }

  has(node: Address): boolean {
    return this.nodes.includes(node);
  }

  /** There must be room. */
  add(node: Address): void {
    this.nodes.push(node);
  }

  /** @returns whether it was there */
  remove(node: Address): boolean {
    const at = this.nodes.indexOf(node);
    if (at >= 0) this.nodes.splice(at, 1);
    return at >= 0;
  }

  /** One uniformly at random, other than `except`. Undefined where there is none. */
  draw(except?: Address): Address | undefined {
    return this.sample(1, except)[0];
  }

  /** Up to `count` different ones, uniformly, other than `except`. */
  sample(count: number, except?: Address): Address[] {
    const left = this.nodes.filter(node => node !== except);
    const drawn: Address[] = [];
    while (drawn.length < count && left.length > 0) {
      drawn.push(...left.splice(Math.floor(this.random() * left.length), 1));
    }
    return drawn;
  }
}
