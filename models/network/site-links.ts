// Links of sites: what all nodes of a site and the rest of the site share, and what the rest suffers by the nodes.
import type { Counter, Distribution, Meter } from '../../protocols/port.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import { SITE_FULL } from './fate.ts';
import { Links } from './links.ts';
import type { SiteLinkSpec } from './spec.ts';

/** Of so many own packets of a site one is timed, for they are many. */
const TIMED = 10;

/** What is measured of sites. */
interface SiteInstruments {
  readonly sent: Counter;
  readonly lost: Counter;
  readonly delay: Distribution;
  readonly loss: Distribution;
  readonly busy: Distribution;
}

/**
 * The links of sites to the world, one out and one in each: first come, first served, with a finite queue. A site's own
 * traffic passes them beside that of its nodes and no node ever; it is the same whatever the nodes do, and does not slow
 * down for loss. Times of calls for one link must not go back.
 */
export class SiteLinks {
  private readonly out: Direction;
  private readonly in: Direction;

  /** @param names of the sites; each draws its own traffic */
  constructor(names: readonly string[], spec: SiteLinkSpec, seed: string) {
    const { up, down, queue, own } = spec;
    const draw = (site: number, way: string) => stream(seed, names[site], 'own', way);
    const direction = (rate: number, ownRate: number, way: string) => {
      const traffic = { packet: own.packet, rate: ownRate };
      return new Direction(names.length, new Links(names.length, rate, queue), traffic, site =>
        draw(site, way),
      );
    };
    this.out = direction(up, own.up, 'up');
    this.in = direction(down, own.down, 'down');
  }

  /** Has the traffic of some sites begin and be measured. To be called once, before the first message. */
  open(sites: readonly number[], meter: Meter): void {
    const instruments = {
      sent: meter.counter('own.sent'),
      lost: meter.counter('own.lost'),
      delay: meter.distribution('own.delay', 'ns'),
      loss: meter.distribution('own.loss', 'ratio'),
      busy: meter.distribution('busy', 'ratio'),
    };
    this.out.open(sites, instruments);
    this.in.open(sites, instruments);
  }

  /** A message goes out into the world. @returns when its last byte has, or a drop code */
  leave(site: number, bytes: number, now: Nanoseconds): number {
    return this.out.serve(site, bytes, now);
  }

  /** A message comes in from the world. @returns when its last byte has, or a drop code */
  enter(site: number, bytes: number, now: Nanoseconds): number {
    return this.in.serve(site, bytes, now);
  }

  /** Measures the time since the last call. */
  measure(now: Nanoseconds): void {
    this.out.measure(now);
    this.in.measure(now);
  }
}

/**
 * One way of all sites' links. Its own packets are no events: those that come before a message are served just before
 * it is, for in a queue that is first come, first served nothing that comes later matters.
 */
class Direction {
  private readonly links: Links;
  private readonly packet: number;
  /** Mean time between two packets of a site's own; Infinity: there are none. */
  private readonly gap: Nanoseconds;
  private readonly streamOf: (site: number) => RandomStream;

  private sites: readonly number[] = [];
  private instruments: SiteInstruments | undefined;
  private readonly streams: RandomStream[];
  /** By site: when its next own packet comes. */
  private readonly next: Float64Array;
  /** By site, since the last look: packets that came, packets lost, work taken in, and work that was left then. */
  private readonly came: Float64Array;
  private readonly lost: Float64Array;
  private readonly work: Float64Array;
  private readonly left: Float64Array;
  private looked: Nanoseconds = 0;

  constructor(
    sites: number,
    links: Links,
    { packet, rate }: { readonly packet: number; readonly rate: number },
    streamOf: (site: number) => RandomStream,
  ) {
    const figures = (): Float64Array => new Float64Array(sites);
    this.links = links;
    this.packet = packet;
    this.gap = (packet * 8e9) / rate;
    this.streamOf = streamOf;
    this.streams = new Array(sites);
    this.next = figures().fill(Infinity);
    [this.came, this.lost, this.work, this.left] = [figures(), figures(), figures(), figures()];
  }

  open(sites: readonly number[], instruments: SiteInstruments): void {
    this.sites = sites;
    this.instruments = instruments;
    if (this.gap === Infinity) return;
    for (const site of sites) {
      this.streams[site] = this.streamOf(site);
      this.next[site] = this.nextGap(site);
    }
  }

  serve(site: number, bytes: number, now: Nanoseconds): number {
    this.advance(site, now);
    const end = this.take(site, bytes, now);
    return end < 0 ? SITE_FULL : end;
  }

  measure(now: Nanoseconds): void {
    const { instruments, links, came, lost, work, left } = this;
    const span = now - this.looked;
    if (instruments === undefined || span <= 0) return;
    this.looked = now;
    for (const site of this.sites) {
      this.advance(site, now);
      const remaining = Math.max(0, links.freeAt(site) - now);
      instruments.busy.record(Math.min(1, Math.max(0, (left[site] + work[site] - remaining) / span)));
      if (came[site] > 0) instruments.loss.record(lost[site] / came[site]);
      instruments.sent.add(came[site]);
      instruments.lost.add(lost[site]);
      left[site] = remaining;
      work[site] = came[site] = lost[site] = 0;
    }
  }

  /** Serves the site's own packets that have come up to now. */
  private advance(site: number, now: Nanoseconds): void {
    const { packet, next } = this;
    while (next[site] <= now) {
      const at = next[site];
      const end = this.take(site, packet, at);
      if (end < 0) this.lost[site]++;
      else if (this.came[site] % TIMED === 0) this.instruments!.delay.record(end - at);
      this.came[site]++;
      next[site] = at + this.nextGap(site);
    }
  }

  private nextGap(site: number): Nanoseconds {
    return Math.round(this.streams[site].exponential(this.gap));
  }

  private take(site: number, bytes: number, now: Nanoseconds): number {
    const begin = Math.max(now, this.links.freeAt(site));
    const end = this.links.serve(site, bytes, now);
    if (end >= 0) this.work[site] += end - begin;
    return end;
  }
}
