// How paths vary in time: shifts of level, nodes that stall for minutes, jitter of single packets, and loss.
import { stream } from '../../sim/random.ts';
import { DAY, MILLISECOND, MINUTE, type Nanoseconds, SECOND } from '../../sim/time.ts';
import { draw, mix, pairKey } from './pair-hash.ts';
import type { Paths } from './topology.ts';

/** What a path adds to its delay, and takes of its packets, at a time. Nodes are named by their index. */
export interface Variation {
  /** One-way delay over that of the path, in integer nanoseconds, >= 0. */
  extraDelay(fromNode: number, toNode: number, now: Nanoseconds): Nanoseconds;
  /** Fraction of packets lost, 0..1. */
  lossRate(fromNode: number, toNode: number, now: Nanoseconds): number;
}

/** Whose paths vary. Keys come from names: another node or site more or less changes no other path. */
export interface Varied {
  readonly siteOf: Int32Array;
  readonly siteNames: readonly string[];
  readonly nodeNames: readonly string[];
  readonly paths: Paths;
}

// Shifts of level on PlanetLab's paths: from .1 to .4 a pair and day, by 7 to 12 %.
const SHIFTS_A_DAY = [0.1, 0.4] as const;
const SHIFT_SIZE = [0.07, 0.12] as const;

// Fitted to the spread of a pair's round trips over 18 instants: the coefficient of variation (p50/90/99 .016/.10/.68), and
// the samples above 1.5 and 2 times the pair's median (.83 and .39 %). Such spikes were seen on nearly all the pairs of a
// few nodes at once, so they belong to nodes, and to the same nodes again and again.
const STALLING_NODES = 0.09;
const STALLED_SHARE = 0.13;
/** Mean of the exponentially distributed delay of a stalled node, one way. */
const STALL: Nanoseconds = 30 * MILLISECOND;
/** How long a stall lasts: chosen, for the instants were hours apart. */
const STALL_TIME: Nanoseconds = 5 * MINUTE;

// Over the least of its burst a packet's round trip was 1 to 5 ms more at p90, 4 to 91 at p99, 43 to 221 at p99.9: the sum
// of two of these lognormals. The queue that could hold a packet longer than a second would be a rare one.
const PACKET_MEDIAN: Nanoseconds = 0.05 * MILLISECOND;
const PACKET_SIGMA = 2.3;
const PACKET_MOST: Nanoseconds = SECOND;

/** Loss of pairs in per cent at p0, p5, p50, p95 and p100: the three in between measured, the ends chosen. */
const SHARES = [0, 0.05, 0.5, 0.95, 1];
const GOOD_DAY = [0, 0, 0.03, 0.5, 1];
const BAD_DAY = [0.1, 0.2, 1.1, 1.3, 1.5];
/** How many of the days are bad ones: chosen. */
const BAD_DAYS = 0.1;
/** Share of the time in which a pair loses everything, and for how long: one burst in a thousand was lost whole. */
const OUTAGE = 0.001;
const OUTAGE_TIME: Nanoseconds = 20 * SECOND;

/** Kinds of draw, to keep those of one key apart. */
const PHASE = 1;
const RATE = 2;
const SIZE = 3;
const START = 4;
const STALLS = 5;
const DEPTH = 6;
const PACKET = 7;
const LOSS = 8;
const CUT = 9;

/**
 * Variation as PlanetLab had it. Nothing is kept but a key for each node and site: every draw is a hash of a key and the
 * time, so the answers hang neither on the order of asking nor on the number of workers. Each packet draws its own jitter,
 * so packets sent at different times may overtake one another; two sent at one nanosecond on one path fare alike.
 */
export class PathVariation implements Variation {
  private readonly varied: Varied;
  private readonly nodeKey: Uint32Array;
  private readonly siteKey: Uint32Array;
  private readonly calendar: number;

