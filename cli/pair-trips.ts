// The round trips of each pair of hosts.
import type { Nanoseconds } from '../sim/time.ts';

export class PairTrips {
  private readonly trips = new Map<string, Nanoseconds[]>();

  add(asker: number, answerer: number, rtt: Nanoseconds): void {
    const key = `${asker} ${answerer}`;
    const known = this.trips.get(key);
    if (known) known.push(rtt);
    else this.trips.set(key, [rtt]);
  }

  /** Who asked and who answered, in order. */
  pairs(): (readonly [asker: number, answerer: number])[] {
    return [...this.trips.keys()]
      .map(key => key.split(' ').map(Number) as unknown as readonly [number, number])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }

  /** In milliseconds; null where there was no answer. */
  median(asker: number, answerer: number): number | null {
    const trips = this.trips.get(`${asker} ${answerer}`);
    if (!trips) return null;
    const sorted = trips.toSorted((a, b) => a - b);
    const half = sorted.length >> 1;
    return (sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2) / 1e6;
  }
}
