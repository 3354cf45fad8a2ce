// Joining: asking a listed member for all others, a part at a time, and answering those who do.
import type { Address, Host, Nanoseconds } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { Members } from './members.ts';
import type { SwimMessage, SwimReply, SwimRequest, Update } from './messages.ts';

/** Members named in one message: as many as an unfragmented datagram holds, IPv6 or not. */
const PART = 50;

/** A listed member that does not answer for this long is asked again, and then another. */
const TIMEOUT: Nanoseconds = 1e9;
const ATTEMPTS = 2;

type JoinRequest = Extract<SwimRequest, { type: 'join' }>;
type MembersReply = Extract<SwimReply, { type: 'members' }>;

/** What the newcomer does with what it hears. */
export interface Newcomer {
  hear(update: Update): void;
  /** The list is whole, or there is nobody to ask. */
  done(): void;
}

export class Join {
  private readonly rpc: Rpc<JoinRequest, MembersReply>;
  private readonly draw: () => Address | undefined;
  private readonly newcomer: Newcomer;

  /** @param draw a random listed member other than this one; undefined where there is none */
  constructor(host: Host<SwimMessage>, draw: () => Address | undefined, newcomer: Newcomer) {
    this.rpc = new Rpc<JoinRequest, MembersReply>(host as Host<JoinRequest | MembersReply>, {
      timeout: TIMEOUT,
      attempts: ATTEMPTS,
    });
    this.draw = draw;
    this.newcomer = newcomer;
  }

  run(): void {
    const member = this.draw();
    const done = () => this.newcomer.done();
    if (member === undefined) done();
    else this.ask(member, 0, done, () => this.run());
  }

  /**
   * Asks a listed member for all others, if it is not known: those who joined through each other at one moment are groups
   * apart until somebody does.
   * @param isKnown whether a member is known, dead or alive
   */
  meet(isKnown: (member: Address) => boolean): void {
    const member = this.draw();
    const done = () => undefined;
    if (member !== undefined && !isKnown(member)) this.ask(member, 0, done, done);
  }

  stop(): void {
    this.rpc.clear();
  }

  settle(from: Address, reply: MembersReply): void {
    this.rpc.settle(from, reply);
  }

  /**
   * What a newcomer is told: all members from a number on, the one that tells first.
   * @param believed what is believed of the newcomer: from a former life it may be taken for dead
   */
  reply(
    { rpc, from }: JoinRequest,
    members: Members,
    self: Update,
    believed: Update | undefined,
  ): MembersReply {
    const list = [self, ...members.list()];
    const updates = list.slice(from, from + PART);
    if (from === 0 && believed?.status === 'dead') updates.push(believed);
    return { type: 'members', rpc, total: list.length, updates };
  }

  private ask(member: Address, from: number, done: () => void, failed: () => void): void {
    this.rpc.call(member, { type: 'join', rpc: this.rpc.number(), from }, reply => {
      if (!reply) {
        failed();
        return;
      }
      for (const update of reply.updates) this.newcomer.hear(update);
      const next = from + PART;
      if (reply.updates.length > 0 && next < reply.total) this.ask(member, next, done, failed);
      else done();
    });
  }
}
