// The choker: whom to upload to. Tit for tat, and a chance for those who have not given anything yet.

/** A neighbour as the choker sees it. */
export interface Candidate {
  readonly interested: boolean;
  readonly choked: boolean;
}

/** What it decides by, and what it brings about. */
export interface Judge<C extends Candidate> {
  /** What a neighbour is worth: how much came from it of late, or, once there is nothing to come, how much went to it. */
  worth(candidate: C): number;
  /** Whether a neighbour that ought to give has given nothing for a long time. */
  snubs(candidate: C): boolean;
  /** Uniform in [0, 1). */
  random(): number;
  choke(candidate: C): void;
  unchoke(candidate: C): void;
}

/**
 * Choking after sections 3.1 to 3.4 of B. Cohen, "Incentives Build Robustness in BitTorrent", 2003: the `slots` interested
 * neighbours that are worth most are unchoked, and one more by chance (the optimistic unchoke). One that snubs gets no slot
 * of the first kind; slots that nobody takes for that are given by chance as well. A slot that falls free is given away at once.
 */
export class Choker<C extends Candidate> {
  private readonly slots: number;
  private readonly judge: Judge<C>;
  private regular: C[] = [];
  private optimistic: C[] = [];
  private all: readonly C[] = [];

  /** @param slots >= 1 */
  constructor(slots: number, judge: Judge<C>) {
    this.slots = slots;
    this.judge = judge;
  }

  /** Those that are unchoked. */
  get unchoked(): readonly C[] {
    return this.all;
  }

  /** Decides anew. @param rotate whether the optimistic unchokes pass on to others */
  rechoke(candidates: readonly C[], rotate: boolean): void {
    const before = this.all;
    const interested = candidates.filter(candidate => candidate.interested);
    this.regular = this.best(interested.filter(candidate => !this.judge.snubs(candidate)));
    const rest = interested.filter(candidate => !this.regular.includes(candidate));
    this.optimistic = this.chance(rest, rotate);
    this.all = [...this.regular, ...this.optimistic];
    for (const candidate of before) if (!this.all.includes(candidate)) this.judge.choke(candidate);
    for (const candidate of this.all) if (candidate.choked) this.judge.unchoke(candidate);
  }

  /** A neighbour has become interested: it gets a slot that is free, or that of one who is worth less. */
  offer(candidate: C): void {
    if (!candidate.choked) return;
    const { judge, slots } = this;
    const earns = !judge.snubs(candidate);
    if (this.all.length <= slots) {
      if (earns && this.regular.length < slots) this.regular.push(candidate);
      else this.optimistic.push(candidate);
    } else {
      const worst = earns ? this.worst() : undefined;
      if (!worst || judge.worth(worst) >= judge.worth(candidate)) return;
      this.regular[this.regular.indexOf(worst)] = candidate;
      judge.choke(worst);
    }
    this.all = [...this.regular, ...this.optimistic];
    judge.unchoke(candidate);
  }

  /** A neighbour has lost interest or is gone. @param candidates those that are left */
  withdraw(candidate: C, candidates: readonly C[]): void {
    if (candidate.choked) return;
    const { judge } = this;
    const waiting = candidates.filter(other => other.interested && other.choked);
    const at = this.regular.indexOf(candidate);
    const [next] = at < 0 ? [] : this.best(waiting.filter(other => !judge.snubs(other)));
    if (next) this.regular[at] = next;
    else {
      if (at >= 0) this.regular.splice(at, 1);
      else this.optimistic.splice(this.optimistic.indexOf(candidate), 1);
      this.optimistic.push(...this.draw(waiting, 1));
    }
    this.all = [...this.regular, ...this.optimistic];
    judge.choke(candidate);
    for (const other of this.all) if (other.choked) judge.unchoke(other);
  }

  private worst(): C | undefined {
    const { judge, regular } = this;
    let worst: C | undefined;
    for (const other of regular) if (!worst || judge.worth(other) < judge.worth(worst)) worst = other;
    return worst;
  }

  /** Those worth most; of equals those unchoked already, so that nothing changes without a reason, then by lot. */
  private best(candidates: readonly C[]): C[] {
    const shuffled = this.draw(candidates, candidates.length);
    const worth = new Map(shuffled.map(candidate => [candidate, this.judge.worth(candidate)]));
    shuffled.sort((a, b) => worth.get(b)! - worth.get(a)! || Number(a.choked) - Number(b.choked));
    return shuffled.slice(0, this.slots);
  }

  private chance(candidates: readonly C[], rotate: boolean): C[] {
    const places = this.slots + 1 - this.regular.length;
    const held = candidates.filter(candidate => this.optimistic.includes(candidate));
    const others = candidates.filter(candidate => !this.optimistic.includes(candidate));
    if (!rotate) return [...held, ...this.draw(others, places - held.length)].slice(0, places);
    const drawn = this.draw(others, places);
    return [...drawn, ...this.draw(held, places - drawn.length)];
  }

  /** Up to `count` of them, in random order. */
  private draw(candidates: readonly C[], count: number): C[] {
    const left = [...candidates];
    const drawn: C[] = [];
    while (drawn.length < count && left.length > 0) {
      const at = Math.floor(this.judge.random() * left.length);
      drawn.push(left[at]);
      left[at] = left[left.length - 1];
      left.pop();
    }
    return drawn;
  }
}
