// Fetching blocks: what each neighbour is asked for, ahead of what it sends.
import type { Nanoseconds } from '../port.ts';
import { MAX_LIST } from './codec.ts';
import type { Layout } from './layout.ts';
import { type NeighbourMessage, stampOf } from './messages.ts';
import { LEAST_DEPTH, type Neighbour } from './neighbour.ts';
import type { Picker } from './picker.ts';

/** Blocks that may be asked for ahead at most: what 40 Mbit/s carry in 100 ms, or what a message holds. */
const MOST_DEPTH = Math.min(64, MAX_LIST);

/** Blocks that are left to send at a neighbour above which it is asked for fewer ahead. */
const AMPLE = 3;

/** A neighbour that is silent is asked again after this long, and twice as long after each time that it stays silent. */
const PATIENCE: Nanoseconds = 1e9;

/** Times asked in vain after which what it was asked for is asked of others too, and after which it is taken for dead. */
const DOUBTFUL = 2;
const REPEATS = 4;

type Block = Extract<NeighbourMessage, { type: 'block' }>;

/** What a block of downloads needs of the member that it is a part of. */
export interface Downloader {
  now(): Nanoseconds;
  /** All neighbours. */
  neighbours(): Iterable<Neighbour>;
  say(to: Neighbour, message: NeighbourMessage): void;
  /** Whether a neighbour has kept this member waiting for too long. */
  snubs(neighbour: Neighbour): boolean;
  /** A block that was missing has come. */
  received(bytes: number): void;
  duplicate(): void;
  /** The last block of a piece has come. */
  completed(piece: number): void;
  /** A neighbour does not answer. */
  silent(neighbour: Neighbour): void;
}

export class Downloads {
  private readonly layout: Layout;
  private readonly picker: Picker;
  private readonly member: Downloader;

  constructor(layout: Layout, picker: Picker, member: Downloader) {
    this.layout = layout;
    this.picker = picker;
    this.member = member;
  }

  /** A neighbour may be able to give more than it is asked for. */
  ask(neighbour: Neighbour): void {
    if (this.fill(neighbour)) this.request(neighbour);
  }

  /** A neighbour does not give any more: others may be asked for what it was asked for. */
  release({ wanted }: Neighbour): void {
    for (const block of wanted) this.picker.release(block);
    wanted.length = 0;
  }

  /** A block has come. It is acknowledged, whatever it is. */
  arrived(from: Neighbour, { block, number, sent, queued, bytes }: Block): void {
    const now = this.member.now();
    if (bytes > 0 && bytes === this.layout.sizeOfBlock(block)) {
      from.gave = now;
      from.received.add(now, bytes);
      this.unwant(from, block);
      this.adapt(from, queued);
      this.take(block, bytes);
    }
    this.fill(from);
    this.request(from, number, (stampOf(now) - sent) >>> 0);
  }

  /** To be called each second: asks again where the request or the answer was lost, and who has room. */
  tick(): void {
    const now = this.member.now();
    for (const neighbour of this.member.neighbours()) {
      if (neighbour.choking) continue;
      if (neighbour.wanted.length > 1 && this.keepsWaiting(neighbour)) {
        for (const block of neighbour.wanted.splice(1)) this.picker.release(block);
        this.request(neighbour);
      }
      if (this.fill(neighbour)) this.request(neighbour);
      else if (neighbour.wanted.length > 0) this.remind(neighbour, now);
    }
  }

  private keepsWaiting(neighbour: Neighbour): boolean {
    return neighbour.repeats >= DOUBTFUL || this.member.snubs(neighbour);
  }

  private remind(neighbour: Neighbour, now: Nanoseconds): void {
    const quiet = now - Math.max(neighbour.heard, neighbour.askedAt);
    if (quiet < PATIENCE * 2 ** neighbour.repeats) return;
    neighbour.repeats++;
    if (neighbour.repeats > REPEATS) this.member.silent(neighbour);
    else this.request(neighbour);
  }

  /** @returns whether there is more to ask for */
  private fill(neighbour: Neighbour): boolean {
    if (neighbour.choking || neighbour.useful === 0) return false;
    const { wanted } = neighbour;
    const depth = this.keepsWaiting(neighbour) ? 1 : neighbour.depth;
    const before = wanted.length;
    while (wanted.length < depth) {
      const block = this.picker.next(neighbour.have, wanted);
      if (block < 0) break;
      wanted.push(block);
    }
    return wanted.length > before;
  }

  private request(to: Neighbour, echo = 0, took = 0): void {
    to.askedAt = this.member.now();
    const blocks = to.wanted.slice();
    this.member.say(to, { type: 'request', choking: to.choked, interested: to.wanting, echo, took, blocks });
  }

  private unwant({ wanted }: Neighbour, block: number): void {
    const at = wanted.indexOf(block);
    if (at < 0) return;
    wanted.splice(at, 1);
    this.picker.release(block);
  }

  /** Asks for more ahead where the neighbour has run out of what it was asked for, for less where it has plenty left. */
  private adapt(neighbour: Neighbour, queued: number): void {
    if (queued === 0) neighbour.depth = Math.min(MOST_DEPTH, neighbour.depth + 1);
    else if (queued > AMPLE) neighbour.depth = Math.max(LEAST_DEPTH, neighbour.depth - 1);
  }

  private take(block: number, bytes: number): void {
    const others = this.picker.askersOf(block);
    const outcome = this.picker.arrived(block);
    if (outcome === 'duplicate') {
      this.member.duplicate();
      return;
    }
    this.member.received(bytes);
    if (others > 0) this.cancel(block);
    if (outcome === 'piece') this.member.completed(this.layout.pieceOf(block));
  }

  /** Endgame: others were asked for it too. */
  private cancel(block: number): void {
    for (const neighbour of this.member.neighbours()) {
      if (!neighbour.wanted.includes(block)) continue;
      this.unwant(neighbour, block);
      this.fill(neighbour);
      this.request(neighbour);
    }
  }
}