  constructor(varied: Varied, seed: string) {
    const keys = (names: readonly string[], what: string): Uint32Array =>
      Uint32Array.from(names, name => stream(seed, 'variation', what, name).integer(2 ** 32));
    this.varied = varied;
    this.nodeKey = keys(varied.nodeNames, 'node');
    this.siteKey = keys(varied.siteNames, 'site');
    this.calendar = stream(seed, 'variation').integer(2 ** 32);
  }

  extraDelay(fromNode: number, toNode: number, now: Nanoseconds): Nanoseconds {
    if (fromNode === toNode) return 0;
    const { siteOf } = this.varied;
    const shift = this.shift(siteOf[fromNode], siteOf[toNode], now);
    const stalls = this.stall(fromNode, now) + this.stall(toNode, now);
    return Math.round(shift + stalls + this.jitter(fromNode, toNode, now));
  }

  lossRate(fromNode: number, toNode: number, now: Nanoseconds): number {
    if (fromNode === toNode) return 0;
    const key = pairKey(this.nodeKey[fromNode], this.nodeKey[toNode]);
    if (at(key, CUT, Math.floor(now / OUTAGE_TIME)) < OUTAGE) return 1;
    const bad = at(this.calendar, LOSS, Math.floor(now / DAY)) < BAD_DAYS;
    return quantile(bad ? BAD_DAY : GOOD_DAY, at(key, LOSS)) / 100;
  }

  /** The path of two sites has two levels, its least delay and one above, and changes between them at random times. */
  private shift(fromSite: number, toSite: number, now: Nanoseconds): Nanoseconds {
    if (fromSite === toSite) return 0;
    const key = pairKey(this.siteKey[fromSite], this.siteKey[toSite]);
    // One change in each of equal spans of time, anywhere in it.
    const spans = (now / DAY) * between(SHIFTS_A_DAY, at(key, RATE)) + at(key, PHASE);
    const span = Math.floor(spans);
    const changes = span + (spans - span < at(key, PHASE, span) ? 0 : 1);
    const high = (changes + (at(key, START) < 0.5 ? 0 : 1)) % 2 === 1;
    if (!high) return 0;
    return between(SHIFT_SIZE, at(key, SIZE)) * this.varied.paths.delay(fromSite, toSite);
  }

  private stall(node: number, now: Nanoseconds): Nanoseconds {
    const key = this.nodeKey[node];
    if (at(key, STALLS) >= STALLING_NODES) return 0;
    const time = Math.floor(now / STALL_TIME);
    if (at(key, STALLS, time) >= STALLED_SHARE) return 0;
    return -STALL * Math.log(1 - at(key, DEPTH, time));
  }

  /** A lognormal by the method of Box and Muller (Ann. Math. Stat. 29(2), 1958). */
  private jitter(fromNode: number, toNode: number, now: Nanoseconds): Nanoseconds {
    const key = mix(this.nodeKey[fromNode] ^ mix(this.nodeKey[toNode]));
    const radius = Math.sqrt(-2 * Math.log(1 - at(key, PACKET, now)));
    const normal = radius * Math.cos(2 * Math.PI * at(key ^ 0x5bd1e995, PACKET, now));
    return Math.min(PACKET_MOST, PACKET_MEDIAN * Math.exp(PACKET_SIGMA * normal));
  }
}

/** The draw of a kind that belongs to a key, at a time counted in whole units of some length: in [0, 1). */
function at(key: number, kind: number, time = -1): number {
  const low = mix(key ^ Math.imul(kind, 0x9e3779b1));
  return draw(mix(mix(low ^ (time % 2 ** 32)) ^ Math.floor(time / 2 ** 32)));
}

function between([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share;
}

function quantile(figures: readonly number[], share: number): number {
  const upper = SHARES.findIndex(bound => share < bound);
  const within = (share - SHARES[upper - 1]) / (SHARES[upper] - SHARES[upper - 1]);
  return figures[upper - 1] + within * (figures[upper] - figures[upper - 1]);
}
