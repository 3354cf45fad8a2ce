// Round-trip times, and the retransmission timeout that follows from them (RFC 6298).
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../../sim/time.ts';

/** The timeout while nothing is known, and at most. */
export const INITIAL_TIMEOUT: Nanoseconds = SECOND;
export const LONGEST_TIMEOUT: Nanoseconds = 120 * SECOND;
/** As on Linux not the timeout but its part for the variance is at least this. */
export const SHORTEST_TIMEOUT: Nanoseconds = 200 * MILLISECOND;

export class RoundTrip {
  /** Smoothed; 0 while none has been measured. */
  smoothed: Nanoseconds = 0;
  timeout: Nanoseconds = INITIAL_TIMEOUT;
  private variance: Nanoseconds = 0;
  /** The segment whose acknowledgment is being timed, and since when; one a round trip. */
  private timedEnd = Infinity;
  private timedSince: Nanoseconds = 0;

  /** Bytes up to `end` are sent for the first time. */
  sent(end: number, now: Nanoseconds): void {
    if (this.timedEnd !== Infinity) return;
    this.timedEnd = end;
    this.timedSince = now;
  }

  /** Something is sent again: an acknowledgment will not tell which of the two it is for (Karn's algorithm). */
  sentAgain(): void {
    this.timedEnd = Infinity;
  }

  acknowledged(acknowledgment: number, now: Nanoseconds): void {
    if (acknowledgment < this.timedEnd) return;
    this.timedEnd = Infinity;
    this.sample(now - this.timedSince);
  }

  sample(roundTrip: Nanoseconds): void {
    if (this.smoothed === 0) {
      this.smoothed = roundTrip;
      this.variance = roundTrip / 2;
    } else {
      this.variance += (Math.abs(this.smoothed - roundTrip) - this.variance) / 4;
      this.smoothed += (roundTrip - this.smoothed) / 8;
    }
    const beyond = Math.max(4 * this.variance, SHORTEST_TIMEOUT);
    this.timeout = Math.min(Math.round(this.smoothed + beyond), LONGEST_TIMEOUT);
  }

  /** A timeout has passed in vain: the next is twice as long. */
  backOff(): void {
    this.timeout = Math.min(2 * this.timeout, LONGEST_TIMEOUT);
  }
}
