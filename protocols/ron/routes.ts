// Routes: the direct path or the one through another host, whichever is best by what all have told of their links.
import type { Address, Nanoseconds } from '../port.ts';
import type { LinkState } from './messages.ts';

/** By so much another path must be better than the one in use: without it routes would flap (section 4.2). */
const HYSTERESIS = 0.05;

/** Link states older than so many routing intervals are not believed. */
const STALE = 3;

interface Told {
  readonly at: Nanoseconds;
  readonly links: Map<Address, LinkState>;
}

/** Combines the costs of two links, of which less is better. */
type Metric = (first: LinkState, second: LinkState | undefined) => number;

const METRICS: Readonly<Record<'latency' | 'loss', Metric>> = {
  latency: (first, second) => first.latency + (second?.latency ?? 0),
  loss: (first, second) => 1 - (1 - first.loss / 255) * (1 - (second?.loss ?? 0) / 255),
};

export class Routes {
  private readonly metric: Metric;
  private readonly believed: Nanoseconds;
  private readonly told = new Map<Address, Told>();
  /** The intermediate in use for a destination; null: none. */
  private readonly inUse = new Map<Address, Address | null>();

  constructor(metric: 'latency' | 'loss', routingInterval: Nanoseconds) {
    this.metric = METRICS[metric];
    this.believed = STALE * routingInterval;
  }

  /** A host has told of its links; a later telling replaces an earlier one link by link. */
  learn(from: Address, links: readonly LinkState[], now: Nanoseconds): void {
    const known = this.told.get(from)?.links ?? new Map<Address, LinkState>();
    for (const link of links) known.set(link.to, link);
    this.told.set(from, { at: now, links: known });
  }

  /**
   * Through whom to send to a destination; null: directly, also where no path is known to be up, or nothing of the direct one.
   * @param own this host's links, as far as they are known
   */
  via(destination: Address, own: ReadonlyMap<Address, LinkState>, now: Nanoseconds): Address | null {
    if (!own.has(destination)) return null;
    const current = this.inUse.get(destination) ?? null;
    const cost = (hop: Address | null) => this.cost(hop, destination, own, now);
    let best = current;
    let least = cost(current) * (1 - HYSTERESIS);
    for (const hop of [null, ...own.keys()]) {
      if (hop === destination || hop === current) continue;
      const other = cost(hop);
      if (other < least) {
        best = hop;
        least = other;
      }
    }
    if (least === Infinity) best = null;
    this.inUse.set(destination, best);
    return best;
  }

  /** Infinity where the path is not known to be up. */
  private cost(
    hop: Address | null,
    destination: Address,
    own: ReadonlyMap<Address, LinkState>,
    now: Nanoseconds,
  ): number {
    const first = own.get(hop ?? destination);
    if (!first?.up) return Infinity;
    if (hop === null) return this.metric(first, undefined);
    const told = this.told.get(hop);
    const second = told && now - told.at <= this.believed ? told.links.get(destination) : undefined;
    return second?.up ? this.metric(first, second) : Infinity;
  }
}
