// A member of a swarm: has pieces of a file, fetches others, and uploads to those who give.
import type { Address, Directory, Host, Meter, Nanoseconds, Protocol } from '../port.ts';
import { Bits } from './bits.ts';
import { Downloads } from './downloads.ts';
import { Layout } from './layout.ts';
import { Measures } from './measures.ts';
import { Meeting } from './meeting.ts';
import type { NeighbourMessage, SwarmMessage, SwarmReply, SwarmRequest } from './messages.ts';
import type { Neighbour } from './neighbour.ts';
import { Neighbourhood } from './neighbourhood.ts';
import type { SwarmOptions } from './options.ts';
import { Picker } from './picker.ts';
import { Unchoking } from './unchoking.ts';
import { Uploads } from './uploads.ts';

/** Told of each piece that a member has completed. @param left pieces that it still lacks */
export type PieceObserver = (self: Address, piece: number, left: number) => void;

/** How often requests are looked after. */
const TICK: Nanoseconds = 1e9;

/** How often neighbours are counted, and told of all pieces together. */
const RECOUNT: Nanoseconds = 10e9;

/** A neighbour of whom nothing was heard for this long is asked if it is there. */
const SILENCE: Nanoseconds = 30e9;

type Hello = Extract<SwarmRequest, { type: 'hello' }>;
type Welcome = Extract<SwarmReply, { type: 'welcome' }>;

/**
 * A swarm after B. Cohen, "Incentives Build Robustness in BitTorrent", P2P Economics 2003: pieces of blocks, bitfields,
 * interest, choking by tit for tat, rarest first, endgame. The paper's TCP connections are datagrams here, with windows that
 * keep queues short; its tracker is any member of which others know. Measures what `Measures` says.
 */
export class Swarm implements Protocol<SwarmMessage> {
  readonly picker: Picker;
  readonly neighbourhood: Neighbourhood;
  private readonly host: Host<SwarmMessage>;
  private readonly options: SwarmOptions;
  private readonly layout: Layout;
  private readonly onPiece: PieceObserver | undefined;
  private readonly measures: Measures;
  private readonly meeting: Meeting;
  private readonly unchoking: Unchoking;
  private readonly uploads: Uploads;
  private readonly downloads: Downloads;
  private started: Nanoseconds = 0;
  private recounted: Nanoseconds = 0;
  private gone = false;
  private readonly tickLater = (): void => this.tick();

  constructor(
    host: Host<SwarmMessage>,
    options: SwarmOptions,
    directory: Directory,
    meter: Meter,
    onPiece?: PieceObserver,
  ) {
    this.host = host;
    this.options = options;
    this.onPiece = onPiece;
    this.layout = new Layout(options);
    this.measures = new Measures(meter);
    const { pieces } = this.layout;
    const own = options.role === 'seed' ? Bits.full(pieces) : new Bits(pieces);
    this.picker = new Picker(this.layout, own, () => host.random());
    this.neighbourhood = new Neighbourhood(host, this.layout, this.picker, {
      ask: neighbour => this.downloads.ask(neighbour),
      part: neighbour => this.part(neighbour),
    });
    this.meeting = this.makeMeeting(directory);
    this.unchoking = new Unchoking(host, options, this.neighbourhood, {
      complete: () => this.complete,
      stopped: neighbour => this.uploads.stop(neighbour),
      decided: () => this.uploads.serve(),
    });
    this.uploads = this.makeUploads(own);
    this.downloads = this.makeDownloads();
  }

  /** Whether this member has the whole file. */
  get complete(): boolean {
    return this.picker.own.isFull;
  }

  /** Those that this member uploads to. */
  get unchoked(): readonly Neighbour[] {
    return this.unchoking.unchoked;
  }

  start(): void {
    const { host, options } = this;
    this.started = host.now();
    this.recounted = this.started;
    this.meeting.announce();
    if (options.role === 'tracker') return;
    host.after(Math.floor(host.random() * TICK), this.tickLater);
    if (options.role !== 'freerider') this.unchoking.start();
    if (this.complete) this.done();
  }

  /** Leaves the swarm, as a member does that has the file and does not stay. */
  stop(): void {
    if (this.gone) return;
    this.gone = true;
    this.measures.flush();
    this.meeting.stop();
    this.unchoking.stop();
    this.uploads.clear();
    for (const { address } of this.neighbourhood.all()) this.host.send(address, { type: 'bye' });
  }

  receive(from: Address, message: SwarmMessage): void {
    if (this.gone) return;
    switch (message.type) {
      case 'announce':
        this.meeting.announced(from, message.rpc);
        return;
      case 'hello':
        this.greeted(from, message);
        return;
      case 'members':
      case 'welcome':
      case 'refuse':
        this.meeting.settle(from, message);
        return;
      case 'bye':
        this.drop(from);
        return;
    }
    const neighbour = this.neighbourhood.get(from);
    if (neighbour) this.hear(neighbour, message);
    else this.host.send(from, { type: 'bye' });
  }

  private makeMeeting(directory: Directory): Meeting {
    const { host, options, neighbourhood, layout } = this;
    return new Meeting(host, directory, options, {
      lacking: () => this.lacking(),
      isNeighbour: address => neighbourhood.get(address) !== undefined,
      anyNeighbour: () => neighbourhood.any(),
      greeting: (to, rpc) => ({ type: 'hello', rpc, cut: layout.cut, ...neighbourhood.introduction(to) }),
      welcomed: (by, welcome) => this.meets(by, welcome),
      rejected: by => this.drop(by),
    });
  }

