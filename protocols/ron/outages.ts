// How long pairs cannot speak, as their packets tell.
import type { Address, Distribution, Nanoseconds } from '../port.ts';

interface Pair {
  /** When the last packet that was answered had been sent. */
  answered: Nanoseconds;
  /** When the first of those since then that were not answered had been sent. */
  begun: Nanoseconds | undefined;
}

/**
 * Records an outage when it is over: from the first packet to a host that was not answered to the next that was, both by when
 * they were sent. So it is seen no finer than packets are sent, and one of less than a packet's timeout not at all.
 */
export class Outages {
  private readonly lasted: Distribution;
  private readonly pairs = new Map<Address, Pair>();

  /** @param lasted in nanoseconds */
  constructor(lasted: Distribution) {
    this.lasted = lasted;
  }

  /** What became of a packet. Answers come before the news that packets sent with them are lost. */
  note(to: Address, sent: Nanoseconds, answered: boolean): void {
    const pair = this.pairs.get(to) ?? { answered: -Infinity, begun: undefined };
    this.pairs.set(to, pair);
    if (!answered) {
      if (sent > pair.answered) pair.begun ??= sent;
      return;
    }
    if (pair.begun !== undefined && sent > pair.begun) {
      this.lasted.record(sent - pair.begun);
      pair.begun = undefined;
    }
    pair.answered = Math.max(pair.answered, sent);
  }
}
