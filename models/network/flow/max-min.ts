// Max-min fair rates: no flow can have more but by taking from one that has no more (Bertsekas and Gallager, Data
// Networks, 1992, section 6.5.2).
import { LinkHeap } from './link-heap.ts';

/** A flow on its way over some links, none twice. */
export interface Flow {
  readonly links: readonly number[];
  /** bit/s; `Infinity` over no links */
  readonly rate: number;
}

interface Member extends Flow {
  rate: number;
  /** The full link on which no other flow has more; -1: none yet. */
  bottleneck: number;
  /** Its place in the list of each of its links. */
  readonly places: number[];
  /** The number of the last change that has concerned it. */
  change: number;
  /** Its rate before that. */
  before: number;
  /** Whether it waits for its rate in the present pass. */
  waits: boolean;
}

interface Link {
  readonly capacity: number;
  readonly flows: Member[];
  /** Sum of the rates when the link was last looked at, flows that have come and gone since included. */
  load: number;
  /** In the present pass: what is left for the flows that wait for a rate, and how many these are. */
  left: number;
  waiting: number;
  /** The last pass that has filled flows on it, and the last that has moved any of them. */
  filled: number;
  moved: number;
}

/** Rates that differ by no more than this share of them are equal: sums of rates are rounded. */
const EQUAL = 1e-9;

/**
 * Rates of flows over links, kept max-min fair as flows come and go. Those concerned are found from the change on: first the
 * new flow, or those that a gone one has held back, are given rates by progressive filling, the others as they were; then
 * each link whose flows have moved is looked at, and whoever there could have more, or has too much, is filled with them. It
 * ends when every flow has a link that is full and on which it has the most, which is what max-min fair means; at the latest
 * when all flows take part. A pass over F flows, of H links each and L links in all, costs O(H F + L log L).
 */
export class MaxMin {
  private readonly links: Link[];
  private readonly heap: LinkHeap;
  private change = 0;
  private pass = 0;

  /** @param capacities of the links in bit/s, > 0 and finite */
  constructor(capacities: Iterable<number>) {
    const fresh = { load: 0, left: 0, waiting: 0, filled: 0, moved: 0 };
    this.links = Array.from(capacities, capacity => ({ capacity, flows: [], ...fresh }));
    this.heap = new LinkHeap(this.links.length);
  }

  /**
   * Adds a flow.
   * @param links each link that it takes, once
   * @returns the flow, and all those whose rates have changed, it among them
   */
  add(links: readonly number[]): { flow: Flow; changed: readonly Flow[] } {
    const flow: Member = {
      links,
      rate: links.length === 0 ? Infinity : 0,
      bottleneck: -1,
      places: links.map(link => this.links[link].flows.length),
      change: 0,
      before: 0,
      waits: false,
    };
    for (const link of links) this.links[link].flows.push(flow);
    return { flow, changed: links.length === 0 ? [flow] : this.settle([flow]) };
  }

  /** Takes a flow away. @returns the flows whose rates have changed */
  remove(flow: Flow): readonly Flow[] {
    const gone = flow as Member;
    const heldBack: Member[] = [];
    for (const [index, link] of gone.links.entries()) {
      this.unlist(link, gone.places[index]);
      this.links[link].load -= gone.rate;
      for (const other of this.links[link].flows) if (other.bottleneck === link) heldBack.push(other);
    }
    return this.settle(heldBack);
  }

  private unlist(link: number, place: number): void {
    const { flows } = this.links[link];
    const last = flows.pop()!;
    if (place === flows.length) return;
    flows[place] = last;
    last.places[last.links.indexOf(link)] = place;
  }

  private settle(first: readonly Member[]): readonly Flow[] {
    const concerned: Member[] = [];
    this.change++;
    for (let more = first; more.length > 0; more = this.wronged(this.fill(concerned))) {
      for (const flow of more) {
        if (flow.change === this.change) continue;
        flow.change = this.change;
        flow.before = flow.rate;
        concerned.push(flow);
      }
    }
    return concerned.filter(({ rate, before }) => rate !== before);
  }

  /** Progressive filling of some flows beside the others as they are. @returns the links on which rates have moved */
  private fill(flows: readonly Member[]): number[] {
    const { links, heap } = this;
    for (const link of this.open(flows)) heap.push(link, shareOf(links[link]));
    const moved: number[] = [];
    while (heap.size > 0) {
      const link = heap.pop();
      const { waiting } = links[link];
      if (waiting === 0) continue;
      // Filling others can only have raised it.
      const share = shareOf(links[link]);
      if (heap.size > 0 && share > heap.least) heap.push(link, share);
      else this.saturate(link, share, moved);
    }
    return moved;
  }

  /** Counts what each link has for these flows. @returns the links */
  private open(flows: readonly Member[]): number[] {
    this.pass++;
    const opened: number[] = [];
    for (const flow of flows) {
      flow.waits = true;
      for (const index of flow.links) {
        const link = this.links[index];
        if (link.filled !== this.pass) {
          link.filled = this.pass;
          link.left = link.capacity - link.load;
          link.waiting = 0;
          opened.push(index);
        }
        link.left += flow.rate;
        link.waiting++;
      }
    }
    return opened;
  }

  /** Gives the flows of a link that wait their rate. */
  private saturate(bottleneck: number, rate: number, moved: number[]): void {
    for (const flow of this.links[bottleneck].flows) {
      if (!flow.waits) continue;
      const same = Math.abs(flow.rate - rate) <= EQUAL * rate;
      const steady = same && flow.bottleneck === bottleneck;
      flow.waits = false;
      flow.bottleneck = bottleneck;
      if (!same) flow.rate = rate;
      for (const index of flow.links) {
        const link = this.links[index];
        link.left -= rate;
        link.waiting--;
        if (steady || link.moved === this.pass) continue;
        link.moved = this.pass;
        moved.push(index);
      }
    }
  }

  /** The flows on these links that the filling passed by, and that have too little or too much beside those it filled. */
  private wronged(moved: readonly number[]): Member[] {
    const found: Member[] = [];
    for (const index of moved) {
      const link = this.links[index];
      let load = 0;
      let most = 0;
      let least = Infinity;
      for (const flow of link.flows) {
        load += flow.rate;
        if (flow.rate > most) most = flow.rate;
        if (flow.bottleneck === index && flow.change === this.change && flow.rate < least) least = flow.rate;
      }
      link.load = load;
      const enough = load < link.capacity * (1 - EQUAL) ? Infinity : most * (1 - EQUAL);
      for (const flow of link.flows) {
        if (flow.change === this.change) continue;
        const tooLittle = flow.bottleneck === index && flow.rate < enough;
        if (tooLittle || flow.rate * (1 - EQUAL) > least) found.push(flow);
      }
    }
    return found;
  }
}

function shareOf({ left, waiting }: Link): number {
  return Math.max(0, left) / waiting;
}
