// A neighbour in the swarm: what is known of it, what is wanted of it, what it wants.
import type { Address, Nanoseconds } from '../port.ts';
import type { Bits } from './bits.ts';
import { DelayWindow, Queueing } from './delay-window.ts';
import { Recent } from './recent.ts';

/** Blocks asked for ahead, at first and at least. */
const DEPTH = 4;
export const LEAST_DEPTH = 2;

/** A block that was sent to a neighbour, and of which it has not said that it arrived. */
export interface Flight {
  readonly block: number;
  readonly bytes: number;
  readonly number: number;
  readonly sent: Nanoseconds;
  readonly due: Nanoseconds;
}

export class Neighbour {
  readonly address: Address;
  /** The pieces that it has said it has. */
  have: Bits;
  /** When it was last heard. */
  heard: Nanoseconds;
  /** Whether it is being asked if it is still there. */
  probed = false;
  /** How many pieces it was last told of together. */
  told = 0;

  /** It does not upload to this member. */
  choking = true;
  /** How many of its pieces this member lacks, and whether it has been told of the interest that follows. */
  useful = 0;
  wanting = false;
  /** When it last sent a block, or became useful. */
  gave: Nanoseconds;
  readonly received = new Recent();
  /** The blocks that it was asked for. */
  readonly wanted: number[] = [];
  /** How many it may be asked for ahead. */
  depth = DEPTH;
  /** When it was asked last, and how often since it was heard. */
  askedAt: Nanoseconds = 0;
  repeats = 0;

  /** It wants pieces of this member. */
  interested = false;
  /** This member does not upload to it. */
  choked = true;
  /** When it was unchoked last. */
  unchokedAt: Nanoseconds = -Infinity;
  readonly sent = new Recent();
  /** The blocks that it asks for. */
  asks: readonly number[] = [];
  readonly flights: Flight[] = [];
  /** The number of the last block that was sent to it. */
  number = 0;
  /** Blocks in a row that did not arrive. */
  misses = 0;
  readonly window: DelayWindow;
  readonly queueing = new Queueing();

  /** @param wholeBlock bytes */
  constructor(address: Address, have: Bits, wholeBlock: number, now: Nanoseconds) {
    this.address = address;
    this.have = have;
    this.heard = now;
    this.gave = now;
    this.window = new DelayWindow(wholeBlock);
  }
}
