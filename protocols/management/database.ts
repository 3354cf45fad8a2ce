// An authority's database: which slivers are wanted on which node, and in which order this authority came to know it.
import { randomId } from '../identifier.ts';
import type { Address, Nanoseconds } from '../port.ts';
import { sizeOfRecord, sizeOfSliver } from './codec.ts';
import type { ChangeRecord, Extent, Page, RecordOfFeed, SliverState, Version } from './messages.ts';

const MILLISECOND = 1e6;

/** What a change says; times are on the clock of the host that holds it. */
export interface Change {
  readonly clock: number;
  readonly by: number;
  readonly slice: number;
  readonly wanted: boolean;
  readonly until: Nanoseconds;
  readonly made: Nanoseconds;
  readonly config: Uint8Array;
  readonly nodes: readonly Address[];
}

/** A change or a node, as this authority took it in. */
export interface Entry {
  readonly seq: number;
  /** The life of the authority that it came from. */
  readonly source: number;
  readonly what: Change | Address;
  /** Slivers of which this change is the latest. */
  holds: number;
}

type ChangeEntry = Entry & { readonly what: Change };

/** What concerns one node, by slice, in order of `seq`. */
interface Assignment {
  readonly slivers: Map<number, ChangeEntry>;
  latest: number;
  /** The last of its entries that have been forgotten. */
  forgotten: number;
}

const isChange = (entry: Entry): entry is ChangeEntry => typeof entry.what === 'object';

const isLater = (a: Change, b: Change): boolean => (a.clock !== b.clock ? a.clock > b.clock : a.by > b.by);

const millisecondsLeft = (until: Nanoseconds, now: Nanoseconds): number =>
  Math.max(0, Math.ceil((until - now) / MILLISECOND));

/**
 * For each sliver the latest change of it, by Lamport's clock, holds (last writer wins). So the databases of authorities that have
 * heard of the same changes say the same, in whichever order and however often they heard of them. The numbers of the
 * entries, `seq`, are each authority's own.
 */
