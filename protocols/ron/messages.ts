// What RON's hosts say to each other.
import type { Address } from '../port.ts';

/** One of the sender's links, as its probes have found it. */
export interface LinkState {
  readonly to: Address;
  /** Round trip in microseconds, uint32. */
  readonly latency: number;
  /** Share of the probes lost, in 1/255: 0 .. 255. */
  readonly loss: number;
  /** Whether it is not in an outage. */
  readonly up: boolean;
}

export type RonMessage =
  /** `rpc` is a uint32 that the answer bears too. */
  | { type: 'probe' | 'probed'; rpc: number }
  | { type: 'links'; links: readonly LinkState[] }
  /** A packet from `origin` to `destination`, through `via` where that is not null, and what says that it came. */
  | {
      type: 'packet' | 'receipt';
      rpc: number;
      origin: Address;
      destination: Address;
      via: Address | null;
      body: Uint8Array;
    };
