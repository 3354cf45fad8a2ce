// The sending half of a TCP connection: what may be sent and when, what was lost, and the timer that finds out.
import { type Nanoseconds, SECOND } from '../../../../sim/time.ts';
import type { Counters } from '../internet.ts';
import { ACK, FIN, PSH } from '../packet.ts';
import { Congestion } from './congestion.ts';
import type { RoundTrip } from './round-trip.ts';
import { Scoreboard } from './scoreboard.ts';
import { SendBuffer } from './send-buffer.ts';

/** What a sender sends through: adds to each segment what the other half has to say. */
export interface Outlet {
  emit(sequence: number, flags: number, data?: Uint8Array, from?: number, to?: number): void;
}

/**
 * How long, since the first one expired in vain, retransmission timers are set anew: as Linux with net.ipv4.tcp_retries2 = 15, and
 * for a connection that its program has left, with 8 retries; as if the timeout had begun at 200 ms.
 */
const PATIENCE: Nanoseconds = 924.6 * SECOND;
const ORPHAN_PATIENCE: Nanoseconds = 102.2 * SECOND;

/** The send buffer grows with the congestion window between these bounds, as Linux's does. */
const SMALLEST_BUFFER = 65536;
const LARGEST_BUFFER = 4 * 2 ** 20;

export class Sender {
  readonly buffer: SendBuffer;
  /** All before is acknowledged; what comes next. */
  acknowledged: number;
  next: number;
  /** Nothing will be written any more: a FIN follows the last byte. */
  finished = false;
  noDelay = false;
  /** The program has left the connection. */
  orphaned = false;
  /** When the retransmission or probe timer expires. */
  deadline: Nanoseconds = Infinity;

  private readonly outlet: Outlet;
  private readonly counters: Counters;
  private readonly mss: number;
  private readonly roundTrip: RoundTrip;
  private readonly congestion: Congestion;
  private readonly board: Scoreboard;
  /** The sequence number before which the other side is ready to receive, and the largest window that it had. */
  private edge: number;
  private largestWindow: number;
  /** The end of the last segment that was sent smaller than it could be. */
  private smallEnd = 0;
  /** When the first timer of those that have expired in vain did so; Infinity where none has. */
  private silentSince: Nanoseconds = Infinity;

  constructor(
    outlet: Outlet,
    counters: Counters,
    roundTrip: RoundTrip,
    start: number,
    mss: number,
    window: number,
  ) {
    this.outlet = outlet;
    this.counters = counters;
    this.roundTrip = roundTrip;
    this.mss = mss;
    this.acknowledged = this.next = start;
    this.edge = start + window;
    this.largestWindow = window;
    this.buffer = new SendBuffer(start);
    this.congestion = new Congestion(mss);
    this.board = new Scoreboard(mss);
  }

  /** The sequence number after all that there is to send, the FIN included. */
  get end(): number {
    return this.finished ? this.buffer.end + 1 : this.buffer.end;
  }

  get finSent(): boolean {
    return this.finished && this.next === this.end;
  }

  get finAcknowledged(): boolean {
    return this.finished && this.acknowledged === this.end;
  }

  /** Bytes written up to this sequence number have a place in the send buffer. */
  get admittedBelow(): number {
    const room = Math.min(Math.max(2 * this.congestion.window, SMALLEST_BUFFER), LARGEST_BUFFER);
    return this.acknowledged + room;
  }

  /** Bytes written that have no place in the send buffer yet. */
  get unadmitted(): number {
    return Math.max(0, this.buffer.end - this.admittedBelow);
  }

  /** Takes in an acknowledgment of something that was sent. */
  receive(
    acknowledgment: number,
    window: number,
    sack: readonly number[] | undefined,
    now: Nanoseconds,
  ): void {
    const { board } = this;
    this.edge = Math.max(this.edge, acknowledgment + window);
    this.largestWindow = Math.max(this.largestWindow, window);
    // The other side lives: whoever probes its window goes on for ever.
    if (this.next === this.acknowledged) this.silentSince = Infinity;
    if (acknowledgment > this.acknowledged) this.advance(acknowledgment, now);
    if (board.update(sack, this.acknowledged, this.next)) board.duplicates++;
    if (board.needless) {
      board.end();
      this.congestion.undo();
    }
    if (board.tellsOfLoss(this.acknowledged, this.next)) {
      this.congestion.lost(this.next - this.acknowledged);
      board.begin('recovery', this.acknowledged, this.next, now);
      this.sendHole();
      this.deadline = now + this.roundTrip.timeout;
    }
  }

  /** Sends what may be sent. */
  output(now: Nanoseconds): void {
    const { board, congestion } = this;
    if (board.mode === 'open' && this.next === this.end) return;
    let pipe = board.pipe(this.acknowledged, this.next);
    congestion.sending(now, pipe, this.roundTrip.timeout);
    for (;;) {
      const room = pipe === 0 ? Math.max(this.mss, congestion.window) : congestion.window - pipe;
      const sent = this.sendNext(room, now);
      if (sent === 0) break;
      pipe += sent;
    }
    if (this.deadline === Infinity && (this.next > this.acknowledged || this.next < this.end)) {
      this.deadline = now + this.roundTrip.timeout;
    }
  }

