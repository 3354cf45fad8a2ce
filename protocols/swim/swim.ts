// A SWIM member: probes one other each period, and tells what it has heard on everything that it sends.
import { sampleOther } from '../members.ts';
import type { Address, Counter, Directory, Distribution, Host, Meter, Protocol, Timer } from '../port.ts';
import { Join } from './join.ts';
import { Members } from './members.ts';
import type { Status, SwimMessage, Update } from './messages.ts';
import type { SwimOptions } from './options.ts';
import { Updates } from './updates.ts';

/**
 * Told of each change of what one member believes of another. `firsthand` where it comes of its own probe or of its own
 * suspicion's end, not of what it heard.
 */
export type ChangeObserver = (self: Address, member: Address, status: Status, firsthand: boolean) => void;

/** Periods between two looks for members that are missed: a ping to one who is believed dead, a listed one who is not known. */
const SEEK_EVERY = 10;

/** Somebody's ping-req that this member sees to. */
interface Relay {
  readonly requester: Address;
  readonly rpc: number;
}

/**
 * SWIM after A. Das, I. Gupta, A. Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership
 * Protocol", DSN 2002: sections 3.1 (ping, ping-req), 4.1 (piggybacked dissemination), 4.2 (suspicion, incarnations), 4.3
 * (round-robin probing). Where it goes beyond the paper: who was declared dead comes back with a higher incarnation, whoever is
 * spoken to hears first what is believed of it, and groups that do not know each other meet through the directory.
 *
 * Measures the distribution `members` (count: members believed not dead, this one included, once a period) and the counters
 * `probes`, `probes.failed`, `suspected` and `declared` (verdicts of its own), `refuted.suspect` and `refuted.dead` (what was
 * believed of this member though it lives), `joined`.
 */
export class Swim implements Protocol<SwimMessage> {
  readonly members: Members;
  private readonly host: Host<SwimMessage>;
  private readonly options: SwimOptions;
  private readonly updates: Updates;
  private readonly onChange: ChangeObserver | undefined;
  private readonly join: Join;
  private readonly believed: Distribution;
  private readonly counters: Readonly<Record<(typeof COUNTERS)[number], Counter>>;

  private incarnation = 0;
  private untilSeek = SEEK_EVERY;
  private rpc: number;
  /** Whom this period's probe is for, until it is acknowledged. */
  private target: Address | undefined;
  /** The probe's number. */
  private probe = 0;
  /** By the number of the ping that was sent for them, of this period and of the one before. */
  private relays = new Map<number, Relay>();
  private oldRelays = new Map<number, Relay>();
  private readonly suspicions = new Map<Address, Timer>();
  private readonly tick = (): void => this.period();
  private readonly tryOthers = (): void => this.askOthers();

  constructor(
    host: Host<SwimMessage>,
    options: SwimOptions,
    directory: Directory,
    meter: Meter,
    onChange?: ChangeObserver,
  ) {
    this.host = host;
    this.options = options;
    this.onChange = onChange;
    const random = () => host.random();
    this.members = new Members(random);
    this.updates = new Updates(options.lambda, options.piggyback);
    this.join = new Join(host, () => sampleOther(directory, host.address, random), {
      hear: update => this.hear(update),
      done: () => this.begin(),
    });
    this.believed = meter.distribution('members', 'count');
    const counters = COUNTERS.map(name => [name, meter.counter(name)]);
    this.counters = Object.fromEntries(counters) as typeof this.counters;
    this.rpc = Math.floor(host.random() * 2 ** 32);
  }

  /** Takes over what is known of others. Call it before `start`, which then does not join through the directory. */
  adopt(others: readonly Update[]): void {
    for (const update of others) if (update.member !== this.host.address) this.members.learn(update);
  }

  start(): void {
    if (this.members.size > 0) this.begin();
    else this.join.run();
  }

  /** Falls silent; the others notice as they notice a failure. */
  stop(): void {
    this.join.stop();
  }

  receive(from: Address, message: SwimMessage): void {
    if (message.type === 'members') {
      this.join.settle(from, message);
      return;
    }
    if (!this.members.get(from)) this.hear({ member: from, status: 'alive', incarnation: 0 });
    if (message.type === 'join') {
      this.host.send(from, this.join.reply(message, this.members, this.self(), this.members.get(from)));
      return;
    }
    for (const update of message.updates) this.hear(update);
    switch (message.type) {
      case 'ping':
        this.send(from, { type: 'ack', rpc: message.rpc, updates: [] });
        return;
      case 'ping-req':
        this.relays.set(this.ping(message.target), { requester: from, rpc: message.rpc });
        return;
      case 'ack':
        this.acknowledged(message.rpc);
    }
  }

