// A node's way to an authority: which one it follows, whether that one can be reached, and whom to turn to if not.
import type { Address, Counter, Directory, Host, Meter, Nanoseconds } from '../port.ts';
import { Rpc } from '../rpc.ts';
import type { ManagementMessage, NodeReply, NodeRequest } from './messages.ts';
import type { ManagementOptions } from './options.ts';

/** The first pause after nobody has answered a node that has never registered; each further one is twice as long. */
const FIRST_PAUSE: Nanoseconds = 1e9;
const LONGEST_PAUSE: Nanoseconds = 600e9;

type Answer = Exclude<NodeReply, { type: 'registered' | 'unknown' }>;

/**
 * A node registers with a listed authority, a random one at first, and keeps to it while it answers. When it does not, the
 * node registers with the next that does; where none does it keeps to the one it had, and tries all again at its next request.
 *
 * Counts `registered` (registrations that were answered) and `failovers` (those with another authority than before).
 */
export class Contact {
  private readonly host: Host<ManagementMessage>;
  private readonly options: ManagementOptions;
  private readonly directory: Directory;
  private readonly onRegistered: () => void;
  private readonly rpc: Rpc<NodeRequest, NodeReply>;
  private readonly registered: Counter;
  private readonly failovers: Counter;
  private authority: Address | undefined;
  private searching = false;
  private pause = FIRST_PAUSE;

  /** @param onRegistered told each time that an authority has taken the node in */
  constructor(
    host: Host<ManagementMessage>,
    options: ManagementOptions,
    directory: Directory,
    meter: Meter,
    onRegistered: () => void,
  ) {
    this.host = host;
    this.options = options;
    this.directory = directory;
    this.onRegistered = onRegistered;
    this.rpc = new Rpc<NodeRequest, NodeReply>(host as Host<NodeRequest | NodeReply>, options.rpc);
    this.registered = meter.counter('registered');
    this.failovers = meter.counter('failovers');
  }

  /** The authority that the node follows; undefined before the first has answered. */
  get current(): Address | undefined {
    return this.authority;
  }

  start(): void {
    this.search();
  }

  stop(): void {
    this.rpc.clear();
  }

  settle(from: Address, reply: NodeReply): void {
    this.rpc.settle(from, reply);
  }

  /**
   * Asks the authority that the node follows.
   * @param build makes the request of its number
   * @param done with the answer; undefined where there is none: a search for another authority is under way then
   */
  ask(build: (rpc: number) => NodeRequest, done: (answer: Answer | undefined) => void): void {
    const { authority } = this;
    if (authority === undefined) {
      done(undefined);
      return;
    }
    this.rpc.call(authority, build(this.rpc.number()), reply => {
      if (reply && reply.type !== 'unknown' && reply.type !== 'registered') {
        done(reply);
        return;
      }
      done(undefined);
      if (authority === this.authority) this.search(reply !== undefined);
    });
  }

  /** @param here whether the current authority is to be tried first: it answers, but does not know the node */
  private search(here = false): void {
    if (this.searching) return;
    this.searching = true;
    const others = this.others();
    this.tryNext(here ? [this.authority!, ...others] : others);
  }

  /** All listed authorities but the current one, beginning behind it. */
  private others(): Address[] {
    const { directory, authority } = this;
    const listed = Array.from({ length: directory.size }, (_, index) => directory.at(index));
    const at =
      authority === undefined
        ? Math.floor(this.host.random() * listed.length)
        : listed.indexOf(authority) + 1;
    return [...listed.slice(at), ...listed.slice(0, at)].filter(other => other !== authority);
  }

  private tryNext([next, ...rest]: readonly Address[]): void {
    if (next === undefined) {
      this.searching = false;
      if (this.authority === undefined) this.searchLater();
      return;
    }
    const push = this.options.mode === 'push';
    this.rpc.call(next, { type: 'register', rpc: this.rpc.number(), push }, reply => {
      if (reply?.type === 'registered') this.follow(next);
      else this.tryNext(rest);
    });
  }

  private searchLater(): void {
    const { pause } = this;
    this.pause = Math.min(2 * pause, LONGEST_PAUSE);
    // Nodes that began together must not all come again together.
    this.host.after(Math.round(pause * (0.5 + this.host.random())), () => this.search());
  }

  private follow(authority: Address): void {
    this.searching = false;
    this.registered.add();
    if (this.authority !== undefined && this.authority !== authority) this.failovers.add();
    this.authority = authority;
    this.onRegistered();
  }
}