export class Database {
  /** Another one in each life of an authority. */
  readonly id: number;
  private clock = 0;
  private last = 0;
  private readonly entries = new Map<number, Entry>();
  private readonly assignments = new Map<Address, Assignment>();
  private readonly members = new Map<number, Set<Address>>();
  private readonly registered: Address[] = [];
  private readonly known = new Set<Address>();

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.id = 1 + randomId(random);
  }

  /** Entries taken in so far. */
  get version(): number {
    return this.last;
  }

  /** Every node that has ever registered with one of the authorities. */
  get nodes(): readonly Address[] {
    return this.registered;
  }

  /** The slices that have slivers, with their nodes; those whose leases ended since `forget` was last called too. */
  get slices(): ReadonlyMap<number, ReadonlySet<Address>> {
    return this.members;
  }

  /** The last entry that concerns a node; 0: there is none. */
  latestOf(node: Address): number {
    return this.assignments.get(node)?.latest ?? 0;
  }

  /** Whether a node that knows nothing after `seq` may have to be told of something that has been forgotten. */
  forgets(node: Address, seq: number): boolean {
    return seq < (this.assignments.get(node)?.forgotten ?? 0);
  }

  /** Takes in a node. @param source the life of the authority that told of it. @returns whether it is new */
  enlist(node: Address, source = this.id): boolean {
    if (this.known.has(node)) return false;
    this.known.add(node);
    this.registered.push(node);
    this.enter(node, source);
    return true;
  }

  /** Takes in a change that this authority makes now. */
  make(change: Omit<Change, 'clock' | 'by'>): Entry {
    return this.take({ clock: this.clock + 1, by: this.id, ...change }, this.id)!;
  }

  /** Takes in what another authority tells. @returns the entry that it became; undefined where it says nothing new */
  merge(record: RecordOfFeed, source: number, now: Nanoseconds): Entry | undefined {
    if (record.kind === 'node') {
      this.enlist(record.node, source);
      return undefined;
    }
    const { clock, by, slice, wanted, left, age, config, nodes } = record;
    const until = now + left * MILLISECOND;
    return this.take(
      { clock, by, slice, wanted, until, made: now - age * MILLISECOND, config, nodes },
      source,
    );
  }

  /**
   * What a node is told that knows a version. From the version of another authority on, that is everything, removals included.
   * @param room bytes; one sliver more where not even the first fits
   */
  page(node: Address, known: Version, extent: Extent, room: number, now: Nanoseconds): Page {
    const ours = known.authority === this.id;
    const all =
      (extent === 'whole' && (ours || known.authority === 0)) ||
      (extent === 'news' && ours && this.forgets(node, known.seq));
    const since = ours && !all ? known.seq : 0;
    const slivers: SliverState[] = [];
    let left = room;
    let upto = this.last;
    let more = false;
    for (const { seq, what } of this.assignments.get(node)?.slivers.values() ?? []) {
      if (seq <= since || (all && (!what.wanted || what.until <= now))) continue;
      left -= sizeOfSliver(what);
      more = left < 0 && slivers.length > 0;
      if (more) break;
      const { slice, wanted, until, config } = what;
      slivers.push({ slice, seq, wanted, left: millisecondsLeft(until, now), config });
      upto = seq;
    }
    if (!more) upto = this.last;
    const latest = this.latestOf(node);
    return { authority: this.id, since, upto, whole: all, more, latest, slivers };
  }

  /**
   * What another authority is told that has taken over all up to `since`.
   * @param except what came from this life of an authority is left out
   */
  feed(since: number, except: number, room: number, now: Nanoseconds): FeedPart {
    const records: RecordOfFeed[] = [];
    let left = room;
    let upto = since;
    if (since >= this.last) return { records, upto: this.last, more: false };
    for (const entry of this.entries.values()) {
      if (entry.seq <= since || entry.source === except) continue;
      const record = recordOf(entry, now);
      left -= sizeOfRecord(record);
      if (left < 0 && records.length > 0) return { records, upto, more: true };
      records.push(record);
      upto = entry.seq;
    }
    return { records, upto: this.last, more: false };
  }

  /**
   * Drops removals and leases that are as old as `before`; slices whose leases are over have no slivers from then on.
   * @param before on this host's clock, and not after now
   */
  forget(before: Nanoseconds, now: Nanoseconds): void {
    for (const entry of this.entries.values()) {
      if (!isChange(entry)) continue;
      const { wanted, until, made, slice, nodes } = entry.what;
      if (wanted && until <= now) for (const node of nodes) this.leave(slice, node, entry);
      if ((wanted ? until : made) > before) continue;
      this.entries.delete(entry.seq);
      for (const node of nodes) {
        const assignment = this.assignments.get(node);
        if (assignment?.slivers.get(slice) !== entry) continue;
        assignment.slivers.delete(slice);
        assignment.forgotten = Math.max(assignment.forgotten, entry.seq);
      }
    }
  }

  private enter<W extends Change | Address>(what: W, source: number): Entry & { readonly what: W } {
    const entry = { seq: ++this.last, source, what, holds: 0 };
    this.entries.set(entry.seq, entry);
    return entry;
  }

  private take(change: Change, source: number): Entry | undefined {
    this.clock = Math.max(this.clock, change.clock);
    const { slice } = change;
    const fresh = change.nodes.filter(node => {
      const held = this.assignments.get(node)?.slivers.get(slice);
      return !held || isLater(change, held.what);
    });
    if (fresh.length === 0) return undefined;
    const entry = this.enter(change, source);
    for (const node of fresh) this.assign(node, entry);
    return entry;
  }

  private assign(node: Address, entry: ChangeEntry): void {
    const assignment = this.assignments.get(node) ?? { slivers: new Map(), latest: 0, forgotten: 0 };
    this.assignments.set(node, assignment);
    const { slice, wanted } = entry.what;
    const before = assignment.slivers.get(slice);
    if (before && --before.holds === 0) this.entries.delete(before.seq);
    // A Map lists in order of insertion: the latest is to be the last.
    assignment.slivers.delete(slice);
    assignment.slivers.set(slice, entry);
    assignment.latest = entry.seq;
    entry.holds++;
    if (!wanted) {
      this.remove(slice, node);
      return;
    }
    const members = this.members.get(slice) ?? new Set();
    members.add(node);
    this.members.set(slice, members);
  }

  private leave(slice: number, node: Address, entry: Entry): void {
    if (this.assignments.get(node)?.slivers.get(slice) === entry) this.remove(slice, node);
  }

  private remove(slice: number, node: Address): void {
    const members = this.members.get(slice);
    members?.delete(node);
    if (members?.size === 0) this.members.delete(slice);
  }
}

/** Some records, in order; the next ones begin after `upto`. */
export interface FeedPart {
  readonly records: readonly RecordOfFeed[];
  readonly upto: number;
  readonly more: boolean;
}

function recordOf(entry: Entry, now: Nanoseconds): RecordOfFeed {
  if (!isChange(entry)) return { kind: 'node', node: entry.what as Address };
  const { clock, by, slice, wanted, until, made, config, nodes } = entry.what;
  const left = millisecondsLeft(until, now);
  const age = Math.max(0, Math.round((now - made) / MILLISECOND));
  const record: ChangeRecord = { kind: 'change', clock, by, slice, wanted, left, age, config, nodes };
  return record;
}
