// Sending blocks: to each unchoked neighbour in turn, no faster than the uplink and the neighbour's downlink carry.
import type { Host, Nanoseconds, Timer } from '../port.ts';
import { AdaptiveRto } from '../rto.ts';
import type { Bits } from './bits.ts';
import { DelayWindow, Pacer } from './delay-window.ts';
import type { Layout } from './layout.ts';
import { type NeighbourMessage, stampOf } from './messages.ts';
import type { Flight, Neighbour } from './neighbour.ts';

/** How long the first block to a neighbour is waited for. */
const FIRST_RTO: Nanoseconds = 1.5e9;

/** Blocks in a row that do not arrive before a neighbour is taken for dead. */
const MISSES = 6;

/** A count of what is queued is a byte. */
const MOST_QUEUED = 255;

type Request = Extract<NeighbourMessage, { type: 'request' }>;

/** What a block of uploads needs of the member that it is a part of. */
export interface Uploader {
  /** Those that are unchoked. */
  unchoked(): readonly Neighbour[];
  /** All neighbours. */
  neighbours(): Iterable<Neighbour>;
  say(to: Neighbour, message: NeighbourMessage): void;
  /** A block leaves. */
  sent(bytes: number): void;
  /** A block has not arrived. */
  lost(): void;
  /** A neighbour lets block after block go unanswered. */
  silent(neighbour: Neighbour): void;
}

/**
 * Requests wait here, not in the link's queue: a block leaves when both the window of the whole uplink and the neighbour's own
 * have room. What a neighbour's downlink cannot take thus does not keep others waiting. A block that does not arrive within
 * the timeout (RFC 6298) is sent again, if it is still asked for.
 */
export class Uploads {
  /** Of the uplink. */
  readonly window: DelayWindow;
  private readonly host: Pick<Host<never>, 'now' | 'after'>;
  private readonly layout: Layout;
  private readonly own: Bits;
  private readonly uploader: Uploader;
  private readonly rto = new AdaptiveRto(FIRST_RTO);
  /** Whose turn it is among the unchoked. */
  private turn = 0;
  private readonly pacer = new Pacer();
  private timer: Timer | undefined;
  private pause: Timer | undefined;
  private readonly serveLater = (): void => {
    this.pause = undefined;
    this.serve();
  };
  private readonly expireLater = (): void => this.expire();

  constructor(host: Pick<Host<never>, 'now' | 'after'>, layout: Layout, own: Bits, uploader: Uploader) {
    this.host = host;
    this.layout = layout;
    this.own = own;
    this.uploader = uploader;
    this.window = new DelayWindow(layout.wholeBlock);
  }

  /** A neighbour says what it wants, and the number of the block that it has just received. */
  asked(neighbour: Neighbour, { blocks, echo, took }: Request): void {
    this.settle(neighbour, blocks, echo, took);
    neighbour.asks = neighbour.choked ? [] : blocks;
    this.serve();
  }

  /** A neighbour is choked: nothing more is sent to it. */
  stop(neighbour: Neighbour): void {
    neighbour.asks = [];
  }

  /** A neighbour is gone. */
  forget(neighbour: Neighbour): void {
    neighbour.asks = [];
    for (const { bytes } of neighbour.flights) this.window.settled(bytes);
    neighbour.flights.length = 0;
    this.serve();
  }

  /** Sends while there is room. */
  serve(): void {
    const unchoked = this.uploader.unchoked();
    for (let idle = 0; idle < unchoked.length && this.open(); ) {
      this.turn = (this.turn + 1) % unchoked.length;
      idle = this.sendNext(unchoked[this.turn]) ? 0 : idle + 1;
    }
  }

  clear(): void {
    this.timer?.cancel();
    this.pause?.cancel();
  }

  private open(): boolean {
    if (!this.window.open) return false;
    const wait = this.pacer.notBefore - this.host.now();
    if (wait > 0) this.pause ??= this.host.after(Math.ceil(wait), this.serveLater);
    return wait <= 0;
  }

  private sendNext(to: Neighbour): boolean {
    if (!to.window.open) return false;
    for (const block of to.asks) {
      if (to.flights.some(flight => flight.block === block)) continue;
      const bytes = this.layout.sizeOfBlock(block);
      if (bytes === 0 || !this.own.has(this.layout.pieceOf(block))) continue;
      this.send(to, block, bytes);
      return true;
    }
    return false;
  }

  private send(to: Neighbour, block: number, bytes: number): void {
    const now = this.host.now();
    to.number = (to.number + 1) >>> 0 || 1;
    const due = now + this.rto.of(to.address);
    to.flights.push({ block, bytes, number: to.number, sent: now, due });
    to.window.sent(bytes);
    this.window.sent(bytes);
    this.pacer.sent(now, bytes, this.window.size);
    to.sent.add(now, bytes);
    this.watch(due - now);
    this.uploader.sent(bytes);
    this.uploader.say(to, {
      type: 'block',
      choking: to.choked,
      interested: to.wanting,
      number: to.number,
      sent: stampOf(now),
      block,
      queued: Math.min(MOST_QUEUED, Math.max(0, to.asks.length - to.flights.length)),
      bytes,
    });
  }

  /** What has arrived is no longer under way: the block that is echoed, and those that are no longer asked for. */
  private settle(from: Neighbour, blocks: readonly number[], echo: number, took: number): void {
    const { flights } = from;
    let kept = 0;
    for (const flight of flights) {
      if (flight.number === echo) this.arrived(from, flight, took);
      else if (blocks.includes(flight.block)) flights[kept++] = flight;
      else {
        from.window.settled(flight.bytes);
        this.window.settled(flight.bytes);
      }
    }
    flights.length = kept;
  }

  private arrived(from: Neighbour, { bytes, sent }: Flight, took: number): void {
    const now = this.host.now();
    from.misses = 0;
    this.rto.answered(from.address, now - sent);
    this.pacer.answered(now - sent);
    // A smaller block takes less time, which would be taken for a shorter way.
    const whole = bytes === this.layout.wholeBlock;
    const queueing = whole ? from.queueing.of(took, now) : 0;
    for (const window of [from.window, this.window]) {
      if (whole) window.arrived(bytes, queueing);
      else window.settled(bytes);
    }
  }

  private watch(delay: Nanoseconds): void {
    this.timer ??= this.host.after(delay, this.expireLater);
  }

  private expire(): void {
    this.timer = undefined;
    const now = this.host.now();
    let next = Infinity;
    for (const neighbour of this.uploader.neighbours()) {
      const { flights } = neighbour;
      if (flights.length === 0) continue;
      let kept = 0;
      for (const flight of flights) {
        if (flight.due <= now) this.miss(neighbour, flight, now);
        else {
          flights[kept++] = flight;
          if (flight.due < next) next = flight.due;
        }
      }
      flights.length = kept;
      if (neighbour.misses >= MISSES) this.uploader.silent(neighbour);
    }
    if (next < Infinity) this.watch(next - now);
    this.serve();
  }

  private miss(to: Neighbour, { bytes, sent, due }: Flight, now: Nanoseconds): void {
    const rtt = this.rto.srtt(to.address) ?? FIRST_RTO;
    this.rto.timedOut(to.address, due - sent);
    to.misses++;
    this.window.settled(bytes);
    // As many windows as there are neighbours, added up, would lose half of one.
    if (to.window.lost(bytes, now, rtt)) this.window.shrink(1 / Math.max(1, this.uploader.unchoked().length));
    this.uploader.lost();
  }
}
