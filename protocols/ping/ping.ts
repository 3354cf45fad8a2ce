// Ping: round-trip times and losses between the members of a slice.
import { MAX_PAYLOAD } from '../bytes.ts';
import { sampleOther } from '../members.ts';
import type {
  Address,
  Counter,
  Directory,
  Distribution,
  Host,
  Meter,
  Nanoseconds,
  Protocol,
} from '../port.ts';
import type { PingMessage } from './messages.ts';
import type { PingOptions } from './options.ts';

/** Told of each answer in time: the prober, who answered, and the round trip. One function may serve all hosts. */
export type AnswerObserver = (from: Address, to: Address, rtt: Nanoseconds) => void;

interface Probe {
  readonly to: Address;
  readonly sent: Nanoseconds;
}

/** Lost probes whose answers are still told from strays; an answer later than these is not counted. */
const REMEMBERED = 64;

/**
 * Probes one member each `every`, from a random phase on, and answers the probes of others.
 *
 * Measures the distributions `rtt` (ns, of answers in time) and `answered` (1 for an answer in time, 0 for a probe
 * without one), and the counters `sent`, `lost` (unanswered after `timeout`) and `late` (answered after that).
 */
export class Ping implements Protocol<PingMessage> {
  private readonly host: Host<PingMessage>;
  private readonly options: PingOptions;
  private readonly directory: Directory;
  private readonly onAnswer: AnswerObserver | undefined;
  private readonly rtt: Distribution;
  private readonly answered: Distribution;
  private readonly sent: Counter;
  private readonly lost: Counter;
  private readonly late: Counter;

  /** Unanswered probes by id, in the order of sending: a Map keeps it, so the first entry is the next to expire. */
  private readonly waiting = new Map<number, Probe>();
  /** Lost probes. Most hosts never need it. */
  private missing: Map<number, Address> | undefined;
  private expiring = false;
  private nextId = 0;
  /** The member probed last in `all-pairs`; -1 before the first. */
  private turn = -1;
  private readonly random = (): number => this.host.random();
  private readonly probeLater = (): void => this.probe();
  private readonly expireLater = (): void => this.expire();

  /** @throws {RangeError} for a probe larger than a datagram can be */
  constructor(
    host: Host<PingMessage>,
    options: PingOptions,
    directory: Directory,
    meter: Meter,
    onAnswer?: AnswerObserver,
  ) {
    if (options.bytes > MAX_PAYLOAD) {
      throw new RangeError(
        `bytes: found ${options.bytes}, expected at most ${MAX_PAYLOAD}, a UDP datagram's payload`,
      );
    }
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onAnswer = onAnswer;
    this.rtt = meter.distribution('rtt', 'ns');
    this.answered = meter.distribution('answered', 'ratio');
    this.sent = meter.counter('sent');
    this.lost = meter.counter('lost');
    this.late = meter.counter('late');
  }

  start(): void {
    this.nextId = Math.floor(this.host.random() * 2 ** 32);
    this.host.after(Math.floor(this.host.random() * this.options.every), this.probeLater);
  }

  stop(): void {
    this.waiting.clear();
  }

  receive(from: Address, message: PingMessage): void {
    if (message.type === 'ping') {
      this.host.send(from, { type: 'pong', id: message.id, bytes: message.bytes });
      return;
    }
    const probe = this.waiting.get(message.id);
    if (probe?.to === from) {
      this.waiting.delete(message.id);
      const rtt = this.host.now() - probe.sent;
      this.rtt.record(rtt);
      this.answered.record(1);
      this.onAnswer?.(this.host.address, from, rtt);
    } else if (this.missing?.get(message.id) === from) {
      this.missing.delete(message.id);
      this.late.add();
    }
  }

  private probe(): void {
    this.host.after(this.options.every, this.probeLater);
    const to =
      this.options.targets === 'sampled'
        ? sampleOther(this.directory, this.host.address, this.random)
        : this.next();
    if (to === undefined) return;
    const id = this.nextId;
    this.nextId = (id + 1) >>> 0;
    this.waiting.set(id, { to, sent: this.host.now() });
    if (!this.expiring) this.expireAfter(this.options.timeout);
    this.sent.add();
    this.host.send(to, { type: 'ping', id, bytes: this.options.bytes });
  }

  private expireAfter(delay: Nanoseconds): void {
    this.expiring = true;
    this.host.after(delay, this.expireLater);
  }

  private expire(): void {
    this.expiring = false;
    const now = this.host.now();
    for (const [id, probe] of this.waiting) {
      const due = probe.sent + this.options.timeout;
      if (due > now) {
        this.expireAfter(due - now);
        return;
      }
      this.waiting.delete(id);
      this.lost.add();
      this.answered.record(0);
      this.miss(id, probe.to);
    }
  }

  private miss(id: number, to: Address): void {
    this.missing ??= new Map();
    this.missing.set(id, to);
    if (this.missing.size <= REMEMBERED) return;
    for (const oldest of this.missing.keys()) {
      this.missing.delete(oldest);
      return;
    }
  }

  /** The member listed after the one before, the first at random; this host is passed over. */
  private next(): Address | undefined {
    const { directory, host } = this;
    if (this.turn < 0) this.turn = Math.floor(host.random() * directory.size) - 1;
    for (let tries = Math.min(directory.size, 2); tries > 0; tries--) {
      this.turn = this.turn + 1 < directory.size ? this.turn + 1 : 0;
      const to = directory.at(this.turn);
      if (to !== host.address) return to;
    }
    return undefined;
  }
}
