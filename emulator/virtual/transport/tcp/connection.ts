// A TCP connection: handshake, the order of its bytes, acknowledgments, its end (RFC 9293). What it sends is the sender's affair.
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../../sim/time.ts';
import type { Address } from '../addresses.ts';
import { ECONNREFUSED, ECONNRESET, EPIPE, ETIMEDOUT } from '../errno.ts';
import type { Teller, Timed } from '../internet.ts';
import type { Kernel } from '../kernel.ts';
import { ACK, type Ends, FIN, ipHeader, RST, Segment, SYN, TCP_HEADER } from '../packet.ts';
import type { Status } from '../stack.ts';
import { Alarm } from './alarm.ts';
import { KeepAlive } from './keep-alive.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { INITIAL_TIMEOUT, RoundTrip } from './round-trip.ts';
import { type Outlet, Sender } from './sender.ts';

/** How often a SYN, and the answer to one, is sent again: net.ipv4.tcp_syn_retries and tcp_synack_retries of Linux. */
const SYN_RETRIES = 6;
const SYN_ACK_RETRIES = 5;
/** How long an acknowledgment may wait for a second segment, or for data to go with. */
const DELAYED_ACK: Nanoseconds = 40 * MILLISECOND;
/** How long a connection that its program has left waits for the other side's FIN: net.ipv4.tcp_fin_timeout. */
const FIN_PATIENCE: Nanoseconds = 60 * SECOND;
/** The largest window that a SYN, whose window is not scaled, can tell. */
const SYN_WINDOW = 65535;

type State = 'syn-sent' | 'syn-received' | 'open' | 'closed';

/** What finds a host's connections by the ends of a segment. */
export interface Registry {
  remove(connection: Connection): void;
  /** The connection has ended well, and this side was first to close it: its ends must rest (TIME_WAIT). */
  rest(connection: Connection): void;
}

export class Connection implements Ends, Outlet, Timed {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
  state: State = 'syn-sent';
  /** Why the connection has failed; 0 where it has not. */
  failure: Status = 0;
  /** The other side's FIN has come, and all bytes before it. */
  peerFinished = false;
  sender: Sender | undefined = undefined;
  receiver: ReceiveBuffer | undefined = undefined;

  private readonly kernel: Kernel;
  private readonly registry: Registry;
  private readonly owner: Teller;
  private readonly initial: number;
  private readonly roundTrip = new RoundTrip();
  private mss: number;
  /** The sequence number of the other side's FIN, once that has been seen. */
  private peerFin = Infinity;
  private closedFirst = false;
  private orphaned = false;
  private noDelay = false;

  private acknowledgedNext = 0;
  private ackAt: Nanoseconds = Infinity;
  /** Handshake: the SYN's next retransmission, how many there were, and when it was sent first. Later: the end of patience. */
  private deadline: Nanoseconds = Infinity;
  private retries = 0;
  private synSentAt: Nanoseconds = 0;
  private readonly keepAlive = new KeepAlive();
  private readonly alarm: Alarm;

  /** @param owner told when something has happened that it may want to know */
  constructor(kernel: Kernel, registry: Registry, owner: Teller, ends: Ends) {
    this.kernel = kernel;
    this.registry = registry;
    this.owner = owner;
    this.source = ends.source;
    this.destination = ends.destination;
    this.sourcePort = ends.sourcePort;
    this.destinationPort = ends.destinationPort;
    this.alarm = new Alarm(kernel, this);
    this.initial = kernel.sequenceNumber(ends);
    this.mss = kernel.mtu(ends.destination) - ipHeader(ends.destination) - TCP_HEADER;
  }

  /** Begins as the side that connects. */
  connect(): void {
    this.synSentAt = this.kernel.now;
    this.sendSyn();
  }

  /** Begins as the side that was listening. */
  answer(syn: Segment): void {
    this.synSentAt = this.kernel.now;
    this.takeSyn(syn);
    this.sendSyn();
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.sender!.buffer.append(chunk);
    this.output();
  }

  /** Sends FIN after all that was written. */
  finish(): void {
    this.sender!.finished = true;
    this.output();
  }

  /** The next bytes that wait to be read. */
  read(): Uint8Array | undefined {
    const { receiver } = this;
    const bytes = receiver?.read(this.kernel.now, this.roundTrip.smoothed);
    if (bytes && this.state === 'open' && !this.peerFinished && receiver!.shouldUpdate(this.mss)) {
      this.acknowledge();
    }
    return bytes;
  }

  /** The program leaves. What it has written is still sent; unread bytes turn the FIN into a RST, as on Linux. */
  close(): void {
    if (this.state === 'syn-sent') this.drop();
    else if (this.state === 'syn-received' || (this.state === 'open' && this.receiver!.waiting > 0))
      this.abort();
    else if (this.state === 'open') this.orphan();
    this.receiver?.clear();
  }

