// Meeting others: announces to listed members and to neighbours, and greetings of those that these name.
import { sampleOther } from '../members.ts';
import type { Address, Directory, Host, Nanoseconds } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { RpcOptions } from '../rpc-options.ts';
import { Acquaintances } from './acquaintances.ts';
import type { SwarmMessage, SwarmReply, SwarmRequest } from './messages.ts';

/** A member that has no neighbours yet asks for members again after this long, then after twice as long, and so on. */
const SOON: Nanoseconds = 1e9;

type Hello = Extract<SwarmRequest, { type: 'hello' }>;
type Welcome = Extract<SwarmReply, { type: 'welcome' }>;

/** The member that meets others. */
export interface Guest {
  /** How many more neighbours it wants. */
  lacking(): number;
  isNeighbour(address: Address): boolean;
  /** A neighbour at random to ask for members. Undefined where there is none. */
  anyNeighbour(): Address | undefined;
  greeting(to: Address, rpc: number): Hello;
  welcomed(by: Address, welcome: Welcome): void;
  /** A member did not answer, or refuses to be a neighbour. */
  rejected(by: Address): void;
}

export class Meeting {
  private readonly host: Host<SwarmMessage>;
  private readonly directory: Directory;
  private readonly every: Nanoseconds;
  private readonly guest: Guest;
  private readonly rpc: Rpc<SwarmRequest, SwarmReply>;
  private readonly known: Acquaintances;
  private readonly greeted = new Set<Address>();
  private pause: Nanoseconds;
  private over = false;
  private readonly announceLater = (): void => this.announce();
  private readonly random = (): number => this.host.random();

  /** @param every how often to announce, once there are neighbours */
  constructor(
    host: Host<SwarmMessage>,
    directory: Directory,
    { announce, rpc }: { announce: Nanoseconds; rpc: RpcOptions },
    guest: Guest,
  ) {
    this.host = host;
    this.directory = directory;
    this.every = announce;
    this.guest = guest;
    this.pause = Math.min(SOON, announce);
    this.rpc = new Rpc<SwarmRequest, SwarmReply>(host as unknown as Host<SwarmRequest | SwarmReply>, rpc);
    this.known = new Acquaintances(host.address, this.random);
  }

  /** Announces now and from time to time. */
  announce(): void {
    if (this.over) return;
    const listed = sampleOther(this.directory, this.host.address, this.random);
    const neighbour = this.guest.lacking() > 0 ? this.guest.anyNeighbour() : undefined;
    if (listed !== undefined) {
      this.known.add(listed);
      this.announceTo(listed);
    }
    if (neighbour !== undefined && neighbour !== listed) this.announceTo(neighbour);
    this.meet();
    const settled = this.guest.anyNeighbour() !== undefined;
    this.host.after(settled ? this.every : this.pause, this.announceLater);
    this.pause = Math.min(2 * this.pause, this.every);
  }

  /** Another member has announced itself. */
  announced(from: Address, rpc: number): void {
    this.host.send(from, { type: 'members', rpc, members: this.known.sample(from) });
    this.known.add(from);
    this.meet();
  }

  /** A member is there, as is known from elsewhere. */
  note(member: Address): void {
    this.known.add(member);
  }

  settle(from: Address, reply: SwarmReply): void {
    this.rpc.settle(from, reply);
  }

  /** Greets members that may become neighbours. */
  meet(): void {
    if (this.over) return;
    const count = this.guest.lacking() - this.greeted.size;
    if (count <= 0) return;
    const strangers: Address[] = [];
    this.known.draw(count, member => {
      if (this.guest.isNeighbour(member) || this.greeted.has(member)) return false;
      strangers.push(member);
      return true;
    });
    for (const member of strangers) this.greet(member);
  }

  /** Greets a member, or a neighbour of whom nothing was heard for long. */
  greet(member: Address): void {
    if (this.greeted.has(member)) return;
    this.greeted.add(member);
    const hello = this.guest.greeting(member, this.rpc.number());
    this.rpc.call(member, hello, reply => {
      this.greeted.delete(member);
      if (reply?.type === 'welcome') this.guest.welcomed(member, reply);
      else {
        this.known.forget(member);
        this.guest.rejected(member);
      }
    });
  }

  stop(): void {
    this.over = true;
    this.rpc.clear();
  }

  private announceTo(member: Address): void {
    this.rpc.call(member, { type: 'announce', rpc: this.rpc.number() }, reply => {
      if (reply?.type !== 'members') return;
      for (const other of reply.members) this.known.add(other);
      this.meet();
    });
  }
}
