// Upkeep: what a member does from time to time so that each object has its N replicas, where the ring has them.
import type { Counter, Distribution, Meter, Nanoseconds, Timer } from '../port.ts';
import type { AntiEntropy } from './anti-entropy.ts';
import type { Held } from './disk.ts';
import type { Membership } from './membership.ts';
import { type Configuration, hasMember } from './messages.ts';
import type { Parts } from './parts.ts';
import { settledQuorum } from './quorums.ts';
import { Reconfiguration } from './reconfiguration.ts';

/** Reconfigurations that a host has under way together. */
const TOGETHER = 8;

/** Why a configuration should end. */
type Reason =
  /** A proposal was accepted, and nothing came of it. */
  | 'sealed'
  /** A member has lost its disk. */
  | 'gone'
  /** The N that follow the key on the ring are others. */
  | 'misplaced';

export class Upkeep {
  private readonly parts: Parts;
  private readonly membership: Membership;
  private readonly antiEntropy: AntiEntropy;
  private readonly stored: Distribution;
  private readonly repairs: Counter;
  /** Since when each key's configuration should end. */
  private readonly since = new Map<number, Nanoseconds>();
  private readonly waiting = new Set<number>();
  private readonly running = new Set<number>();
  /** Set for the first of the keys whose configuration is to end. */
  private alarm: Timer | undefined;
  private reviewDue = false;
  private readonly tick = (): void => this.period();

  /** Measures `stored.bytes`, once a period, and counts `repairs`. */
  constructor(parts: Parts, membership: Membership, antiEntropy: AntiEntropy, meter: Meter) {
    this.parts = parts;
    this.membership = membership;
    this.antiEntropy = antiEntropy;
    this.stored = meter.distribution('stored.bytes', 'bytes');
    this.repairs = meter.counter('repairs');
    antiEntropy.onNewLife = () => this.reviewSoon();
    membership.onChange = address => {
      if (membership.isAlive(address)) antiEntropy.meet(address);
      this.reviewSoon();
    };
  }

  start(): void {
    const { link, options } = this.parts;
    link.after(Math.floor(link.random() * options.sync.every), this.tick);
  }

  private period(): void {
    const { link, options, disk } = this.parts;
    link.after(options.sync.every, this.tick);
    this.stored.record(disk.bytes);
    this.antiEntropy.run();
    for (const [key, held] of disk.held) this.handOver(key, held);
    this.review();
  }

  /** Of what happens at one time all is seen together. */
  private reviewSoon(): void {
    if (this.reviewDue) return;
    this.reviewDue = true;
    this.parts.link.after(0, () => {
      this.reviewDue = false;
      this.review();
    });
  }

  /** Which configurations should end, and which are to be ended now. */
  private review(): void {
    const { disk, link } = this.parts;
    const now = link.now();
    let next = Infinity;
    for (const key of this.since.keys()) if (!disk.held.has(key)) this.since.delete(key);
    for (const [key, held] of disk.held) {
      const due = this.whenToEnd(key, held, now);
      if (due <= now) this.waiting.add(key);
      else next = Math.min(next, due);
    }
    this.alarm?.cancel();
    this.alarm = next < Infinity ? link.after(next - now, () => this.review()) : undefined;
    this.proceed();
  }

  /** @returns Infinity where a key's configuration should not end */
  private whenToEnd(key: number, held: Held, now: Nanoseconds): Nanoseconds {
    const reason = this.reasonToEnd(key, held);
    if (!reason) {
      this.since.delete(key);
      return Infinity;
    }
    const since = this.since.get(key) ?? now;
    this.since.set(key, since);
    return since + this.patience(reason, held.config);
  }

  private reasonToEnd(key: number, { config, accepted }: Held): Reason | undefined {
    if (accepted) return 'sealed';
    if (config.members.some(member => this.antiEntropy.isGone(member))) return 'gone';
    const rightful = this.membership.successors(key, this.parts.options.n);
    const misplaced = rightful.some(address => !config.members.some(member => member.address === address));
    return misplaced ? 'misplaced' : undefined;
  }

  /** The first living member sees to it; the others give it time. */
  private patience(reason: Reason, { members }: Configuration): Nanoseconds {
    const { link, options } = this.parts;
    const living = members.filter(
      member => this.membership.isAlive(member.address) && !this.antiEntropy.isGone(member),
    );
    const turn = living.findIndex(({ address }) => address === link.self);
    const delays = { sealed: options.sync.every, gone: 0, misplaced: options.repair.after };
    return delays[reason] + 2 * turn * options.sync.every;
  }

  private proceed(): void {
    const { disk } = this.parts;
    for (const key of this.waiting) {
      if (this.running.size >= TOGETHER) return;
      if (this.running.has(key)) continue;
      this.waiting.delete(key);
      const held = disk.held.get(key);
      if (!held) continue;
      this.running.add(key);
      new Reconfiguration(this.parts, key, held, changed => {
        this.running.delete(key);
        if (changed) {
          this.repairs.add();
          this.since.delete(key);
        }
        this.proceed();
      }).run();
    }
  }

  /** Where a later configuration is in force, without this host, what it holds may go when enough others hold it. */
  private handOver(key: number, held: Held): void {
    const { link, locator, options, disk, replica } = this.parts;
    const latest = locator.known(key)!;
    if (latest.epoch === held.config.epoch || hasMember(latest, replica.self)) return;
    let active = 0;
    for (const { address } of latest.members) {
      link.call(address, { type: 'locate', key }, reply => {
        if (reply?.type !== 'located' || !reply.config || reply.config.epoch < latest.epoch) return;
        if (reply.active) active++;
        if (active >= settledQuorum(options) || reply.config.epoch > latest.epoch) {
          disk.leave(key, latest, replica.self);
        }
      });
    }
  }
}
