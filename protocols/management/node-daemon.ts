// The node daemon: fetches what an authority wants of its node, or has it pushed, carries it out, and says so.
import { afterExponential } from '../pause.ts';
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
import { Contact } from './contact.ts';
import {
  type Extent,
  type ManagementMessage,
  NO_VERSION,
  type NodeRequest,
  type Page,
  type PushRequest,
  type Standing,
  type Version,
} from './messages.ts';
import type { ManagementOptions } from './options.ts';
import { Slivers } from './slivers.ts';

/** Mean time between two looks at how old the last known state is, in nanoseconds. */
const LOOK_EVERY = 600e9;
/** The largest number that a report can name. */
const MOST = 2 ** 16 - 1;

/** A fetch under way, which may take several pages. */
interface Fetch {
  /** Up to where its pages have come. */
  at: Version;
  /** Slices named, where all are: what is not named is not wanted. */
  named: Set<number> | undefined;
}

/**
 * A node daemon. In mode `poll` it fetches each `poll.every` and up to `poll.spread` more, as PlanetLab's node manager does; in mode
 * `push` the authority pushes, and it gives a sign of life each `push.heartbeat` and fetches each `push.poll`. While no
 * authority can be reached its slivers run on.
 *
 * Measures besides what `Contact` and `Slivers` do the distribution `node.stale` (ns, at random times: how long ago the node's
 * state was last known to be the authority's) and counts `fetches.failed` (those without an answer).
 */
export class NodeDaemon implements Protocol<ManagementMessage> {
  readonly slivers: Slivers;
  private readonly contact: Contact;
  private readonly host: Host<ManagementMessage>;
  private readonly options: ManagementOptions;
  private readonly stale: Distribution;
  private readonly failed: Counter;
  private known = NO_VERSION;
  private applied = NO_VERSION;
  /** The last entry of the authority's that concerned this node. */
  private latest = 0;
  private fetching: Fetch | undefined;
  private begun = false;
  /** When the node's state was last known to be the authority's. */
  private confirmed: Nanoseconds | undefined;
  private readonly pollTick = (): void => this.poll();
  private readonly reportTick = (): void => this.report();
  private readonly heartbeatTick = (): void => this.heartbeat();
  private readonly lookTick = (): void => this.look();

  constructor(host: Host<ManagementMessage>, options: ManagementOptions, directory: Directory, meter: Meter) {
    this.host = host;
    this.options = options;
    this.contact = new Contact(host, options, directory, meter, () => this.registered());
    this.slivers = new Slivers(host, options, meter, version => this.carriedOut(version));
    this.stale = meter.distribution('node.stale', 'ns');
    this.failed = meter.counter('fetches.failed');
  }

  start(): void {
    this.contact.start();
  }

  /** Falls silent; the authority notices as it notices a failure. */
  stop(): void {
    this.contact.stop();
  }

  receive(from: Address, message: ManagementMessage): void {
    switch (message.type) {
      case 'registered':
      case 'unknown':
      case 'slivers':
      case 'ok':
        this.contact.settle(from, message);
        return;
      case 'push':
        this.pushed(from, message);
    }
  }

  private registered(): void {
    if (this.begun) {
      // What the authority before may still answer is no longer of interest.
      this.fetching = undefined;
      this.fetch();
      return;
    }
    this.begun = true;
    const { host, options } = this;
    this.poll();
    this.later(options.report, this.reportTick);
    if (options.mode === 'push') this.later(options.push.heartbeat, this.heartbeatTick);
    afterExponential(host, LOOK_EVERY, this.lookTick);
  }

  /** For the first time at a random moment of the period, so that nodes that began together do not act together. */
  private later(period: Nanoseconds, run: () => void): void {
    this.host.after(Math.floor(this.host.random() * period), run);
  }

  private poll(): void {
    const { poll, push, mode } = this.options;
    const pause = mode === 'push' ? push.poll : poll.every + Math.floor(this.host.random() * poll.spread);
    this.host.after(pause, this.pollTick);
    this.fetch();
  }

