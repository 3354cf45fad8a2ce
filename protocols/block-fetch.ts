// Fetching blocks from one server over datagrams: many requests under way, as many as the path carries.
import type { BlockFetchOptions } from './block-fetch-options.ts';
import { CongestionWindow } from './congestion-window.ts';
import type { Address, Host, Nanoseconds, Timer } from './port.ts';
import type { AdaptiveRto } from './rto.ts';

/** A request is lost when one sent so many requests later was answered: kPacketThreshold of RFC 9002, section 6.1.1. */
const REORDERING = 3;

/** How a fetch ends: every block came, the server is dead, or it answered that it would not or with something else. */
export type FetchEnd = 'complete' | 'silence' | 'refusal';

/** Whom a fetch works for. */
export interface BlockReader<R> {
  /** Sends the request number `rpc` for a block. @param first of those of this fetch, and not sent before */
  ask(server: Address, block: number, rpc: number, first: boolean): void;
  /** A block has come that had not yet. @returns false where the reply is not what was asked for: the fetch then fails */
  arrived(block: number, reply: R): boolean;
  /** The last that is heard of a fetch. */
  ended(end: FetchEnd): void;
}

export interface BlockRequest<R> {
  readonly fetch: BlockFetch<R>;
  readonly block: number;
  readonly rpc: number;
  /** The place in the order in which the fetch has sent. */
  order: number;
  sent: Nanoseconds;
  due: Nanoseconds;
  /** Sent twice under its number: a reply to it tells no round trip (Karn's rule). */
  repeated: boolean;
}

/** What all fetches of a host share. */
export interface Fetches<R> {
  readonly host: Pick<Host<never>, 'now' | 'after'>;
  readonly options: BlockFetchOptions;
  /** Round trips, by server: a later fetch knows what an earlier one learnt. */
  readonly rto: AdaptiveRto;
  /** Of all fetches, by number. */
  readonly requests: Map<number, BlockRequest<R>>;
  number(): number;
}

/**
 * One fetch. The window is TCP's (see `CongestionWindow`); a loss is noticed by replies to later requests or by a timeout
 * as in RFC 6298. A block asked for again bears a new number, so that each reply tells its own round trip, and one that
 * was thought lost and comes late still counts. A request that the server deferred is asked again at each timeout, and
 * is no loss.
 */
export class BlockFetch<R> {
  readonly server: Address;
  private readonly shared: Fetches<R>;
  private readonly reader: BlockReader<R>;
  private readonly leave: () => void;
  private readonly window: CongestionWindow;
  private readonly blocks: readonly number[];
  private readonly missing: Set<number>;
  /** Blocks of `blocks` that were asked for at least once. */
  private asked = 0;
  /** Blocks to ask for again, the next one last. */
  private readonly again: number[] = [];
  /** In the order sent. */
  private readonly flying = new Set<BlockRequest<R>>();
  private readonly waiting = new Set<BlockRequest<R>>();
  /** Taken for lost, but who knows. */
  private readonly late = new Set<BlockRequest<R>>();
  private sent = 0;
  /** Losses of requests before this one have been answered by a smaller window. */
  private recovered = 0;
  private silences = 0;
  private timer: Timer | undefined;
  private wake: Nanoseconds = Infinity;
  private over = false;
  private readonly expireLater = (): void => this.expire();

  /** @param leave called when the fetch ends, however it does */
  constructor(
    shared: Fetches<R>,
    server: Address,
    blocks: readonly number[],
    initial: number,
    reader: BlockReader<R>,
    leave: () => void,
  ) {
    this.shared = shared;
    this.server = server;
    this.blocks = blocks;
    this.missing = new Set(blocks);
    this.reader = reader;
    this.leave = leave;
    this.window = new CongestionWindow(initial, shared.options.window);
  }

  /** Ends without a word to the reader. */
  cancel(): void {
    if (this.over) return;
    this.over = true;
    this.timer?.cancel();
    for (const requests of [this.flying, this.waiting, this.late])
      for (const { rpc } of requests) this.shared.requests.delete(rpc);
    this.leave();
  }

  end(end: FetchEnd): void {
    this.cancel();
    this.reader.ended(end);
  }

