// The way up of a node: by a reboot, or by an installation with its download; it ends in run level boot or in failboot.
import type { Meter } from '../../protocols/port.ts';
import { MINUTE, type Nanoseconds } from '../../sim/time.ts';
import { CAUSES, type Cause, drawCause, type Stage, spanOf, WAYS } from './boot-causes.ts';
import type { Clock, Timers } from './clock.ts';
import { ImageServer } from './image-server.ts';
import type { NodeStreams } from './node-streams.ts';
import type { InstallSpec } from './spec.ts';

/** How long a boot medium waits until it asks the authority again. */
const ASKS_AGAIN = MINUTE;

interface Trip {
  readonly way: 'install' | 'boot';
  readonly begun: Nanoseconds;
  readonly cause: Cause | undefined;
  /** What the node is in the middle of: it asks for the boot manager, or is on its way to a stage's end. */
  until: 'asked' | Stage;
}

export interface Links {
  /** bit/s */
  readonly link: number;
  readonly access: number;
}

export interface Travel {
  /** Whether a node gets the boot manager from the authority, without which no way begins. */
  asks(node: number): boolean;
  arrived(node: number, way: 'install' | 'boot'): void;
  failed(node: number, cause: Cause): void;
}

/**
 * Counts `installs` (begun) and `failed.CAUSE`; measures `install.time` (ns: of an installation that succeeded, from when it was
 * ordered).
 */
export class BootWay {
  private readonly clock: Clock;
  private readonly spec: InstallSpec;
  private readonly random: NodeStreams;
  private readonly travel: Travel;
  private readonly trips = new Map<number, Trip>();
  /** Nodes that download the image while they run. */
  private readonly fetching = new Map<number, () => void>();
  /** What nobody has mended yet. */
  private readonly lasting = new Map<number, Cause>();
  private readonly timers: Timers;
  private readonly images: ImageServer;
  /** None in the past. */
  private meter: Meter | undefined;

  constructor(
    clock: Clock,
    spec: InstallSpec,
    links: Links,
    random: NodeStreams,
    count: number,
    travel: Travel,
  ) {
    this.clock = clock;
    this.spec = spec;
    this.random = random;
    this.travel = travel;
    this.timers = clock.newTimers('management-boot', count, node => this.goOn(node));
    this.images = new ImageServer(clock, spec.image, links.link, links.access, node => this.downloaded(node));
  }

  /** Downloads under way. */
  get downloads(): number {
    return this.images.active;
  }

  measure(meter: Meter): void {
    this.meter = meter;
    for (const { name } of CAUSES) meter.counter(`failed.${name}`);
    meter.counter('installs');
    meter.distribution('install.time', 'ns');
  }

  begin(node: number, way: 'install' | 'boot'): void {
    this.abort(node);
    const found = this.lasting.get(node);
    const cause = found ?? drawCause(WAYS[way], this.spec.fails, this.random.of(node));
    if (way === 'install') this.meter?.counter('installs').add();
    this.trips.set(node, { way, begun: this.clock.now, cause, until: 'asked' });
    this.goOn(node);
  }

  /** The node goes down, or was given up. */
  abort(node: number): void {
    if (!this.trips.delete(node)) return;
    this.timers.clear(node);
    this.images.abort(node);
  }

  /** Somebody has mended what lasts. */
  mend(node: number): void {
    this.lasting.delete(node);
  }

  /** A node that runs downloads the image besides; `arrived` is then not told, but `done`. */
  fetch(node: number, done: () => void): void {
    this.fetching.set(node, done);
    this.images.begin(node);
  }

  /** Without effect where it fetches nothing. */
  stopFetching(node: number): void {
    if (this.fetching.delete(node)) this.images.abort(node);
  }

  private goOn(node: number): void {
    const trip = this.trips.get(node)!;
    const { cause, way } = trip;
    if (trip.until === 'asked') {
      if (!this.travel.asks(node)) {
        this.timers.set(node, this.clock.now + ASKS_AGAIN);
        return;
      }
      this.head(node, trip, undefined);
    } else if (cause && trip.until === cause.stage) {
      this.fail(node, cause);
    } else if (trip.until === 'partition') {
      trip.until = 'download';
      this.images.begin(node);
    } else {
      this.trips.delete(node);
      if (way === 'install')
        this.meter?.distribution('install.time', 'ns').record(this.clock.now - trip.begun);
      this.travel.arrived(node, way);
    }
  }

  private downloaded(node: number): void {
    const done = this.fetching.get(node);
    if (done) {
      this.fetching.delete(node);
      done();
      return;
    }
    this.head(node, this.trips.get(node)!, 'download');
  }

  /** To where it fails, to the download, or to the end. What fails at the download's stage does so before it. */
  private head(node: number, trip: Trip, after: Stage | undefined): void {
    const stages = WAYS[trip.way];
    const last = stages.at(-1)!;
    const { cause } = trip;
    const before = stages.indexOf('download');
    let target: Stage = cause?.stage ?? last;
    if (after === undefined && before >= 0 && stages.indexOf(target) > before) target = 'partition';
    trip.until = target;
    this.timers.set(node, this.clock.now + spanOf(stages, after, target));
  }

  private fail(node: number, cause: Cause): void {
    this.trips.delete(node);
    if (cause.lasting) this.lasting.set(node, cause);
    this.meter?.counter(`failed.${cause.name}`).add();
    this.travel.failed(node, cause);
  }
}
