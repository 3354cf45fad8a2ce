// The flow log: who sent to whom, by which a packet is traced back from the node that it came from to its slice.
import type { RandomStream } from '../../sim/random.ts';
import { type Nanoseconds, SECOND } from '../../sim/time.ts';

/** A sliver's packets to one destination at a constant rate. */
interface Flow {
  readonly node: number;
  readonly slice: string;
  readonly destination: string;
  /** Packets per second. */
  readonly rate: number;
  readonly from: Nanoseconds;
  until: Nanoseconds;
}

/** What a search finds: a slice of the node that sent to the destination, and how much. */
export interface Found {
  readonly slice: string;
  readonly packets: number;
}

/**
 * The logs of all nodes, as flows rather than packet by packet: of a flow of n packets a log that keeps each with
 * probability p holds any with probability 1 - (1 - p)^n.
 */
export class FlowLog {
  private readonly sample: number;
  private readonly flows: Flow[][];

  /** @param sample share of packets that are kept, in (0, 1] */
  constructor(nodes: number, sample: number) {
    this.sample = sample;
    this.flows = Array.from({ length: nodes }, () => []);
  }

  begin(node: number, slice: string, destination: string, rate: number, now: Nanoseconds): void {
    this.flows[node].push({ node, slice, destination, rate, from: now, until: Infinity });
  }

  end(node: number, slice: string, now: Nanoseconds): void {
    for (const flow of this.flows[node]) if (flow.slice === slice && flow.until > now) flow.until = now;
  }

  /** Who is sending from a node to a destination, packets per second. */
  rate(node: number, slice: string): number {
    const open = this.flows[node].filter(flow => flow.slice === slice && flow.until === Infinity);
    return open.reduce((sum, flow) => sum + flow.rate, 0);
  }

  /** Searches a node's log of a span. @returns the slices of which packets were kept, the most first */
  search(
    node: number,
    destination: string,
    from: Nanoseconds,
    until: Nanoseconds,
    random: RandomStream,
  ): Found[] {
    const found = new Map<string, number>();
    for (const flow of this.flows[node]) {
      const span = Math.min(until, flow.until) - Math.max(from, flow.from);
      if (flow.destination !== destination || span <= 0) continue;
      const packets = (flow.rate * span) / SECOND;
      if (random.uniform() >= 1 - (1 - this.sample) ** packets) continue;
      found.set(flow.slice, (found.get(flow.slice) ?? 0) + packets);
    }
    return [...found].map(([slice, packets]) => ({ slice, packets })).sort((a, b) => b.packets - a.packets);
  }
}
