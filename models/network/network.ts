// The network: what a message meets between two nodes. It answers with numbers; it schedules nothing and owns no clock.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Paths, Routes } from '../topology/topology.ts';
import { PathVariation } from '../topology/variation.ts';
import { Cuts } from './cuts.ts';
import { DOWNLINK_FULL, LOST, PARTITIONED, UPLINK_FULL } from './fate.ts';
import type { Gates } from './gates.ts';
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
import type { Claim } from './shared-uplinks.ts';
import { SiteLinks } from './site-links.ts';
import type { AccessSpec, LossSpec, NetworkSpec, ReorderSpec } from './spec.ts';
import { steady, VaryingPaths, type Weather } from './weather.ts';

/** One-way delay between two slivers of one node, which never leaves the node. */
const LOOPBACK: Nanoseconds = 20_000;

/** What a network joins. */
export interface Attachment {
  /** The site of each node. */
  readonly siteOf: Int32Array;
  /** The names of those who send: each draws its own luck, whoever else sends from the same node. */
  readonly senders: readonly string[];
  /** The names by which paths vary: of each site, and of each node. Without them none does. */
  readonly siteNames?: readonly string[];
  readonly nodeNames?: readonly string[];
  /** The borders of sites; without them all nodes stand in the open. */
  readonly gates?: Gates | undefined;
  /** What each of those who send has of its node's uplink; needed where it is shared. */
  readonly claims?: readonly Claim[];
}

/** Uplinks that slivers share. */
export interface SharedAccess {
  /** Of each sender, and after them of each node itself. */
  readonly claims: readonly Claim[];
  /** How long a message may wait, in nanoseconds. */
  readonly queue: Nanoseconds;
  /** What each node sends by itself, in bit/s. */
  readonly root?: { readonly rate: number; readonly random: (node: number) => RandomStream };
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
  readonly spec: NetworkSpec;
  readonly siteOf: Int32Array;
  /** Undefined where each uplink serves first who comes first. */
  readonly sharedAccess: SharedAccess | undefined;
  /** Undefined where the nodes of a site share nothing. */
  readonly siteLinks: SiteLinks | undefined;
  /** Undefined where all nodes stand in the open. */
  readonly gates: Gates | undefined;

  private readonly senders: number;
  private readonly paths: Paths;
  private readonly routes: Routes;
  private readonly jitter: Jitter;
  private readonly loss: Loss;
  private readonly weather: Weather;
  private readonly mishaps: Mishaps;

  constructor(attachment: Attachment, paths: Paths, spec: NetworkSpec, seed: string) {
    const { siteOf, senders } = attachment;
    this.spec = spec;
    this.siteOf = siteOf;
    this.senders = senders.length;
    this.sharedAccess = sharedAccessOf(spec.access, attachment, seed);
    this.gates = attachment.gates;
    this.siteLinks = siteLinksOf(spec, attachment, seed);
    this.paths = paths;
    this.routes = paths.routes ?? new DelayRoutes(paths);
    this.up = new Links(siteOf.length, spec.access.up, spec.access.queue);
    this.down = new Links(siteOf.length, spec.access.down, spec.access.queue);
    const streams: Streams = purpose => streamPerSender(senders, seed, purpose);
    const jitter = spec.jitter > 0 ? new ExponentialJitter(spec.jitter, streams('jitter')) : noJitter;
    this.jitter = reorderingOf(jitter, spec.reorder, streams);
    this.loss = lossOf(spec.loss, senders.length, streams('loss'));
    this.weather = weatherOf(spec, attachment, paths, seed, streams);
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
    return sent < 0 ? UPLINK_FULL : this.cross(from, to, sent, sender);
  }

  /**
   * The path alone, of a message whose last byte has left the sender's links at `sent`. From one node to another.
   * @returns when the message stands before the receiver's links, in ns, or a drop code
   */
  cross(from: number, to: number, sent: Nanoseconds, sender = from): number {
    if (this.cuts.separate(from, to)) return PARTITIONED;
    if (this.loss.drops(sender) || this.lossy.drops(from, sender)) return LOST;
    if (this.weather.drops(from, to, sent, sender)) return LOST;
    const path = this.paths.delay(this.siteOf[from], this.siteOf[to]);
    return sent + path + this.jitter.sample(sender) + this.weather.extraDelay(from, to, sent);
  }

  /** By what a node's own traffic goes beside the senders of `sharedAccess`. */
  rootOf(node: number): number {
    return this.senders + node;
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

  /** One-way delay of the path between two nodes, as it is without jitter and variation. */
  delay(from: number, to: number): Nanoseconds {
    return from === to ? LOOPBACK : this.paths.delay(this.siteOf[from], this.siteOf[to]);
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

function sharedAccessOf(
  { sharing, queue, root }: AccessSpec,
  { siteOf, senders, claims, nodeNames }: Attachment,
  seed: string,
): SharedAccess | undefined {
  if (sharing !== 'shares') return undefined;
  const ofSenders = claims ?? senders.map(() => ({ share: 1, reserve: 0 }));
  const ofNode = { share: root?.share ?? 1, reserve: 0 };
  const random = streamPerSender(nodeNames ?? Array.from(siteOf, (_, node) => `${node}`), seed, 'root');
  return {
    claims: [...ofSenders, ...Array.from(siteOf, () => ofNode)],
    queue,
    ...(root && { root: { rate: root.rate, random } }),
  };
}

function siteLinksOf({ site }: NetworkSpec, attachment: Attachment, seed: string): SiteLinks | undefined {
  if (site === undefined) return undefined;
  const { siteOf, siteNames } = attachment;
  const sites = siteOf.reduce((most, index) => Math.max(most, index + 1), 0);
  return new SiteLinks(siteNames ?? Array.from({ length: sites }, (_, index) => `${index}`), site, seed);
}

function weatherOf(
  { variation }: NetworkSpec,
  { siteOf, siteNames, nodeNames }: Attachment,
  paths: Paths,
  seed: string,
  streams: Streams,
): Weather {
  if (variation === undefined || siteNames === undefined || nodeNames === undefined) return steady;
  const varied = { siteOf, siteNames, nodeNames, paths };
  return new VaryingPaths(new PathVariation(varied, seed), streams('variation'));
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
