// What gossiping hosts say to each other.
import type { Address } from '../port.ts';

/** Something that everybody is to hear. */
export interface Rumour {
  /** uint48, drawn at random by whoever published it. */
  readonly id: number;
  /** Rounds since it was published, uint16. */
  readonly age: number;
  readonly publisher: Address;
  readonly body: Uint8Array;
}

export type GossipMessage =
  | { type: 'push'; rumours: readonly Rumour[] }
  /** Also a request for what is not among `rumours` and `known`, which are ids. Answered by `push`. */
  | { type: 'pull'; rumours: readonly Rumour[]; known: readonly number[] }
  /** To the publisher of `id`: the sender has heard it for the first time. */
  | { type: 'heard'; id: number };