  /** Ends with RST. */
  abort(): void {
    if (this.state === 'closed') return;
    if (this.state !== 'syn-sent') this.emit(this.sender?.next ?? this.initial + 1, RST | ACK);
    this.drop();
  }

  /** Ends, and sends nothing. */
  drop(): void {
    this.leave();
    this.registry.remove(this);
  }

  setNoDelay(on: boolean): void {
    this.noDelay = on;
    if (!this.sender) return;
    this.sender.noDelay = on;
    this.output();
  }

  setKeepAlive(on: boolean, idle: Nanoseconds): void {
    this.keepAlive.set(on ? idle : Infinity);
    if (this.state === 'open') this.keepAlive.begin(this.kernel.now);
    this.arm();
  }

  emit(sequence: number, flags: number, data?: Uint8Array, from?: number, to?: number): void {
    const { receiver } = this;
    let window = 0;
    let sack: readonly number[] | undefined;
    if (receiver) {
      window = receiver.advertise(this.mss);
      // With bytes the blocks might not fit into the packet; what comes out of order is acknowledged without any.
      if (data === undefined) sack = receiver.sack();
      this.acknowledgedNext = receiver.next;
      this.ackAt = Infinity;
    }
    const acknowledgment = receiver ? receiver.next : 0;
    this.kernel.internet.transmit(
      this.kernel.host,
      new Segment(this, sequence, acknowledgment, flags, window, data, from, to, 0, sack),
    );
  }

  receive(segment: Segment): void {
    this.keepAlive.heard(this.kernel.now);
    if (this.state === 'syn-sent') this.receiveFirst(segment);
    else if (this.state !== 'syn-received' || this.completes(segment)) this.receiveNext(segment);
    this.arm();
    this.owner.tell();
  }

  expire(): void {
    const { now } = this.kernel;
    this.alarm.passed();
    if (this.ackAt <= now) this.acknowledge();
    if (this.sender && this.sender.deadline <= now && !this.sender.expire(now)) this.fail(ETIMEDOUT);
    else if (this.deadline <= now) this.expireState();
    else if (this.keepAlive.deadline <= now) this.expireKeepAlive(now);
    this.arm();
    this.owner.tell();
  }

  private sendSyn(): void {
    const window = this.receiver ? Math.min(this.receiver.edge - this.receiver.next, SYN_WINDOW) : SYN_WINDOW;
    const flags = this.receiver ? SYN | ACK : SYN;
    const mss = this.kernel.mtu(this.destination) - ipHeader(this.destination) - TCP_HEADER;
    this.deadline = this.kernel.now + INITIAL_TIMEOUT * 2 ** this.retries;
    this.kernel.internet.transmit(
      this.kernel.host,
      new Segment(this, this.initial, this.receiver?.next ?? 0, flags, window, undefined, 0, 0, mss),
    );
    this.arm();
  }

  private takeSyn(syn: Segment): void {
    this.state = 'syn-received';
    this.receiver = new ReceiveBuffer(syn.sequence + 1);
    this.mss = Math.min(this.mss, syn.mss);
  }

  private receiveFirst(segment: Segment): void {
    const { flags, acknowledgment } = segment;
    const acknowledges = (flags & ACK) !== 0 && acknowledgment === this.initial + 1;
    if ((flags & ACK) !== 0 && !acknowledges) {
      if ((flags & RST) === 0) this.emit(acknowledgment, RST);
    } else if ((flags & RST) !== 0) {
      if (acknowledges) this.fail(ECONNREFUSED);
    } else if ((flags & SYN) !== 0) {
      this.takeSyn(segment);
      if (acknowledges) {
        this.open(segment.window);
        this.acknowledge();
      } else {
        this.retries = 0;
        this.sendSyn();
      }
    }
  }

  /** In state syn-received. @returns whether the segment completes the handshake, and may hold more */
  private completes({ flags, sequence, acknowledgment, window }: Segment): boolean {
    if ((flags & RST) !== 0) {
      if (sequence === this.receiver!.next) this.fail(ECONNREFUSED);
      return false;
    }
    if ((flags & ACK) === 0) {
      // The SYN once more: its answer was lost.
      if ((flags & SYN) !== 0) this.sendSyn();
      return false;
    }
    if (acknowledgment !== this.initial + 1) {
      this.emit(acknowledgment, RST);
      return false;
    }
    this.open(window);
    return true;
  }