  private report(): void {
    this.host.after(this.options.report, this.reportTick);
    const running = Math.min(this.slivers.running.size, MOST);
    const waiting = Math.min(this.slivers.waiting, MOST);
    this.tell(standing => ({ type: 'report', ...standing, running, waiting }));
  }

  private heartbeat(): void {
    this.host.after(this.options.push.heartbeat, this.heartbeatTick);
    this.tell(standing => ({ type: 'heartbeat', ...standing }));
  }

  private look(): void {
    afterExponential(this.host, LOOK_EVERY, this.lookTick);
    if (this.confirmed !== undefined) this.stale.record(this.host.now() - this.confirmed);
  }

  private fetch(): void {
    if (this.fetching) return;
    const named = this.options.fetch === 'full' ? new Set<number>() : undefined;
    this.fetching = { at: this.known, named };
    this.fetchPage(this.fetching, named ? 'whole' : 'news');
  }

  private fetchPage(fetch: Fetch, extent: Extent): void {
    const { at: known } = fetch;
    this.contact.ask(
      rpc => ({ type: 'fetch', rpc, extent, known, applied: this.applied }),
      answer => {
        if (fetch !== this.fetching) return;
        if (answer?.type === 'slivers') this.fetched(fetch, answer);
        else {
          this.fetching = undefined;
          this.failed.add();
        }
      },
    );
  }

  private fetched(fetch: Fetch, page: Page): void {
    const { authority, upto, since, more } = page;
    // What comes from another life of an authority is everything, but what it does not name may be unknown to it.
    if (page.whole) fetch.named = new Set();
    else if (authority !== fetch.at.authority || since !== fetch.at.seq) fetch.named = undefined;
    this.take(page);
    for (const { slice } of page.slivers) fetch.named?.add(slice);
    fetch.at = { authority, seq: upto };
    if (more) {
      if (!fetch.named) this.know(fetch.at);
      this.fetchPage(fetch, 'rest');
      return;
    }
    if (fetch.named) this.slivers.keepOnly(fetch.named, upto);
    this.know(fetch.at);
    this.fetching = undefined;
    this.current();
    this.slivers.apply(this.known);
  }

  private pushed(from: Address, { rpc, ...page }: PushRequest): void {
    if (from !== this.contact.current) {
      this.host.send(from, { type: 'unknown', rpc });
      return;
    }
    const { authority, since, upto } = page;
    if (authority === this.known.authority && since <= this.known.seq) {
      const news = upto > this.known.seq;
      this.take(page);
      this.know({ authority, seq: upto });
      if (!page.more) this.confirmed = this.host.now();
      if (news) this.slivers.apply(this.known);
    }
    this.host.send(from, { type: 'ack', rpc, known: this.known });
  }

  /** Takes over what is newer than what is known. */
  private take({ authority, latest, slivers }: Page): void {
    this.latest = latest;
    const seen = authority === this.known.authority ? this.known.seq : 0;
    for (const sliver of slivers) if (sliver.seq > seen) this.slivers.take(sliver);
  }

  private know(version: Version): void {
    const { authority, seq } = this.known;
    if (version.authority !== authority || version.seq > seq) this.known = version;
  }

  /** The node's state is the authority's, and that one has just been reached: what has not been renewed is over. */
  private current(): void {
    this.confirmed = this.host.now();
    this.slivers.reap();
  }

  private carriedOut(version: Version): void {
    const { authority, seq } = this.applied;
    if (version.authority === authority && version.seq <= seq) return;
    this.applied = version;
    const before = version.authority === authority ? seq : 0;
    if (this.latest > before) this.tell(standing => ({ type: 'applied', ...standing }));
  }

  /** Makes a request whose answer says no more than whether the node knows everything. */
  private tell(build: (standing: Standing & { rpc: number }) => NodeRequest): void {
    this.contact.ask(
      rpc => build({ rpc, known: this.known, applied: this.applied }),
      answer => {
        // One that polls learns nothing from it: PlanetLab's did not.
        if (answer?.type !== 'ok' || this.options.mode === 'poll') return;
        const { authority, seq } = this.known;
        // To one whose first fetch failed nothing can be pushed.
        if (answer.authority !== authority) this.fetch();
        else if (answer.latest <= seq) this.current();
      },
    );
  }
}
