// The slivers of one node: which are wanted, which run, and the way from one to the other, one at a time.
import type { Counter, Distribution, Host, Meter, Nanoseconds, Timer } from '../port.ts';
import type { ManagementMessage, SliverState, Version } from './messages.ts';
import type { ManagementOptions } from './options.ts';

const MILLISECOND = 1e6;

interface Wanted {
  readonly seq: number;
  /** When its lease ends, on the node's own clock. */
  readonly until: Nanoseconds;
}

/** Something to be done: see to a slice's sliver, or take note that all up to a version has been seen to. */
type Task = number | Version;

/**
 * Slivers are created one after the other; to change or remove one takes no time. What is no longer wanted when its turn
 * comes is not created.
 *
 * Counts `lease.expired` (slivers that ran and were removed since their lease was over) and measures the distribution
 * `lease.overrun` (ns: how long past its end each of them ran), also of those that were removed for another reason later.
 */
export class Slivers {
  private readonly host: Host<ManagementMessage>;
  private readonly options: ManagementOptions;
  private readonly onApplied: (version: Version) => void;
  private readonly expired: Counter;
  private readonly overrun: Distribution;
  private readonly wanted = new Map<number, Wanted>();
  /** Slices whose slivers run, with the ends of their leases. */
  private readonly alive = new Map<number, Nanoseconds>();
  private readonly tasks: Task[] = [];
  private working = false;
  private reaper: Timer | undefined;

  /** @param onApplied told when all that a version holds has been carried out */
  constructor(
    host: Host<ManagementMessage>,
    options: ManagementOptions,
    meter: Meter,
    onApplied: (version: Version) => void,
  ) {
    this.host = host;
    this.options = options;
    this.onApplied = onApplied;
    this.expired = meter.counter('lease.expired');
    this.overrun = meter.distribution('lease.overrun', 'ns');
  }

  /** The slices whose slivers run. */
  get running(): ReadonlyMap<number, Nanoseconds> {
    return this.alive;
  }

  /** Slivers that are wanted and do not run yet. */
  get waiting(): number {
    let waiting = 0;
    for (const slice of this.wanted.keys()) if (!this.alive.has(slice)) waiting++;
    return waiting;
  }

  /** Takes over what the authority says of a slice. */
  take({ slice, seq, wanted, left }: SliverState): void {
    if (wanted) this.wanted.set(slice, { seq, until: this.host.now() + left * MILLISECOND });
    else this.wanted.delete(slice);
    this.tasks.push(slice);
    this.setReaper();
  }

  /** Drops all slivers but those named, as far as what is known of them is no newer than `upto`. */
  keepOnly(named: ReadonlySet<number>, upto: number): void {
    for (const [slice, { seq }] of this.wanted) {
      if (seq > upto || named.has(slice)) continue;
      this.wanted.delete(slice);
      this.tasks.push(slice);
    }
  }

  /** Carries out what has been taken, and then says that this version has been applied. */
  apply(version: Version): void {
    this.tasks.push(version);
    if (!this.working) this.work();
  }

  /** Removes all slivers whose leases are over. */
  reap(): void {
    const now = this.host.now();
    for (const [slice, { until }] of this.wanted) {
      if (until > now) continue;
      this.wanted.delete(slice);
      this.remove(slice);
    }
  }

  private work(): void {
    this.working = true;
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) {
      if (typeof task === 'object') {
        this.onApplied(task);
      } else if (this.isToBeCreated(task)) {
        const slice = task;
        this.host.after(this.options.create, () => this.created(slice));
        return;
      } else {
        this.adjust(task);
      }
    }
    this.working = false;
  }

  private isToBeCreated(slice: number): boolean {
    const wanted = this.wanted.get(slice);
    return wanted !== undefined && !this.alive.has(slice) && wanted.until > this.host.now();
  }

  private created(slice: number): void {
    const wanted = this.wanted.get(slice);
    if (wanted) this.alive.set(slice, wanted.until);
    this.work();
  }

  private adjust(slice: number): void {
    const wanted = this.wanted.get(slice);
    if (!wanted) this.remove(slice);
    else if (this.alive.has(slice)) this.alive.set(slice, wanted.until);
  }

  private remove(slice: number): void {
    const until = this.alive.get(slice);
    if (until === undefined) return;
    this.alive.delete(slice);
    const over = this.host.now() - until;
    if (over < 0) return;
    this.expired.add();
    this.overrun.record(over);
  }

  /** For the first lease to end, where leases are kept by the node's own clock alone. */
  private setReaper(): void {
    if (this.options.reap !== 'always') return;
    this.reaper?.cancel();
    let first = Infinity;
    for (const { until } of this.wanted.values()) if (until < first) first = until;
    if (first === Infinity) return;
    this.reaper = this.host.after(Math.max(0, first - this.host.now()), () => {
      this.reap();
      this.setReaper();
    });
  }
}
