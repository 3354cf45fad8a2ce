// Lossy nodes: the loss that faults add at the links of some nodes, for as long as they last.
import type { RandomStream } from '../../sim/random.ts';

/** The rates of loss in force at each node. With none, as is usual, a look costs one comparison. */
export class LossyNodes {
  private readonly ratesOf = new Map<number, number[]>();
  private readonly streams: (sender: number) => RandomStream;

  constructor(streams: (sender: number) => RandomStream) {
    this.streams = streams;
  }

  /** @param rate in [0, 1]; several at one node strike independently of each other */
  add(node: number, rate: number): void {
    this.ratesOf.set(node, [...(this.ratesOf.get(node) ?? []), rate]);
  }

  /** Takes one of a node's rates away. */
  remove(node: number, rate: number): void {
    const rates = this.ratesOf.get(node) ?? [];
    const left = rates.toSpliced(rates.indexOf(rate), 1);
    if (left.length > 0) this.ratesOf.set(node, left);
    else this.ratesOf.delete(node);
  }

  /** Decides over the next message of a sender that passes a node's link. */
  drops(node: number, sender: number): boolean {
    return this.ratesOf.size > 0 && this.draw(node, sender);
  }

  private draw(node: number, sender: number): boolean {
    const rates = this.ratesOf.get(node);
    if (rates === undefined) return false;
    const passes = rates.reduce((share, rate) => share * (1 - rate), 1);
    return this.streams(sender).uniform() >= passes;
  }
}
