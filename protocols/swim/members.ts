// The membership list of one member: who is alive, suspected or dead, and whom to probe next.
import type { Address } from '../port.ts';
import type { Status, Update } from './messages.ts';

/**
 * Whether news of a member overrides what is known of it: a higher incarnation does, and in the same one suspect overrides
 * alive, and dead both. The paper lets dead override every incarnation; here one who was declared dead by mistake, or has
 * restarted, comes back with a higher one.
 */
export function overrides(news: Update, known: Update): boolean {
  if (news.incarnation !== known.incarnation) return news.incarnation > known.incarnation;
  return RANK[news.status] > RANK[known.status];
}

const RANK: Readonly<Record<Status, number>> = { alive: 0, suspect: 1, dead: 2 };

export class Members {
  private readonly random: () => number;
  /** The dead too, so that old news does not bring them back. */
  private readonly known = new Map<Address, Update>();
  /** Those that are not dead, in the order in which they are probed. */
  private readonly order: Address[] = [];
  /** Where the next probe goes in `order`. */
  private next = 0;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.random = random;
  }

  /** Members other than this one that are not dead. */
  get size(): number {
    return this.order.length;
  }

  get(member: Address): Update | undefined {
    return this.known.get(member);
  }

  /** Every member that is not dead, as it is known; in no order that means anything. */
  list(): Update[] {
    return this.order.map(member => this.known.get(member)!);
  }

  /** @returns whether the news was new, and has been taken over */
  learn(news: Update): boolean {
    const known = this.known.get(news.member);
    if (known && !overrides(news, known)) return false;
    this.known.set(news.member, news);
    const listed = known !== undefined && known.status !== 'dead';
    if (news.status === 'dead') {
      if (listed) this.remove(news.member);
    } else if (!listed) {
      this.insert(news.member);
    }
    return true;
  }

  /** Section 4.3: through the whole list, then through it in another order. Undefined where there is nobody. */
  nextInTurn(): Address | undefined {
    if (this.next >= this.order.length) {
      this.shuffle();
      this.next = 0;
    }
    return this.order[this.next++];
  }

  /** A member uniformly at random. Undefined where there is nobody. */
  sample(): Address | undefined {
    return this.order[Math.floor(this.random() * this.order.length)];
  }

  /** One that is believed dead, uniformly. Undefined where there is none. */
  sampleDead(): Address | undefined {
    const dead = [...this.known.values()].filter(({ status }) => status === 'dead');
    return dead[Math.floor(this.random() * dead.length)]?.member;
  }

  /** Up to `count` different members other than `member`, uniformly. */
  sampleOthers(count: number, member: Address): Address[] {
    const others = this.order.filter(other => other !== member);
    const drawn: Address[] = [];
    while (drawn.length < count && others.length > 0) {
      const at = Math.floor(this.random() * others.length);
      drawn.push(others[at]);
      others[at] = others[others.length - 1];
      others.pop();
    }
    return drawn;
  }

  /** At a random place, which those still to be probed in this round share with those already probed. */
  private insert(member: Address): void {
    const at = Math.floor(this.random() * (this.order.length + 1));
    this.order.splice(at, 0, member);
    if (at < this.next) this.next++;
  }

  private remove(member: Address): void {
    const at = this.order.indexOf(member);
    this.order.splice(at, 1);
    if (at < this.next) this.next--;
  }

  private shuffle(): void {
    const { order } = this;
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(this.random() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
  }
}