  private begin(): void {
    this.counters.joined.add();
    this.updates.add(this.self());
    this.host.after(Math.floor(this.host.random() * this.options.period), this.tick);
  }

  private self(): Update {
    return { member: this.host.address, status: 'alive', incarnation: this.incarnation };
  }

  private period(): void {
    const { host, options, members, counters } = this;
    host.after(options.period, this.tick);
    this.believed.record(members.size + 1);
    if (this.target !== undefined) {
      counters['probes.failed'].add();
      this.fail(this.target);
    }
    this.seek();
    this.oldRelays = this.relays;
    this.relays = new Map();
    this.target = options.targets === 'random' ? members.sample() : members.nextInTurn();
    if (this.target === undefined) return;
    counters.probes.add();
    this.probe = this.ping(this.target);
    if (options.k > 0) host.after(options.timeout, this.tryOthers);
  }

  private seek(): void {
    if (--this.untilSeek > 0) return;
    this.untilSeek = SEEK_EVERY;
    this.join.meet(member => this.members.get(member) !== undefined);
    const dead = this.members.sampleDead();
    if (dead !== undefined) this.ping(dead);
  }

  private askOthers(): void {
    const { target, probe } = this;
    if (target === undefined) return;
    for (const other of this.members.sampleOthers(this.options.k, target)) {
      this.send(other, { type: 'ping-req', rpc: probe, target, updates: [] });
    }
  }

  /** @returns the ping's number */
  private ping(to: Address): number {
    this.rpc = (this.rpc + 1) >>> 0;
    this.send(to, { type: 'ping', rpc: this.rpc, updates: [] });
    return this.rpc;
  }

  private acknowledged(rpc: number): void {
    if (this.target !== undefined && rpc === this.probe) this.target = undefined;
    const relay = this.relays.get(rpc) ?? this.oldRelays.get(rpc);
    if (!relay) return;
    this.relays.delete(rpc);
    this.oldRelays.delete(rpc);
    this.send(relay.requester, { type: 'ack', rpc: relay.rpc, updates: [] });
  }

  /** A member did not answer, neither to this one nor to others. */
  private fail(member: Address): void {
    const known = this.members.get(member);
    if (known?.status !== 'alive') return;
    const status = this.options.suspicion === 'on' ? 'suspect' : 'dead';
    this.counters[status === 'dead' ? 'declared' : 'suspected'].add();
    this.take({ ...known, status }, true);
  }

  private hear(update: Update): void {
    if (update.member === this.host.address) this.hearOfSelf(update);
    else this.take(update, false);
  }

  /** Refutes what is not so: only the member itself may raise its incarnation. Who has old news is told the new. */
  private hearOfSelf({ status, incarnation }: Update): void {
    if (status === 'alive') {
      if (incarnation <= this.incarnation) return;
      this.incarnation = incarnation;
    } else if (incarnation >= this.incarnation) {
      this.counters[`refuted.${status}`].add();
      this.incarnation = (incarnation + 1) >>> 0;
    }
    this.updates.add(this.self());
  }

  private take(update: Update, firsthand: boolean): void {
    const { member, status } = update;
    if (!this.members.learn(update)) return;
    this.updates.add(update);
    this.suspicions.get(member)?.cancel();
    this.suspicions.delete(member);
    if (status === 'suspect') this.suspect(update);
    this.onChange?.(this.host.address, member, status, firsthand);
  }

  private suspect(update: Update): void {
    const { period, suspicionPeriods } = this.options;
    const end = () => {
      this.counters.declared.add();
      this.take({ ...update, status: 'dead' }, true);
    };
    this.suspicions.set(update.member, this.host.after(period * suspicionPeriods, end));
  }

  /** Adds what is to be told: first of all what is believed of the addressee, so that it can refute it. */
  private send(to: Address, message: Exclude<SwimMessage, { type: 'join' | 'members' }>): void {
    const updates = this.updates.take(this.members.size + 1);
    const believed = this.members.get(to);
    if (believed && believed.status !== 'alive' && !updates.includes(believed)) updates.push(believed);
    this.host.send(to, { ...message, updates });
  }
}

const COUNTERS = [
  'joined',
  'probes',
  'probes.failed',
  'suspected',
  'declared',
  'refuted.suspect',
  'refuted.dead',
] as const;
