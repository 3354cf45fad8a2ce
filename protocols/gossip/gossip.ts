// Gossip: rumours that spread like an infection, by telling, by asking, or by both.
import { HearingMeter } from '../hearing-meter.ts';
import { randomId } from '../identifier.ts';
import { sampleOther } from '../members.ts';
import { afterExponential } from '../pause.ts';
import type { Address, Counter, Directory, Distribution, Host, Meter, Protocol } from '../port.ts';
import type { GossipMessage, Rumour } from './messages.ts';
import type { GossipOptions } from './options.ts';
import { Rumours } from './rumours.ts';

/** Told of each rumour that a host hears for the first time, its own too. One function may serve all hosts. */
export type RumourObserver = (self: Address, rumour: Rumour) => void;

/**
 * Gossip after A. Demers et al., "Epidemic Algorithms for Replicated Database Maintenance", PODC 1987: push, pull and
 * push-pull, each round with `fanout` members uniformly at random. A rumour is told for `hot` rounds after its publication,
 * whoever heard it and when.
 *
 * Measures the distribution `rounds` (count: from its publication until a host first heard a rumour) and the counters
 * `published`, `delivered` (first hearings of others' rumours) and `duplicates` (rumours received again); with receipts,
 * `delay` and `reach` as `HearingMeter` does.
 */
export class Gossip implements Protocol<GossipMessage> {
  readonly rumours: Rumours;
  private readonly host: Host<GossipMessage>;
  private readonly options: GossipOptions;
  private readonly directory: Directory;
  private readonly onRumour: RumourObserver | undefined;
  private readonly age: Distribution;
  private readonly published: Counter;
  private readonly delivered: Counter;
  private readonly duplicates: Counter;
  private readonly hearing: HearingMeter;

  /** The host's rounds are at this time and at whole periods from it. */
  private phase = 0;
  private ticking = false;
  private readonly random = (): number => this.host.random();
  private readonly tick = (): void => this.round();
  private readonly publishLater = (): void => {
    this.publish(new Uint8Array(this.options.publish.bytes));
    this.pause();
  };

  constructor(
    host: Host<GossipMessage>,
    options: GossipOptions,
    directory: Directory,
    meter: Meter,
    onRumour?: RumourObserver,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onRumour = onRumour;
    this.rumours = new Rumours(options.hot);
    this.age = meter.distribution('rounds', 'count');
    this.published = meter.counter('published');
    this.delivered = meter.counter('delivered');
    this.duplicates = meter.counter('duplicates');
    const { publish, hot, period } = options;
    this.hearing = new HearingMeter(host, publish.receipts, 2 * hot * period, meter);
  }

  start(): void {
    const { options, host } = this;
    if (options.rounds === 'free') this.phase = host.now() + Math.floor(host.random() * options.period);
    if (options.mode !== 'push') this.schedule();
    this.pause();
  }

  stop(): void {}

  /** Has a rumour spread, from the host's next round on. */
  publish(body: Uint8Array): void {
    const rumour = { id: randomId(this.random), age: 0, publisher: this.host.address, body };
    this.rumours.hear(rumour);
    this.published.add();
    this.hearing.publish(rumour.id);
    this.onRumour?.(this.host.address, rumour);
    this.schedule();
  }

  receive(from: Address, message: GossipMessage): void {
    if (message.type === 'heard') {
      this.hearing.heard(message.id);
      return;
    }
    // What is told in answer is what was heard before this round.
    if (message.type === 'pull') this.answer(from, message.rumours, message.known);
    for (const rumour of message.rumours) this.hear(rumour);
  }

  private answer(to: Address, told: readonly Rumour[], known: readonly number[]): void {
    const except = new Set(known);
    for (const { id } of told) except.add(id);
    const rumours = this.rumours.telling(except);
    if (rumours.length > 0) this.host.send(to, { type: 'push', rumours });
  }

  private hear(rumour: Rumour): void {
    if (!this.rumours.hear(rumour)) {
      this.duplicates.add();
      return;
    }
    this.delivered.add();
    this.age.record(rumour.age);
    if (this.hearing.drawn()) this.host.send(rumour.publisher, { type: 'heard', id: rumour.id });
    this.onRumour?.(this.host.address, rumour);
    this.schedule();
  }

  private pause(): void {
    afterExponential(this.host, this.options.publish.every, this.publishLater);
  }

  /** The next round, unless it is set already. */
  private schedule(): void {
    if (this.ticking) return;
    this.ticking = true;
    const { period } = this.options;
    const since = (this.host.now() - this.phase) % period;
    this.host.after(since < 0 ? -since : period - since, this.tick);
  }

  private round(): void {
    const { mode, fanout } = this.options;
    this.ticking = false;
    this.rumours.grow();
    // A host that only tells has nothing to do while it has nothing to tell.
    if (mode !== 'push' || this.rumours.size > 0) this.schedule();
    const rumours = mode === 'pull' ? [] : this.rumours.telling();
    if (mode === 'push' && rumours.length === 0) return;
    const message: GossipMessage =
      mode === 'push' ? { type: 'push', rumours } : { type: 'pull', rumours, known: this.rumours.known() };
    for (let i = 0; i < fanout; i++) {
      const to = sampleOther(this.directory, this.host.address, this.random);
      if (to !== undefined) this.host.send(to, message);
    }
  }
}
