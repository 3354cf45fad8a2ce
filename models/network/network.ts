// The network: what a message meets between two nodes. It answers with numbers; it schedules nothing and owns no clock.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Paths, Routes } from '../topology/topology.ts';
import { Cuts } from './cuts.ts';
import { DOWNLINK_FULL, LOST, PARTITIONED, UPLINK_FULL } from './fate.ts';
import {
  type Chance,
  type Mishaps,
  never,
  noMishaps,
  RandomChance,
  RandomMishaps,
  Reordering,
} from './impairments.ts';
import { ExponentialJitter, type Jitter, noJitter } from './jitter.ts';
import { Links } from './links.ts';
import { BurstLoss, IndependentLoss, type Loss, noLoss } from './loss.ts';
import { LossyNodes } from './lossy-nodes.ts';
import { DelayRoutes } from './routes.ts';
import type { LossSpec, NetworkSpec, ReorderSpec } from './spec.ts';

/** One-way delay between two slivers of one node, which never leaves the node. */
const LOOPBACK: Nanoseconds = 20_000;

/** What a network joins. */
export interface Attachment {
  /** The site of each node. */
  readonly siteOf: Int32Array;
  /** The names of those who send: each draws its own luck, whoever else sends from the same node. */
  readonly senders: readonly string[];
}

/**
 * A message crosses the network in two steps, because it must queue at the receiver's link in the order in which
 * messages arrive there, not in that in which they were sent:
 * `transmit` when it is sent answers when it stands before the receiver's link, `receive` at that time answers when its
 * last byte is in. Either answers a drop code (see fate.ts) where the message goes no further.
 */
export class Network {
  readonly cuts = new Cuts();
  readonly up: Links;
  readonly down: Links;
  readonly lossy: LossyNodes;

  private readonly siteOf: Int32Array;
  private readonly paths: Paths;
  private readonly routes: Routes;
  private readonly jitter: Jitter;
  private readonly loss: Loss;
  private readonly mishaps: Mishaps;

  constructor(attachment: Attachment, paths: Paths, spec: NetworkSpec, seed: string) {
    const { siteOf, senders } = attachment;
    this.siteOf = siteOf;
    this.paths = paths;
    this.routes = paths.routes ?? new DelayRoutes(paths);
    this.up = new Links(siteOf.length, spec.access.up, spec.access.queue);
    this.down = new Links(siteOf.length, spec.access.down, spec.access.queue);
    const streams: Streams = purpose => streamPerSender(senders, seed, purpose);
    const jitter = spec.jitter > 0 ? new ExponentialJitter(spec.jitter, streams('jitter')) : noJitter;
    this.jitter = reorderingOf(jitter, spec.reorder, streams);
    this.loss = lossOf(spec.loss, senders.length, streams('loss'));
    this.mishaps = mishapsOf(spec, streams);
    this.lossy = new LossyNodes(streams('lossy'));
  }

  /**
   * @param sender whose draws decide over jitter, loss and such: an index of `senders`
   * @returns when the message stands before the receiver's access link, in ns, or a drop code
   */
  transmit(from: number, to: number, bytes: number, now: Nanoseconds, sender = from): number {
    if (from === to) return now + LOOPBACK;
    const sent = this.up.serve(from, bytes, now);
    if (sent < 0) return UPLINK_FULL;
    if (this.cuts.separate(from, to)) return PARTITIONED;
    if (this.loss.drops(sender) || this.lossy.drops(from, sender)) return LOST;
    const path = this.paths.delay(this.siteOf[from], this.siteOf[to]);
    return sent + path + this.jitter.sample(sender);
  }

  /**
   * To be asked at the time that `transmit` gave. A partition that has begun since takes the message too.
   * @returns when the last byte has arrived, in ns, or a drop code
   */
  receive(from: number, to: number, bytes: number, now: Nanoseconds, sender = from): number {
    if (from === to) return now;
    if (this.cuts.separate(from, to)) return PARTITIONED;
    if (this.lossy.drops(to, sender)) return LOST;
    const arrived = this.down.serve(to, bytes, now);
    return arrived < 0 ? DOWNLINK_FULL : arrived;
  }

  /**
   * What befalls a message to which `transmit` has given a time. To be asked once of each.
   * @returns 0, or bits: DUPLICATED, DAMAGED (see impairments.ts)
   */
  mishap(from: number, to: number, sender = from): number {
    return from === to ? 0 : this.mishaps.next(sender);
  }

  /**
   * Routers on the path: what a packet's time to live falls by. None between nodes of one site, else at least one. They
   * are those that the topology knows (`HubRoutes`), or a number that follows from the delay (`DelayRoutes`).
   */
  hops(from: number, to: number): number {
    return this.routes.hops(this.siteOf[from], this.siteOf[to]);
  }

  /**
   * One-way delay of the path up to one of its routers, without access links and jitter: a share of the whole delay that
   * never falls from router to router.
   * @param hop 1 .. `hops(from, to)`
   */
  delayTo(from: number, to: number, hop: number): Nanoseconds {
    return this.routes.delayTo(this.siteOf[from], this.siteOf[to], hop);
  }
}

type Streams = (purpose: string) => (sender: number) => RandomStream;

function chanceOf(rate: number | undefined, purpose: string, streams: Streams): Chance {
  return rate !== undefined && rate > 0 ? new RandomChance(rate, streams(purpose)) : never;
}

function mishapsOf({ duplicate, corrupt }: NetworkSpec, streams: Streams): Mishaps {
  const duplication = chanceOf(duplicate, 'duplicate', streams);
  const damage = chanceOf(corrupt, 'corrupt', streams);
  return duplication === never && damage === never ? noMishaps : new RandomMishaps(duplication, damage);
}

function reorderingOf(jitter: Jitter, spec: ReorderSpec | undefined, streams: Streams): Jitter {
  const chance = chanceOf(spec?.rate, 'reorder', streams);
  return spec === undefined || chance === never ? jitter : new Reordering(jitter, chance, spec.by);
}

function lossOf(spec: LossSpec, senders: number, streams: (sender: number) => RandomStream): Loss {
  if (spec.rate === 0) return noLoss;
  return spec.burst > 1 ? new BurstLoss(senders, spec, streams) : new IndependentLoss(spec.rate, streams);
}

/** A stream for each sender, made at its first use. */
function streamPerSender(
  names: readonly string[],
  seed: string,
  purpose: string,
): (sender: number) => RandomStream {
  const streams: (RandomStream | undefined)[] = new Array(names.length).fill(undefined);
  return sender => {
    streams[sender] ??= stream(seed, names[sender], purpose);
    return streams[sender];
  };
}
