// An authority: says which slivers are wanted on which node, and hears from the nodes what became of it.
import type { Address, Counter, Directory, Distribution, Host, Meter, Protocol } from '../port.ts';
import { Attendance } from './attendance.ts';
import { MAX_NODES, managementCodec } from './codec.ts';
import { type Change, Database, type Entry } from './database.ts';
import type { FeedRequest, ManagementMessage, NodeRequest } from './messages.ts';
import type { ManagementOptions } from './options.ts';
import { Peers } from './peers.ts';
import { Spread } from './spread.ts';
import { type SliceService, Workload } from './workload.ts';

/** How long removals are remembered, and leases that are over: a week, in nanoseconds. */
const REMEMBERED = 7 * 86_400e9;
/** Parts of `silence` after which nodes that have been silent for all of it are noticed. */
const SWEEPS = 8;

/**
 * One of the authorities of a testbed. Every one of them takes changes and attends to nodes; `Database` says how changes are
 * reconciled, `Peers` when one is acknowledged, `Attendance` how it is pushed, `Spread` what is measured of it.
 *
 * Counts besides: `authority.requests` (of nodes that arrived), `authority.fetches` (those for slivers), `authority.bytes` (payload
 * that authorities sent and received), `changes` (made here) and `changes.acknowledged`; measures the distributions
 * `slivers.running` and `slivers.waiting` (count: what a node's report says).
 */
export class Authority implements Protocol<ManagementMessage>, SliceService {
  readonly database: Database;
  private readonly host: Host<ManagementMessage>;
  private readonly options: ManagementOptions;
  private readonly attendance: Attendance;
  private readonly peers: Peers;
  private readonly spread: Spread;
  private readonly workload: Workload;
  private readonly counters: Readonly<Record<(typeof COUNTERS)[number], Counter>>;
  private readonly running: Distribution;
  private readonly waiting: Distribution;

  constructor(host: Host<ManagementMessage>, options: ManagementOptions, directory: Directory, meter: Meter) {
    const counters = COUNTERS.map(name => [name, meter.counter(name)]);
    this.counters = Object.fromEntries(counters) as typeof this.counters;
    this.running = meter.distribution('slivers.running', 'count');
    this.waiting = meter.distribution('slivers.waiting', 'count');
    this.host = counted(host, this.counters['authority.bytes']);
    this.options = options;
    this.database = new Database(() => host.random());
    this.attendance = new Attendance(this.host, this.database, options, meter);
    this.peers = new Peers(this.host, this.database, options, directory);
    this.spread = new Spread(meter);
    this.workload = new Workload(this, this.host, options.changes);
  }

  get nodes(): readonly Address[] {
    return this.database.nodes;
  }

  get slices(): ReadonlyMap<number, ReadonlySet<Address>> {
    return this.database.slices;
  }

  start(): void {
    this.peers.start();
    this.workload.start();
    this.sweepLater();
  }

  /** Falls silent. */
  stop(): void {
    this.attendance.stop();
    this.peers.stop();
  }

  /**
   * Changes the desired state: a slice is to have a sliver on each of the nodes, with a new lease, or is to have none there.
   * More nodes than one datagram can name are so many changes.
   * @param acknowledged runs once every authority that answers holds it, for each of these changes
   */
  change(
    slice: number,
    wanted: boolean,
    nodes: readonly Address[],
    config = new Uint8Array(),
    acknowledged?: () => void,
  ): void {
    const made = this.host.now();
    const until = made + this.options.lease;
    for (let at = 0; at < nodes.length; at += MAX_NODES) {
      const some = nodes.slice(at, at + MAX_NODES);
      const entry = this.database.make({ slice, wanted, until, made, config, nodes: some });
      this.counters.changes.add();
      this.taken(entry);
      this.peers.acknowledge(entry.seq, () => {
        this.counters['changes.acknowledged'].add();
        acknowledged?.();
      });
    }
    this.peers.spread();
  }

  receive(from: Address, message: ManagementMessage): void {
    this.counters['authority.bytes'].add(managementCodec.sizeOf(message));
    switch (message.type) {
      case 'ack':
      case 'unknown':
        this.attendance.settle(from, message);
        return;
      case 'fed':
        this.peers.settle(from, message);
        return;
      case 'feed':
        this.takeOver(from, message);
        return;
      case 'register':
      case 'fetch':
      case 'heartbeat':
      case 'applied':
      case 'report':
        this.counters['authority.requests'].add();
        if (this.peers.ready) this.answer(from, message);
    }
  }

  private answer(from: Address, request: NodeRequest): void {
    const { attendance, database, host } = this;
    const { rpc } = request;
    if (request.type === 'register') {
      attendance.admit(from, request.push);
      if (database.enlist(from)) this.peers.spread();
      host.send(from, { type: 'registered', rpc, authority: database.id });
      return;
    }
    if (request.type === 'fetch') this.counters['authority.fetches'].add();
    if (!attendance.heard(from, request.known)) {
      host.send(from, { type: 'unknown', rpc });
      return;
    }
    const { applied } = request;
    if (applied.authority === database.id) this.spread.applied(from, applied.seq, host.now());
    if (request.type === 'fetch') {
      const page = database.page(from, request.known, request.extent, this.options.page, host.now());
      host.send(from, { type: 'slivers', rpc, ...page });
      attendance.sent(from, page.upto);
      return;
    }
    if (request.type === 'report') {
      this.running.record(request.running);
      this.waiting.record(request.waiting);
    }
    host.send(from, { type: 'ok', rpc, authority: database.id, latest: database.latestOf(from) });
    attendance.push(from);
  }

  private takeOver(from: Address, feed: FeedRequest): void {
    const before = this.database.version;
    for (const record of feed.records) {
      const entry = this.database.merge(record, feed.authority, this.host.now());
      if (entry) this.taken(entry);
    }
    this.peers.fed(from, feed);
    if (this.database.version > before) this.peers.spread();
  }

  /** A change is in the database. */
  private taken({ seq, what }: Entry): void {
    const { made, nodes } = what as Change;
    this.spread.begin(
      seq,
      made,
      nodes.filter(node => this.attendance.has(node)),
    );
    for (const node of nodes) this.attendance.push(node);
  }

  private sweepLater(): void {
    this.host.after(Math.ceil(this.options.silence / SWEEPS), () => {
      const now = this.host.now();
      this.attendance.sweep(node => this.spread.lost(node, now));
      this.database.forget(now - REMEMBERED, now);
      this.sweepLater();
    });
  }
}

const COUNTERS = [
  'authority.requests',
  'authority.fetches',
  'authority.bytes',
  'changes',
  'changes.acknowledged',
] as const;

/** A host that counts the bytes that it sends. */
function counted(host: Host<ManagementMessage>, bytes: Counter): Host<ManagementMessage> {
  return {
    address: host.address,
    now: () => host.now(),
    random: () => host.random(),
    after: (delay, run) => host.after(delay, run),
    send: (to, message) => {
      bytes.add(managementCodec.sizeOf(message));
      host.send(to, message);
    },
  };
}
