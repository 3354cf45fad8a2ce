// Congestion control: slow start and congestion avoidance of Reno (RFC 5681), from an initial window of ten segments (RFC 6928).
import type { Nanoseconds } from '../../../../sim/time.ts';

const INITIAL_SEGMENTS = 10;

export class Congestion {
  /** The congestion window and the slow-start threshold, in bytes. */
  window: number;
  threshold = Infinity;
  private readonly mss: number;
  private lastSent: Nanoseconds = 0;
  /** Both as they were before the latest loss. */
  private windowBefore = 0;
  private thresholdBefore = Infinity;

  constructor(mss: number) {
    this.mss = mss;
    this.window = INITIAL_SEGMENTS * mss;
  }

  /**
   * New bytes are acknowledged and nothing is missing.
   * Slow start counts bytes, up to two segments an acknowledgment (RFC 3465), so that delayed acknowledgments do not slow it.
   * Congestion avoidance counts acknowledgments, so that with delayed ones the window grows by half a segment a round trip.
   * @param flight bytes that were under way: a window that the sender does not use does not grow
   */
  grow(acknowledged: number, flight: number): void {
    const { mss, window } = this;
    if (window < this.threshold) {
      if (2 * flight >= window) this.window += Math.min(acknowledged, 2 * mss);
    } else if (flight + mss > window) this.window += (mss * mss) / window;
  }

  /** A segment is lost: half the window, which is also that of the recovery. */
  lost(flight: number): void {
    this.reduce(flight);
    this.window = this.threshold;
  }

  /** The retransmission timer has expired. @param again it is not the first time for these bytes */
  timedOut(flight: number, again: boolean): void {
    if (!again) this.reduce(flight);
    this.window = this.mss;
  }

  /** Nothing was lost after all (as Linux does at such news: RFC 4015 has the reasons). */
  undo(): void {
    this.window = Math.max(this.window, this.windowBefore);
    this.threshold = Math.max(this.threshold, this.thresholdBefore);
  }

  /** Bytes are about to be sent. After a silence longer than the timeout the window is no larger than the initial one (RFC 5681, 4.1). */
  sending(now: Nanoseconds, flight: number, timeout: Nanoseconds): void {
    if (flight === 0 && now - this.lastSent > timeout) {
      this.window = Math.min(this.window, INITIAL_SEGMENTS * this.mss);
    }
    this.lastSent = now;
  }
  private reduce(flight: number): void {
    this.windowBefore = this.window;
    this.thresholdBefore = this.threshold;
    this.threshold = Math.max(Math.min(flight, this.window) / 2, 2 * this.mss);
  }
}
