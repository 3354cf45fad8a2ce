// What a Chord node is there for: lookups of random keys, and how they went.
import { LookupMeter } from '../lookup-meter.ts';
import { afterExponential } from '../pause.ts';
import type { Host, Meter, Nanoseconds } from '../port.ts';
import { confirm } from './confirm.ts';
import type { LookedUp, Seeker } from './lookup.ts';
import type { ChordMessage, NodeRef } from './messages.ts';
import { randomId } from './ring.ts';

/** Told of each lookup that succeeded; for onlookers who know who the owner is. */
export type LookupObserver = (key: number, owner: NodeRef, hops: number) => void;

export interface WorkloadOptions {
  /** Mean time between two lookups; the times are exponential. */
  readonly every: Nanoseconds;
}

/** What the workload asks of its node. */
export interface LookupService extends Seeker {
  lookup(key: number, done: (lookup: LookedUp) => void): void;
}

/**
 * Looks up uniformly random keys from the time of joining on.
 *
 * Measures the distributions `lookup.success` (1 where an owner was found and answered within the timeout, else 0; also
 * 0 while the node has lost the ring), `lookup.latency` (ns, up to the owner's answer) and `lookup.hops` (nodes that
 * answered up to the key's predecessor) of those that succeeded, and the counter `lookup.timeouts` (nodes that were
 * asked on the way and did not answer).
 */
export class Workload {
  private readonly seeker: LookupService;
  private readonly host: Host<ChordMessage>;
  private readonly options: WorkloadOptions;
  private readonly onLookup: LookupObserver | undefined;
  private readonly lookups: LookupMeter;
  private readonly random = (): number => this.host.random();
  private readonly lookUpLater = (): void => this.lookUp();
  private readonly finished = (lookup: LookedUp): void => this.confirm(lookup);

  constructor(
    seeker: LookupService,
    host: Host<ChordMessage>,
    options: WorkloadOptions,
    meter: Meter,
    onLookup: LookupObserver | undefined,
  ) {
    this.seeker = seeker;
    this.host = host;
    this.options = options;
    this.onLookup = onLookup;
    this.lookups = new LookupMeter(meter);
  }

  start(): void {
    afterExponential(this.host, this.options.every, this.lookUpLater);
  }

  private lookUp(): void {
    this.start();
    if (!this.seeker.routing.joined) {
      this.lookups.failed();
      return;
    }
    this.seeker.lookup(randomId(this.random), this.finished);
  }

  private confirm(lookup: LookedUp): void {
    confirm(this.seeker, lookup, owner => this.record(lookup, owner));
  }

  private record(lookup: LookedUp, owner: NodeRef | undefined): void {
    if (!owner) {
      this.lookups.failed(lookup.timeouts);
      return;
    }
    this.lookups.succeeded(lookup, this.seeker.now() - lookup.started);
    this.onLookup?.(lookup.key, owner, lookup.hops);
  }
}