  /** Asks for blocks while the window has room. */
  fill(): void {
    while (!this.over && this.underWay < this.window.size) {
      const block = this.next();
      if (block === undefined) return;
      const request = {
        fetch: this,
        block,
        rpc: this.shared.number(),
        order: 0,
        sent: 0,
        due: 0,
        repeated: false,
      };
      this.shared.requests.set(request.rpc, request);
      this.send(request);
    }
  }

  answered(request: BlockRequest<R>, reply: R): void {
    const full = this.underWay >= this.window.size;
    const flew = this.flying.delete(request);
    const waited = this.waiting.delete(request);
    this.late.delete(request);
    this.shared.requests.delete(request.rpc);
    if (!waited) this.heard(request);
    this.silences = 0;
    if (this.missing.delete(request.block)) {
      if (!this.reader.arrived(request.block, reply)) {
        this.end('refusal');
        return;
      }
      // The reader may have cancelled.
      if (this.over) return;
      if (full) this.window.grow();
    }
    if (this.missing.size === 0) {
      this.end('complete');
      return;
    }
    if (flew) this.overtaken(request.order - REORDERING);
    this.fill();
  }

  deferred(request: BlockRequest<R>): void {
    this.silences = 0;
    if (!this.flying.delete(request)) return;
    this.heard(request);
    request.due = this.shared.host.now() + this.shared.rto.of(this.server);
    this.waiting.add(request);
  }

  private get underWay(): number {
    return this.flying.size + this.waiting.size;
  }

  private next(): number | undefined {
    while (this.again.length > 0) {
      const block = this.again.pop()!;
      if (this.missing.has(block)) return block;
    }
    return this.asked < this.blocks.length ? this.blocks[this.asked++] : undefined;
  }

  private send(request: BlockRequest<R>): void {
    const timeout = this.shared.rto.of(this.server);
    const first = this.sent === 0;
    request.order = ++this.sent;
    request.sent = this.shared.host.now();
    request.due = request.sent + timeout;
    this.flying.add(request);
    this.watch(request.due);
    this.reader.ask(this.server, request.block, request.rpc, first);
  }

  private heard({ sent, repeated }: BlockRequest<R>): void {
    if (!repeated) this.shared.rto.answered(this.server, this.shared.host.now() - sent);
  }

  /** Requests up to one in the order are lost, since a later one was answered. */
  private overtaken(order: number): void {
    const lost: BlockRequest<R>[] = [];
    for (const request of this.flying) {
      if (request.order > order) break;
      lost.push(request);
    }
    if (lost.length === 0) return;
    if (lost[lost.length - 1].order > this.recovered) {
      this.recovered = this.sent;
      this.window.halve();
    }
    this.lose(lost);
  }

  private lose(lost: readonly BlockRequest<R>[]): void {
    for (let i = lost.length - 1; i >= 0; i--) {
      this.flying.delete(lost[i]);
      this.late.add(lost[i]);
      this.again.push(lost[i].block);
    }
  }

  private watch(due: Nanoseconds): void {
    if (due >= this.wake) return;
    this.timer?.cancel();
    this.wake = due;
    this.timer = this.shared.host.after(Math.max(0, due - this.shared.host.now()), this.expireLater);
  }

  private expire(): void {
    const now = this.shared.host.now();
    this.wake = Infinity;
    this.timer = undefined;
    for (const request of this.flying) {
      if (request.due > now) continue;
      if (!this.silent(request)) return;
      break;
    }
    this.remind(now);
    this.fill();
    if (this.over) return;
    let next = Infinity;
    for (const { due } of this.flying) if (due < next) next = due;
    for (const { due } of this.waiting) if (due < next) next = due;
    this.watch(next);
  }

  /** A request was in vain: so, it must be thought, are all that are under way. @returns whether the fetch goes on */
  private silent({ due, sent }: BlockRequest<R>): boolean {
    this.shared.rto.timedOut(this.server, due - sent);
    this.silences++;
    if (this.silences >= this.shared.options.attempts) {
      // Else its timeout would be doubled again by each fetch that meets it dead.
      this.shared.rto.forget(this.server);
      this.end('silence');
      return false;
    }
    if (this.silences === 1) this.window.collapse();
    this.recovered = this.sent;
    this.lose([...this.flying]);
    return true;
  }

  /** Asks for what the server deferred: the reply may be lost, or the server dead. */
  private remind(now: Nanoseconds): void {
    for (const request of [...this.waiting]) {
      if (request.due > now) continue;
      this.waiting.delete(request);
      request.repeated = true;
      this.send(request);
    }
  }
}
