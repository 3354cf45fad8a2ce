// Which datagrams of others came, came late, came twice, or never came: what the gaps in their numbers say.
import type { Address } from '../port.ts';
import type { Datagram } from './messages.ts';

/** A datagram is lost when one so many numbers later has come: those that come later than that count as `repeated`. */
export const REORDERING = 64;

/** What a datagram is: the next or beyond it, one that was missing, or one that came before or was given up. */
export type Kind = 'new' | 'late' | 'repeated';

interface Stream {
  readonly id: number;
  highest: number;
  /** Ascending. */
  readonly missing: Set<number>;
}

export class Streams {
  private readonly streams = new Map<Address, Stream>();
  private readonly lost: (count: number) => void;

  /** @param lost told of datagrams that are given up */
  constructor(lost: (count: number) => void) {
    this.lost = lost;
  }

  note(from: Address, { stream: id, number }: Datagram): Kind {
    let stream = this.streams.get(from);
    if (stream?.id !== id) {
      // A stream that is heard from far on began before this host did.
      stream = { id, highest: number > REORDERING ? number - 1 : -1, missing: new Set() };
      this.streams.set(from, stream);
    }
    if (number <= stream.highest) return stream.missing.delete(number) ? 'late' : 'repeated';
    this.advance(stream, number);
    return 'new';
  }

  private advance(stream: Stream, number: number): void {
    const { missing } = stream;
    const first = Math.max(stream.highest + 1, number - REORDERING);
    let lost = first - (stream.highest + 1);
    for (let between = first; between < number; between++) missing.add(between);
    stream.highest = number;
    for (const old of missing) {
      if (old >= number - REORDERING) break;
      missing.delete(old);
      lost++;
    }
    if (lost > 0) this.lost(lost);
  }
}
