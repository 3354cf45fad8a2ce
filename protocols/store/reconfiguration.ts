// Reconfiguration: the members of a key's configuration decide by Paxos on the next one, and hand the object over to it.

import { storeCodec } from './codec.ts';
import type { Held } from './disk.ts';
import {
  type Configuration,
  hasMember,
  isNewer,
  type KeyRequest,
  type Member,
  type Proposal,
  type StoreMessage,
  sameVersion,
  type Unnumbered,
  type Version,
} from './messages.ts';
import type { Parts } from './parts.ts';
import { sealQuorum, settledQuorum } from './quorums.ts';
import { recruit } from './recruit.ts';
import { type Answers, askAll } from './round.ts';

/**
 * One attempt, by a member, after L. Lamport, "Paxos Made Simple", 2001, for each configuration one instance, as in A.
 * Muthitacharoen, S. Gilbert, R. Morris, "Etna: a Fault-tolerant Algorithm for Atomic Mutable DHT Data", MIT-LCS-TR-993, 2005.
 *
 * Why no acknowledged write is lost: who accepts a proposal votes no more on reads and writes, and so many accept (`sealQuorum`)
 * that none of these completes any more once it is decided. A write that was acknowledged before reached one of them before
 * it accepted, so the newest version among their answers is no older; the next configuration begins with that.
 */
export class Reconfiguration {
  private readonly parts: Parts;
  private readonly key: number;
  private readonly held: Held;
  private readonly config: Configuration;
  private readonly done: (changed: boolean) => void;

  /** @param done runs once, with whether another configuration now is in force at as many members as it takes */
  constructor(parts: Parts, key: number, held: Held, done: (changed: boolean) => void) {
    this.parts = parts;
    this.key = key;
    this.held = held;
    this.config = held.config;
    this.done = done;
  }

  run(): void {
    const { link, locator, options } = this.parts;
    recruit(link, locator.around(this.key), options.n, recruits => {
      const members = this.fill(recruits);
      const same = members.every(member => hasMember(this.config, member));
      if (this.outdated || (same && !this.held.accepted)) this.done(false);
      else this.prepare(members);
    });
  }

  /** The member has been told of a later configuration meanwhile. */
  private get outdated(): boolean {
    return this.parts.disk.held.get(this.key) !== this.held;
  }

  /** Where too few answer, present members stay. */
  private fill(recruits: readonly Member[]): Member[] {
    const absent = this.config.members.filter(
      ({ address }) => !recruits.some(recruit => recruit.address === address),
    );
    return [...recruits, ...absent].slice(0, this.parts.options.n);
  }

  private prepare(members: readonly Member[]): void {
    const { held, config, parts } = this;
    const place = config.members.findIndex(({ address }) => address === parts.link.self);
    const turn = Math.floor(held.promised / config.members.length) + 1;
    const ballot = turn * config.members.length + place;
    // Before anybody hears of it: this member must not use the ballot twice, whatever happens.
    held.promised = ballot;
    const need = sealQuorum(parts.options);
    this.ask('promise', need, { type: 'prepare', ballot }, answers => {
      if (answers.wanted.length < need) {
        this.beaten(answers);
        return;
      }
      const accepted = answers.wanted.flatMap(({ reply }) => reply.accepted ?? []);
      this.accept(ballot, accepted.length > 0 ? accepted.reduce(higher).members : members);
    });
  }

  private accept(ballot: number, members: readonly Member[]): void {
    const need = sealQuorum(this.parts.options);
    this.ask('version', need, { type: 'accept', ballot, members }, answers => {
      if (answers.wanted.length < need) this.beaten(answers);
      else this.decided({ epoch: this.config.epoch + 1, members }, answers);
    });
  }

  private ask<T extends 'promise' | 'version'>(
    wanted: T,
    need: number,
    what:
      | { type: 'prepare'; ballot: number }
      | { type: 'accept'; ballot: number; members: readonly Member[] },
    done: (answers: Answers<T>) => void,
  ): void {
    const { key, config } = this;
    askAll(this.parts.link, {
      config,
      request: ({ life }) => ({ ...what, key, epoch: config.epoch, life }),
      wanted,
      need,
      done,
    });
  }

  private beaten({ newer, others }: Pick<Answers, 'newer' | 'others'>): void {
    if (newer) this.parts.locator.learn(this.key, newer);
    for (const reply of others) {
      if (reply.type === 'nack') this.held.promised = Math.max(this.held.promised, reply.ballot);
    }
    this.done(false);
  }

  private decided(next: Configuration, { wanted }: Answers<'version'>): void {
    const newest = wanted.reduce((a, b) => (isNewer(b.reply.version, a.reply.version) ? b : a));
    const { version } = newest.reply;
    const current = wanted
      .filter(({ reply }) => sameVersion(reply.version, version))
      .map(({ member }) => member);
    if (sameVersion(this.held.version, version)) {
      this.install(next, version, this.held.value, current);
      return;
    }
    const { address, life } = newest.member;
    const request = { type: 'fetch', key: this.key, epoch: this.config.epoch, life } as const;
    this.parts.link.call(address, request, reply => {
      if (reply?.type === 'value') {
        this.count(reply);
        this.install(next, reply.version, reply.value, current);
      } else this.done(false);
    });
  }

  /** @param current members that hold this version: they need not be sent the value */
  private install(
    config: Configuration,
    version: Version,
    value: Uint8Array,
    current: readonly Member[],
  ): void {
    const { key, parts } = this;
    const need = settledQuorum(parts.options);
    askAll(parts.link, {
      config,
      request: member => {
        const begun = { key, config, version };
        const request: Unnumbered<KeyRequest> = hasMember({ members: current }, member)
          ? { type: 'renew', ...begun }
          : { type: 'install', ...begun, value };
        if (member.address !== parts.link.self) this.count({ ...request, rpc: 0 } as StoreMessage);
        return request;
      },
      wanted: 'ok',
      need,
      done: answers => {
        if (answers.wanted.length >= need) this.settled(config);
        this.done(answers.wanted.length >= need);
      },
    });
  }

  private settled(config: Configuration): void {
    const { key, parts } = this;
    parts.locator.learn(key, config);
    parts.disk.leave(key, config, parts.replica.self);
    for (const { address } of this.config.members) {
      if (config.members.some(member => member.address === address)) continue;
      parts.link.tell(address, { type: 'news', key, config, settled: true });
    }
  }

  private count(message: StoreMessage): void {
    this.parts.repairBytes.add(storeCodec.sizeOf(message));
  }
}

const higher = (a: Proposal, b: Proposal): Proposal => (b.ballot > a.ballot ? b : a);
