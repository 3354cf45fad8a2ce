// The receive buffer: bytes in order that wait to be read, and segments that came before their turn.
import type { Nanoseconds } from '../../../../sim/time.ts';
import { Ranges } from './ranges.ts';

/** Bytes of the buffer at first and at most: what Linux opens a window with, and its net.ipv4.tcp_rmem. */
const SMALLEST = 65536;
const LARGEST = 6 * 2 ** 20;
/** Selective acknowledgments fit three or four blocks into a header (RFC 2018); here there are no timestamps beside them. */
const SACK_BLOCKS = 4;

interface Piece {
  readonly data: Uint8Array;
  from: number;
  to: number;
}

interface EarlyPiece extends Piece {
  readonly sequence: number;
}

export class ReceiveBuffer {
  /** The next sequence number that is expected. */
  next: number;
  /** Bytes that wait to be read. */
  waiting = 0;
  /** Bytes that the buffer may hold. */
  capacity = SMALLEST;
  /** The sequence number before which the other side may send: what it has been told never shrinks. */
  edge: number;

  /** In order; those before `head` have been read. */
  private readonly pieces: Piece[] = [];
  private head = 0;
  /** Out of order: sorted by sequence number, may overlap. */
  private readonly early: EarlyPiece[] = [];
  private readonly earlyRanges = new Ranges();
  /** Sequence numbers of the segments that came out of order last, the latest first. */
  private recent: number[] = [];
  /** What has come twice, to be told once (RFC 2883). */
  private twice: readonly [start: number, end: number] | undefined = undefined;
  private epoch: Nanoseconds = 0;
  private readInEpoch = 0;

  constructor(next: number) {
    this.next = next;
    this.edge = next + SMALLEST;
  }

  /** Something is missing. */
  get hasGap(): boolean {
    return this.early.length > 0;
  }

  /**
   * Takes in the bytes of a segment as far as they are new and within the window.
   * @returns whether they were the next ones, and nothing was missing before them
   */
  accept(sequence: number, data: Uint8Array, from: number, to: number): boolean {
    const end = Math.min(sequence + to - from, this.edge);
    if (end <= this.next && end > sequence) this.twice = [sequence, end];
    if (end <= this.next || end <= sequence) return false;
    if (sequence > this.next) {
      this.keepEarly(sequence, data, from, from + end - sequence);
      return false;
    }
    const inOrder = !this.hasGap;
    this.append(data, from + this.next - sequence, from + end - sequence);
    if (!inOrder) this.takeEarly();
    return inOrder;
  }

  /** A FIN takes a sequence number. */
  skip(): void {
    this.next++;
    this.edge = Math.max(this.edge, this.next);
  }

  /** The next bytes for the reader; undefined where none wait. */
  read(now: Nanoseconds, roundTrip: Nanoseconds): Uint8Array | undefined {
    if (this.head === this.pieces.length) return undefined;
    const { data, from, to } = this.pieces[this.head++];
    if (this.head === this.pieces.length || this.head > 1024) {
      this.pieces.splice(0, this.head);
      this.head = 0;
    }
    this.waiting -= to - from;
    this.grow(to - from, now, roundTrip);
    return from === 0 && to === data.length ? data : data.subarray(from, to);
  }

  /**
   * The window to be advertised, in bytes. Its edge moves only when there is room for a segment more, or half the buffer
   * (RFC 9293, 3.8.6.2.2).
   */
  advertise(mss: number): number {
    const edge = this.next + this.capacity - this.waiting;
    if (edge - this.edge >= Math.min(mss, this.capacity / 2)) this.edge = edge;
    return this.edge - this.next;
  }

  /** A reader has made so much room that the sender should hear of it: twice the window that it knows, as on Linux. */
  shouldUpdate(mss: number): boolean {
    const known = this.edge - this.next;
    const possible = this.capacity - this.waiting;
    return possible >= 2 * known && possible - known >= Math.min(mss, this.capacity / 2);
  }

  /** Blocks of what came out of order, that of the latest segment first (RFC 2018), after what came twice. */
  sack(): readonly number[] | undefined {
    if (this.early.length === 0 && !this.twice) return undefined;
    const { starts, ends } = this.earlyRanges;
    const duplicate = this.twice ?? [];
    this.twice = undefined;
    const blocks: number[] = [];
    for (const sequence of this.recent) {
      const index = this.earlyRanges.indexAt(sequence);
      if (index < starts.length && starts[index] <= sequence && !blocks.includes(starts[index])) {
        blocks.push(starts[index], ends[index]);
      }
    }
    return [...duplicate, ...blocks].slice(0, 2 * SACK_BLOCKS);
  }

  clear(): void {
    this.pieces.length = 0;
    this.head = 0;
    this.waiting = 0;
    this.early.length = 0;
    this.earlyRanges.clear();
  }

  private append(data: Uint8Array, from: number, to: number): void {
    this.next += to - from;
    this.waiting += to - from;
    const last = this.head < this.pieces.length ? this.pieces[this.pieces.length - 1] : undefined;
    if (last && last.data === data && last.to === from) last.to = to;
    else this.pieces.push({ data, from, to });
  }

  private keepEarly(sequence: number, data: Uint8Array, from: number, to: number): void {
    this.recent = [sequence, ...this.recent.filter(other => other !== sequence)].slice(0, SACK_BLOCKS);
    if (!this.earlyRanges.add(sequence, sequence + to - from)) {
      this.twice = [sequence, sequence + to - from];
      return;
    }
    let index = this.early.length;
    while (index > 0 && this.early[index - 1].sequence > sequence) index--;
    this.early.splice(index, 0, { sequence, data, from, to });
  }

  private takeEarly(): void {
    let taken = 0;
    for (const { sequence, data, from, to } of this.early) {
      if (sequence > this.next) break;
      if (sequence + to - from > this.next) this.append(data, from + this.next - sequence, to);
      taken++;
    }
    this.early.splice(0, taken);
    this.earlyRanges.trim(this.next);
  }

  /**
   * Doubles the buffer when more than half of it has been read in one round trip: the sender may soon be held up by the
   * window alone. (Dynamic right-sizing: Fisk and Feng, LACSI 2001. A buffer that is not read from does not grow.)
   */
  private grow(read: number, now: Nanoseconds, roundTrip: Nanoseconds): void {
    if (now - this.epoch > roundTrip) {
      this.epoch = now;
      this.readInEpoch = 0;
    }
    this.readInEpoch += read;
    if (this.readInEpoch <= this.capacity / 2 || this.capacity >= LARGEST) return;
    this.capacity = Math.min(2 * this.capacity, LARGEST);
    this.epoch = now;
    this.readInEpoch = 0;
  }
}