  /**
   * The timer has expired.
   * @returns false where the other side has been silent for too long
   */
  expire(now: Nanoseconds): boolean {
    if (this.next === this.end && this.next === this.acknowledged) {
      this.deadline = Infinity;
      return true;
    }
    if (this.silentSince === Infinity) this.silentSince = now;
    if (now - this.silentSince >= (this.orphaned ? ORPHAN_PATIENCE : PATIENCE)) return false;
    if (this.next === this.acknowledged) this.probe(now);
    else this.timeOut(now);
    this.roundTrip.backOff();
    this.deadline = now + this.roundTrip.timeout;
    return true;
  }

  private advance(acknowledgment: number, now: Nanoseconds): void {
    const { board, congestion } = this;
    const flight = this.next - this.acknowledged;
    const before = this.acknowledged;
    const { mode } = board;
    this.roundTrip.acknowledged(acknowledgment, now);
    this.acknowledged = acknowledgment;
    this.silentSince = Infinity;
    this.buffer.release(acknowledgment);
    board.advance(acknowledgment, before, now, this.roundTrip.smoothed);
    if (mode === 'open') congestion.grow(acknowledgment - before, flight);
    else if (mode === 'loss') congestion.grow(acknowledgment - before, Infinity);
    this.deadline = this.next > acknowledgment ? now + this.roundTrip.timeout : Infinity;
  }

  /** Sends the next segment that there is room for. @returns its bytes, 0 where there was none */
  private sendNext(room: number, now: Nanoseconds): number {
    if (this.board.mode !== 'open') {
      if (room < this.mss) return 0;
      const again = this.sendHole();
      if (again > 0) return again;
    }
    return this.sendNew(room, now);
  }

  private sendNew(room: number, now: Nanoseconds): number {
    const { buffer, mss, next } = this;
    const unsent = buffer.end - next;
    if (unsent <= 0) return this.sendFin();
    const usable = this.edge - next;
    const length = Math.min(unsent, mss, usable);
    if (length <= 0 || length > room) return 0;
    if (length < mss && !this.maySendSmall(length, unsent)) return 0;
    this.sendFresh(length, now);
    return length;
  }

  private sendFresh(length: number, now: Nanoseconds): void {
    const { next } = this;
    // The timer may be running for a probe of the window.
    if (next === this.acknowledged) this.deadline = now + this.roundTrip.timeout;
    if (length < this.mss) this.smallEnd = next + length;
    this.roundTrip.sent(next + length, now);
    this.send(next, next + length);
  }

  /** Silly window syndrome and Nagle's algorithm (RFC 9293, 3.7.4, 3.8.6.2.1), the latter as Minshall changed it and Linux has it. */
  private maySendSmall(length: number, unsent: number): boolean {
    if (length < unsent) return length >= this.largestWindow / 2;
    return this.noDelay || this.finished || this.smallEnd <= this.acknowledged;
  }

  /** The FIN alone. It waits for no window. */
  private sendFin(): number {
    if (this.next === this.end) return 0;
    this.send(this.next, this.end);
    return 1;
  }

  private send(from: number, to: number): void {
    const { buffer } = this;
    const dataEnd = Math.min(to, buffer.end);
    // A FIN goes with the last bytes.
    const fin = this.finished && dataEnd === buffer.end;
    const flags = ACK | (fin ? FIN : 0);
    this.next = Math.max(this.next, fin ? dataEnd + 1 : dataEnd);
    if (dataEnd <= from) this.outlet.emit(from, flags);
    else {
      buffer.cut(from, dataEnd - from);
      this.outlet.emit(
        from,
        dataEnd === buffer.end ? flags | PSH : flags,
        buffer.data,
        buffer.from,
        buffer.to,
      );
    }
  }

  private sendHole(): number {
    const from = this.board.nextHole(this.acknowledged);
    if (from < 0) return 0;
    this.counters.retransmitted.add();
    this.roundTrip.sentAgain();
    this.send(from, this.board.holeEnd);
    return this.board.holeEnd - from;
  }

  private timeOut(now: Nanoseconds): void {
    const flight = this.next - this.acknowledged;
    this.counters.timeouts.add();
    this.congestion.timedOut(flight, this.board.mode === 'loss' && this.silentSince < now);
    this.board.begin('loss', this.acknowledged, this.next, now);
    this.output(now);
  }

  /** Asks for the window: sends what little it allows, or a byte's place that was acknowledged long ago, as Linux does. */
  private probe(now: Nanoseconds): void {
    const usable = Math.min(this.edge - this.next, this.mss, this.buffer.end - this.next);
    if (usable <= 0) this.outlet.emit(this.acknowledged - 1, ACK);
    else this.sendFresh(usable, now);
  }
}
