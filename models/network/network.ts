// The network: what a message meets between two nodes. It answers with numbers; it schedules nothing and owns no clock.
import { type RandomStream, stream } from '../../sim/random.ts';
import type { Nanoseconds } from '../../sim/time.ts';
import type { Paths } from '../topology/topology.ts';
import { Cuts } from './cuts.ts';
import { DOWNLINK_FULL, LOST, PARTITIONED, UPLINK_FULL } from './fate.ts';
import { ExponentialJitter, type Jitter, noJitter } from './jitter.ts';
import { Links } from './links.ts';
import { BurstLoss, IndependentLoss, type Loss, noLoss } from './loss.ts';
import type { LossSpec, NetworkSpec } from './spec.ts';

/** One-way delay between two slivers of one node, which never leaves the node. */
const LOOPBACK: Nanoseconds = 20_000;

/** What a network joins. */
export interface Attachment {
  /** The site of each node. */
  readonly siteOf: Int32Array;
  /** The names of those who send: each draws its own jitter and loss, whoever else sends from the same node. */
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

  private readonly siteOf: Int32Array;
  private readonly paths: Paths;
  private readonly jitter: Jitter;
  private readonly loss: Loss;

  constructor(attachment: Attachment, paths: Paths, spec: NetworkSpec, seed: string) {
    const { siteOf, senders } = attachment;
    this.siteOf = siteOf;
    this.paths = paths;
    this.up = new Links(siteOf.length, spec.access.up, spec.access.queue);
    this.down = new Links(siteOf.length, spec.access.down, spec.access.queue);
    const streams = (purpose: string) => streamPerSender(senders, seed, purpose);
    this.jitter = spec.jitter > 0 ? new ExponentialJitter(spec.jitter, streams('jitter')) : noJitter;
    this.loss = lossOf(spec.loss, senders.length, streams('loss'));
  }

  /**
   * @param sender whose draws decide over jitter and loss: an index of `senders`
   * @returns when the message stands before the receiver's access link, in ns, or a drop code
   */
  transmit(from: number, to: number, bytes: number, now: Nanoseconds, sender = from): number {
    if (from === to) return now + LOOPBACK;
    const sent = this.up.serve(from, bytes, now);
    if (sent < 0) return UPLINK_FULL;
    if (this.cuts.separate(from, to)) return PARTITIONED;
    if (this.loss.drops(sender)) return LOST;
    const path = this.paths.delay(this.siteOf[from], this.siteOf[to]);
    return sent + path + this.jitter.sample(sender);
  }

  /**
   * To be asked at the time that `transmit` gave. A partition that has begun since takes the message too.
   * @returns when the last byte has arrived, in ns, or a drop code
   */
  receive(from: number, to: number, bytes: number, now: Nanoseconds): number {
    if (from === to) return now;
    if (this.cuts.separate(from, to)) return PARTITIONED;
    const arrived = this.down.serve(to, bytes, now);
    return arrived < 0 ? DOWNLINK_FULL : arrived;
  }
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