  private open(window: number): void {
    if (this.retries === 0) this.roundTrip.sample(this.kernel.now - this.synSentAt);
    else this.roundTrip.timeout = 3 * INITIAL_TIMEOUT;
    this.state = 'open';
    this.deadline = Infinity;
    this.retries = 0;
    const { counters } = this.kernel.internet;
    this.sender = new Sender(this, counters, this.roundTrip, this.initial + 1, this.mss, window);
    this.sender.noDelay = this.noDelay;
    this.acknowledgedNext = this.receiver!.next;
    this.keepAlive.begin(this.kernel.now);
  }

  private receiveNext(segment: Segment): void {
    const sender = this.sender!;
    const receiver = this.receiver!;
    const { flags, sequence, acknowledgment } = segment;
    if ((flags & (RST | SYN)) !== 0) {
      if ((flags & RST) !== 0 && sequence === receiver.next)
        this.fail(this.peerFinished ? EPIPE : ECONNRESET);
      // A challenge (RFC 5961): whoever really means it answers with the right number.
      else if ((flags & RST) === 0 || (sequence > receiver.next && sequence < receiver.edge))
        this.acknowledge();
      return;
    }
    if ((flags & ACK) === 0) return;
    if (acknowledgment > sender.next) {
      this.acknowledge();
      return;
    }
    sender.receive(acknowledgment, segment.window, segment.sack, this.kernel.now);
    if (this.orphaned && sequence + segment.length > receiver.next) {
      this.abort();
      return;
    }
    const urgent = this.receiveData(segment);
    sender.output(this.kernel.now);
    if (urgent && this.acknowledgedNext !== receiver.next) this.acknowledge();
    if (sender.finAcknowledged) this.afterFin();
  }

  /** @returns whether what came must be acknowledged at once, with data or without */
  private receiveData(segment: Segment): boolean {
    const receiver = this.receiver!;
    const { sequence, data, from, to, end } = segment;
    if (end === sequence) {
      // Nothing in it: an acknowledgment, or, out of place, a probe that wants one.
      if (sequence < receiver.next) this.acknowledge();
      return false;
    }
    const inOrder = to > from && receiver.accept(sequence, data, from, to);
    if ((segment.flags & FIN) !== 0 && end > receiver.next) this.peerFin = end - 1;
    if (receiver.next === this.peerFin && !this.peerFinished) {
      receiver.skip();
      this.peerFinished = true;
      this.closedFirst = this.sender!.finSent;
      return true;
    }
    if (!inOrder) {
      this.acknowledge();
      return false;
    }
    if (receiver.next - this.acknowledgedNext > this.mss) return true;
    if (this.ackAt === Infinity) this.ackAt = this.kernel.now + DELAYED_ACK;
    return false;
  }

  /** The other side has our FIN. */
  private afterFin(): void {
    if (!this.peerFinished) {
      if (this.orphaned && this.deadline === Infinity) this.deadline = this.kernel.now + FIN_PATIENCE;
      return;
    }
    this.leave();
    if (this.closedFirst) this.registry.rest(this);
    else this.registry.remove(this);
  }

  private orphan(): void {
    const sender = this.sender!;
    this.orphaned = true;
    sender.orphaned = true;
    sender.buffer.truncate(Math.max(sender.next, Math.min(sender.buffer.end, sender.admittedBelow)));
    this.finish();
    if (sender.finAcknowledged) this.afterFin();
    this.arm();
  }

  private acknowledge(): void {
    this.emit(this.sender?.next ?? this.initial + 1, ACK);
  }

  private output(): void {
    this.sender!.output(this.kernel.now);
    this.arm();
  }

  private fail(status: Status): void {
    this.failure = status;
    this.receiver?.clear();
    this.drop();
  }

  /** All that lasts of a connection that has ended is what waits to be read. */
  private leave(): void {
    this.state = 'closed';
    this.sender?.buffer.clear();
    this.alarm.cancel();
  }

  private expireState(): void {
    if (this.state === 'open') {
      this.drop();
      return;
    }
    const most = this.state === 'syn-sent' ? SYN_RETRIES : SYN_ACK_RETRIES;
    if (this.retries++ === most) this.fail(ETIMEDOUT);
    else this.sendSyn();
  }

  private expireKeepAlive(now: Nanoseconds): void {
    const { acknowledged, end } = this.sender!;
    const what = this.keepAlive.expire(now, acknowledged < end);
    if (what === 'dead') this.fail(ETIMEDOUT);
    else if (what === 'probe') this.emit(acknowledged - 1, ACK);
  }

  private arm(): void {
    if (this.state === 'closed') return;
    const retransmission = this.sender ? this.sender.deadline : Infinity;
    this.alarm.set(Math.min(retransmission, this.ackAt, this.deadline, this.keepAlive.deadline));
  }
}