  private makeUploads(own: Bits): Uploads {
    return new Uploads(this.host, this.layout, own, {
      unchoked: () => this.unchoked,
      neighbours: () => this.neighbourhood.all(),
      say: (to, message) => this.neighbourhood.say(to, message),
      sent: bytes => this.measures.uploaded(bytes),
      lost: () => this.measures.lost.add(),
      silent: neighbour => this.drop(neighbour.address),
    });
  }

  private makeDownloads(): Downloads {
    return new Downloads(this.layout, this.picker, {
      now: () => this.host.now(),
      neighbours: () => this.neighbourhood.all(),
      say: (to, message) => this.neighbourhood.say(to, message),
      snubs: neighbour => this.unchoking.snubs(neighbour),
      received: bytes => this.measures.downloaded(bytes),
      duplicate: () => this.measures.duplicates.add(),
      completed: piece => this.completed(piece),
      silent: neighbour => this.drop(neighbour.address),
    });
  }

  private lacking(): number {
    const { role, neighbours } = this.options;
    // A member that is done waits for those who need it; only one that was there first has to make itself known.
    if (role === 'tracker' || (this.complete && role !== 'seed')) return 0;
    return neighbours - this.neighbourhood.size;
  }

  private greeted(from: Address, hello: Hello): void {
    const { role, neighbours } = this.options;
    const full = !this.neighbourhood.get(from) && this.neighbourhood.size >= 2 * neighbours;
    if (full || role === 'tracker' || !this.layout.fits(hello.cut) || !this.meets(from, hello)) {
      this.host.send(from, { type: 'refuse', rpc: hello.rpc });
      return;
    }
    this.meeting.note(from);
    this.host.send(from, { type: 'welcome', rpc: hello.rpc, ...this.neighbourhood.introduction(from) });
  }

  /** @returns whether it is a neighbour now: two that have everything are none, nor is one that makes no sense */
  private meets(address: Address, { choking, interested, have }: Hello | Welcome): boolean {
    const pieces = Bits.from(have, this.layout.pieces);
    if (!pieces || (pieces.isFull && this.complete)) {
      this.drop(address);
      return false;
    }
    this.stands(this.neighbourhood.take(address, pieces), choking, interested);
    return true;
  }

  private drop(address: Address): void {
    const neighbour = this.neighbourhood.remove(address);
    if (!neighbour) return;
    this.downloads.release(neighbour);
    neighbour.interested = false;
    this.unchoking.interestChanged(neighbour);
    this.uploads.forget(neighbour);
  }

  private part({ address }: Neighbour): void {
    this.host.send(address, { type: 'bye' });
    this.drop(address);
  }

  private hear(from: Neighbour, message: NeighbourMessage): void {
    from.heard = this.host.now();
    from.repeats = 0;
    switch (message.type) {
      case 'bitfield': {
        const pieces = Bits.from(message.have, this.layout.pieces);
        if (pieces) this.neighbourhood.learn(from, pieces);
        break;
      }
      case 'have':
        if (message.piece < this.layout.pieces) this.neighbourhood.learnPiece(from, message.piece);
        break;
      case 'block':
        this.downloads.arrived(from, message);
        break;
      case 'request':
        this.requested(from, message);
    }
    // What was said may have ended it: two that have everything part.
    if (this.neighbourhood.get(from.address) !== from) return;
    this.stands(from, message.choking, message.interested);
  }

  private stands(neighbour: Neighbour, choking: boolean, interested: boolean): void {
    if (choking !== neighbour.choking) {
      neighbour.choking = choking;
      if (choking) this.downloads.release(neighbour);
      else this.downloads.ask(neighbour);
    }
    if (interested === neighbour.interested) return;
    neighbour.interested = interested;
    this.unchoking.interestChanged(neighbour);
  }

  private requested(from: Neighbour, request: Extract<NeighbourMessage, { type: 'request' }>): void {
    const { blocks, echo } = request;
    const { asks } = from;
    const reminder =
      echo === 0 && blocks.length === asks.length && blocks.every((block, i) => block === asks[i]);
    this.uploads.asked(from, request);
    if (blocks.length > 0 && (from.choked || reminder)) this.neighbourhood.tell(from);
  }

  private tick(): void {
    if (this.gone) return;
    const now = this.host.now();
    this.host.after(TICK, this.tickLater);
    if (now - this.recounted >= RECOUNT) {
      this.recounted = now;
      this.neighbourhood.recount();
      this.measures.seeds.record(this.neighbourhood.seeds());
    }
    for (const neighbour of this.neighbourhood.all()) {
      if (now - neighbour.heard < SILENCE || neighbour.probed) continue;
      neighbour.probed = true;
      this.meeting.greet(neighbour.address);
    }
    this.downloads.tick();
    this.measures.flush();
  }

  private completed(piece: number): void {
    this.measures.pieces.add();
    this.neighbourhood.gained(piece);
    this.onPiece?.(this.host.address, piece, this.layout.pieces - this.picker.own.count);
    if (!this.complete) return;
    this.measures.completed(this.host.now() - this.started);
    this.done();
  }

  private done(): void {
    this.neighbourhood.gainedAll();
    if (this.options.whenDone === 'leave') this.host.after(this.options.linger, () => this.stop());
  }
}
