// The scoreboard: which of the bytes under way have arrived, which are lost, and what to send again (RFC 6675).
import type { Nanoseconds } from '../../../../sim/time.ts';
import { Ranges } from './ranges.ts';

/** `open`: nothing is known to be lost. `recovery`: by selective acknowledgments. `loss`: the retransmission timer expired. */
type Mode = 'open' | 'recovery' | 'loss';

/**
 * Segments that must have arrived behind a missing one until it counts as lost: at first, and at most, as on Linux. Between
 * them it follows the reordering that is met: paths with jitter reorder, and a sender that took that for loss would crawl.
 */
const LEAST_THRESHOLD = 3;
const MOST_THRESHOLD = 300;

export class Scoreboard {
  mode: Mode = 'open';
  /** Recovery ends when all that was sent before it began is acknowledged. */
  recover = 0;
  /** Acknowledgments that told only of bytes behind a missing one, in a row. */
  duplicates = 0;
  /** Where the hole ends that `nextHole` has found. */
  holeEnd = 0;
  /** All that was sent again in the latest recovery had arrived: the recovery was needless. */
  needless = false;

  private readonly mss: number;
  private readonly arrived = new Ranges();
  /** In recovery: all below that is missing has been sent again. */
  private sentAgain = 0;
  /** Bytes sent again in the latest recovery, less those that have arrived twice since. */
  private repeated = 0;
  /** When recovery began; and whether what was sent first in it has been acknowledged. */
  private begun: Nanoseconds = 0;
  private proven = false;
  private threshold = LEAST_THRESHOLD;
  /** The threshold as far as so much is under way. */
  private reachable = LEAST_THRESHOLD;

  constructor(mss: number) {
    this.mss = mss;
  }

  /** Takes in the blocks of an acknowledgment. @returns whether they tell of any byte that was not known to have arrived */
  update(blocks: readonly number[] | undefined, acknowledged: number, next: number): boolean {
    if (blocks === undefined) return false;
    let fresh = false;
    const first = isDuplicate(blocks, acknowledged) ? 2 : 0;
    if (first > 0) this.arrivedTwice(blocks[1] - blocks[0]);
    for (let index = first; index < blocks.length; index += 2) {
      const start = Math.max(blocks[index], acknowledged);
      const end = blocks[index + 1];
      if (start < end && end <= next && this.arrived.add(start, end)) fresh = true;
    }
    return fresh;
  }

  /**
   * All below is acknowledged.
   * @param before what was so until now
   * @param roundTrip smoothed
   */
  advance(acknowledged: number, before: number, now: Nanoseconds, roundTrip: Nanoseconds): void {
    if (this.mode === 'open' && this.arrived.count > 0) {
      // What was missing came late, and was not sent again: so far later segments may overtake it.
      this.tolerate(Math.ceil((this.arrived.end - before) / this.mss));
    }
    this.duplicates = 0;
    this.arrived.trim(acknowledged);
    if (this.sentAgain < acknowledged) this.sentAgain = acknowledged;
    if (this.mode !== 'open' && acknowledged >= this.recover) this.mode = 'open';
    if (now - this.begun >= roundTrip) this.proven = true;
  }

  /** A segment is lost, by the rule of RFC 6675, 5 (2): recovery should begin. */
  tellsOfLoss(acknowledged: number, next: number): boolean {
    if (this.mode !== 'open' || this.arrived.count === 0) return false;
    // More than is under way cannot arrive.
    const underWay = Math.floor((next - acknowledged) / this.mss) - 1;
    this.reachable = Math.max(Math.min(this.threshold, underWay), LEAST_THRESHOLD);
    return this.duplicates >= this.reachable || this.lostBelow() > acknowledged;
  }

  begin(mode: 'recovery' | 'loss', acknowledged: number, next: number, now: Nanoseconds): void {
    this.begun = now;
    this.proven = false;
    this.mode = mode;
    this.recover = next;
    this.sentAgain = acknowledged;
    this.duplicates = 0;
    this.repeated = 0;
    if (mode === 'loss') this.threshold = LEAST_THRESHOLD;
  }

  /** The recovery, needless as it was, is over. */
  end(): void {
    this.needless = false;
    this.mode = 'open';
  }

  /** Bytes of [acknowledged, next) that are on their way: neither arrived nor lost, or sent again. */
  pipe(acknowledged: number, next: number): number {
    const { starts, ends } = this.arrived;
    if (this.mode === 'open' && starts.length === 0) return next - acknowledged;
    const lost = this.lostBelow();
    const again = this.mode === 'open' ? 0 : this.sentAgain;
    let bytes = 0;
    let from = acknowledged;
    for (let index = 0; index <= starts.length; index++) {
      const to = index < starts.length ? starts[index] : next;
      if (to > from) {
        bytes += to - Math.max(from, Math.min(to, lost)) + Math.max(0, Math.min(to, again) - from);
      }
      from = ends[index];
    }
    return bytes;
  }

  /**
   * The next missing bytes that count as lost and have not been sent again, at most one segment. In recovery the first
   * missing ones count as lost whatever has arrived behind them (RFC 6582).
   * @returns where they begin, or -1; `holeEnd` is where they end
   */
  nextHole(acknowledged: number): number {
    const { starts, ends } = this.arrived;
    let from = Math.max(this.sentAgain, acknowledged);
    const index = this.arrived.indexAt(from);
    if (index < starts.length && starts[index] <= from) from = ends[index];
    const first = this.mode === 'recovery' && from === acknowledged;
    if (!first && from >= this.lostBelow()) return -1;
    const following = this.arrived.indexAt(from);
    const end = following < starts.length ? starts[following] : Math.max(this.recover, from);
    this.holeEnd = Math.min(end, from + this.mss);
    this.sentAgain = this.holeEnd;
    this.repeated += this.holeEnd - from;
    return from;
  }

  private arrivedTwice(bytes: number): void {
    if (this.repeated === 0) return;
    this.repeated = Math.max(0, this.repeated - bytes);
    if (this.repeated > 0) return;
    this.needless = true;
    this.tolerate(2 * this.threshold);
  }

  private tolerate(segments: number): void {
    this.threshold = Math.max(this.threshold, Math.min(segments, MOST_THRESHOLD));
  }

  /** All below that has not arrived is lost. */
  private lostBelow(): number {
    // What was sent before recovery began, and has not come when what was sent in it has, will not come (as RFC 8985 reasons).
    if (this.mode === 'loss' || (this.mode === 'recovery' && this.proven)) return this.recover;
    const { starts, ends } = this.arrived;
    let bytes = 0;
    for (let index = starts.length - 1; index >= 0; index--) {
      bytes += ends[index] - starts[index];
      const ranges = starts.length - index;
      if (ranges >= this.reachable || bytes > (this.reachable - 1) * this.mss) return starts[index];
    }
    return 0;
  }
}

/** The first block may tell of bytes that have arrived twice (RFC 2883). */
function isDuplicate(blocks: readonly number[], acknowledged: number): boolean {
  return blocks[1] <= acknowledged || (blocks.length > 2 && blocks[0] >= blocks[2] && blocks[1] <= blocks[3]);
}
