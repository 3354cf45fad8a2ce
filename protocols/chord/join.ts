// Joining: finding one's successor through any member that answers, and agreeing who begins where nobody has a ring.
import type { Address, Directory, Host, Nanoseconds } from '../port.ts';
import { Lookup, type Seeker } from './lookup.ts';
import type { ChordMessage, NodeRef } from './messages.ts';
import { idOf } from './ring.ts';

/** Pauses between attempts double from rpc.timeout / 8 up to rpc.timeout * 16, each with +-50 % of chance. */
const FIRST_PAUSE = 1 / 8;
const DOUBLINGS = 7;

export interface JoinOptions {
  readonly lookup: { readonly timeout: Nanoseconds };
  readonly rpc: { readonly timeout: Nanoseconds };
}

/**
 * The paper's join(), tried through one member after another, since those listed may be dead or not have joined.
 *
 * Where the whole ring is lost (every host restarted, say), each would wait for the others. So a node begins a ring of
 * its own when it has asked every member in turn and heard of no ring, while some member refused, none of them with a
 * lower hash than its own: all others heard at least one lower, and go on asking. A node that was part of a ring does
 * so also where nobody answers at all; one that never was waits, since a member that is not up yet may be the first.
 */
export class Join {
  private readonly seeker: Seeker;
  private readonly host: Host<ChordMessage>;
  private readonly options: JoinOptions;
  private readonly directory: Directory;
  /** Nodes known from a former ring, tried first. Undefined where there was none. */
  private readonly contacts: Address[] | undefined;
  private readonly done: (successors: readonly NodeRef[]) => void;

  private contact: Address = '';
  /** The member to ask next; -1 before the first. */
  private turn = -1;
  private askedInTurn = 0;
  private refused = false;
  private lowerRefused = false;
  private doublings = 0;

  /** @param done runs once, with the successors found; with none where this node is to begin a ring */
  constructor(
    seeker: Seeker,
    host: Host<ChordMessage>,
    options: JoinOptions,
    directory: Directory,
    contacts: Address[] | undefined,
    done: (successors: readonly NodeRef[]) => void,
  ) {
    this.seeker = seeker;
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.contacts = contacts;
    this.done = done;
  }

  run(): void {
    const contact = this.contacts?.pop() ?? this.nextMember();
    if (contact === undefined) {
      this.done([]);
      return;
    }
    this.contact = contact;
    const { id } = this.seeker.routing.self;
    const { timeout } = this.options.lookup;
    new Lookup(this.seeker, id, timeout, lookup => this.found(lookup)).runFrom(contact);
  }

  /** The members other than this one in turn, from a random one on. Undefined where there is none. */
  private nextMember(): Address | undefined {
    const { directory, host } = this;
    if (this.turn < 0) this.turn = Math.floor(host.random() * directory.size);
    for (let tries = 0; tries < directory.size; tries++) {
      const member = directory.at(this.turn++ % directory.size);
      this.askedInTurn++;
      if (member !== host.address) return member;
    }
    return undefined;
  }

  private found(lookup: Lookup): void {
    const { owner, namedBy } = lookup;
    const { self } = this.seeker.routing;
    if (!owner) this.failed(lookup);
    else if (owner.address !== self.address) this.done([owner]);
    else this.askBeyond(lookup, namedBy!.address);
  }

  /** The ring still lists this node from before it left: its predecessor knows who follows. */
  private askBeyond(lookup: Lookup, predecessor: Address): void {
    const { rpc, routing } = this.seeker;
    rpc.call(predecessor, { type: 'neighbours', rpc: rpc.number() }, reply => {
      const others =
        reply?.type === 'neighbours-are'
          ? reply.successors.filter(node => node.address !== routing.self.address)
          : [];
      if (others.length > 0) this.done(others);
      else this.failed(lookup);
    });
  }

  private failed({ hops, refusals }: Lookup): void {
    const refused = refusals > 0 && hops === 0;
    const lower = refused && idOf(this.contact) < idOf(this.host.address);
    this.refused ||= refused;
    this.lowerRefused ||= lower;
    if (!this.contacts?.length && this.askedInTurn >= this.directory.size) {
      if (!this.lowerRefused && (this.refused || this.contacts)) {
        this.done([]);
        return;
      }
      this.askedInTurn = 0;
      this.refused = false;
      this.lowerRefused = false;
    }
    this.retry(lower || !refused);
  }

  /** @param patiently not so while it may be up to this node to begin the ring */
  private retry(patiently: boolean): void {
    const pause = this.options.rpc.timeout * FIRST_PAUSE * 2 ** this.doublings * (0.5 + this.host.random());
    if (patiently) this.doublings = Math.min(this.doublings + 1, DOUBLINGS);
    this.host.after(Math.round(pause), () => this.run());
  }
}
