// Packets on their way from a correspondent to one identity, and what their fate says of its hand-overs.
import type { Address, Distribution, Nanoseconds } from '../port.ts';

/** A packet that was sent. */
export interface Flight {
  readonly peer: Peer;
  readonly to: Address;
  readonly sent: Nanoseconds;
  /** The identity's sequence number where it was received; `lost`; undefined while nothing is known. */
  fate: number | 'lost' | undefined;
}

/** Where an identity was heard last. */
export interface Binding {
  readonly at: Address;
  readonly until: Nanoseconds;
}

/** An identity that a correspondent sends to. */
export class Peer {
  readonly identity: number;
  binding: Binding | undefined;
  private readonly gap: Distribution;
  /** In the order sent, from the first whose fate is not known. */
  private readonly flights: Flight[] = [];
  /** The last sequence number that was heard, of the packets whose fate and whose predecessors' is known. */
  private sequence: number | undefined;
  /** When the first of the packets lost since was sent. */
  private silent: Nanoseconds | undefined;

  /** @param gap takes the span of each hand-over during which packets were lost */
  constructor(identity: number, gap: Distribution) {
    this.identity = identity;
    this.gap = gap;
  }

  sent(flight: Flight): void {
    this.flights.push(flight);
  }

  /** The fate of a flight has become known. */
  settle(): void {
    let settled = 0;
    for (const { sent, fate } of this.flights) {
      if (fate === undefined) break;
      settled++;
      if (fate === 'lost') this.silent ??= sent;
      else this.heard(sent, fate);
    }
    this.flights.splice(0, settled);
  }

  /** A packet was received, and with it ends a gap if the identity has moved since the last one that was. */
  private heard(sent: Nanoseconds, sequence: number): void {
    const known = this.sequence;
    if (known !== undefined && sequence > known)
      this.gap.record(this.silent === undefined ? 0 : sent - this.silent);
    this.sequence = known === undefined ? sequence : Math.max(known, sequence);
    this.silent = undefined;
  }
}
